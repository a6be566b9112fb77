/**
 * Integers of 16 bits as files store them: their bytes joined that were stored apart, and their values as float64 by scale and
 * offset, with NaN where there is none.
 */

/** Values that go through this memory at once, a multiple of 16. */
const CHUNK: i32 = 1 << 13;

export const stored: usize = memory.data(2 * CHUNK, 64);
export const scaled: usize = memory.data(8 * CHUNK, 64);
export const lowBytes: usize = memory.data(CHUNK, 64);
export const highBytes: usize = memory.data(CHUNK, 64);

/** Joins low and high bytes, 16 at a time. */
export function join(count: i32): void {
  for (let i: usize = 0; i < <usize>count; i += 16) {
    const low = v128.load(lowBytes + i);
    const high = v128.load(highBytes + i);
    const to = stored + 2 * i;
    v128.store(to, v128.shuffle<u8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, v128.shuffle<u8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

/** Scales values, 8 at a time. None are those equal to `first` and `second`, below `least` and above `greatest`. */
export function scaleSigned(
  count: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  scaleAll<i16>(count, scale, offset, first, second, least, greatest);
}

/** The same for unsigned values. */
export function scaleUnsigned(
  count: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  scaleAll<u16>(count, scale, offset, first, second, least, greatest);
}

@inline
function scaleAll<T>(
  count: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  for (let i: usize = 0; i < <usize>count; i += 8) {
    const values = v128.load(stored + 2 * i);
    const none = isNone<T>(values, first, second, least, greatest);
    storeEight<T>(values, none, scale, offset, scaled + 8 * i);
  }
}

@inline
function isNone<T>(values: v128, first: i32, second: i32, least: i32, greatest: i32): v128 {
  return v128.or(
    v128.or(i16x8.eq(values, i16x8.splat(<i16>first)), i16x8.eq(values, i16x8.splat(<i16>second))),
    v128.or(v128.lt<T>(values, i16x8.splat(<i16>least)), v128.gt<T>(values, i16x8.splat(<i16>greatest))),
  );
}

@inline
function storeEight<T>(values: v128, none: v128, scale: f64, offset: f64, to: usize): void {
  v128.store(to, scaledPair<T>(0, values, none, scale, offset));
  v128.store(to, scaledPair<T>(1, values, none, scale, offset), 16);
  v128.store(to, scaledPair<T>(2, values, none, scale, offset), 32);
  v128.store(to, scaledPair<T>(3, values, none, scale, offset), 48);
}

/** The two values at `2 * pair`, scaled; NaN where there is none. */
@inline
function scaledPair<T>(pair: i32, values: v128, none: v128, scale: f64, offset: f64): v128 {
  const four = pair < 2 ? v128.extend_low<T>(values) : v128.extend_high<T>(values);
  const noneOfFour = pair < 2 ? i32x4.extend_low_i16x8_s(none) : i32x4.extend_high_i16x8_s(none);
  const two = pair % 2 == 0 ? four : v128.shuffle<i64>(four, four, 1, 1);
  const noneOfTwo = pair % 2 == 0 ? i64x2.extend_low_i32x4_s(noneOfFour) : i64x2.extend_high_i32x4_s(noneOfFour);
  const value = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(two), f64x2.splat(scale)), f64x2.splat(offset));
  return v128.bitselect(f64x2.splat(NaN), value, noneOfTwo);
}

/** Means of blocks of at least two of the scaled values. */
export const means: usize = memory.data(4 * CHUNK, 64);

/**
 * The means of `rows` rows of `cells` blocks of `width x height` scaled values, over those that are not NaN: the sums along rows
 * first, and then down. NaN if all are.
 */
export function meansOfBlocks(rows: i32, cells: i32, width: i32, height: i32): void {
  const line: usize = 8 * <usize>cells * <usize>width;
  const across: usize = 8 * <usize>width;
  let to = means;
  let top = scaled;
  for (let row = 0; row < rows; row++, top += line * <usize>height) {
    let at = top;
    for (let cell = 0; cell < cells; cell++, at += across, to += 8) store<f64>(to, meanOfBlock(at, line, width, height));
  }
}

/** The same for blocks of 2 x 2 stored values, which are scaled on the way. */
export function meansOfSigned(
  rows: i32, cells: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  meansOfFour<i16>(rows, cells, scale, offset, first, second, least, greatest);
}

export function meansOfUnsigned(
  rows: i32, cells: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  meansOfFour<u16>(rows, cells, scale, offset, first, second, least, greatest);
}

@inline
function meansOfFour<T>(
  rows: i32, cells: i32, scale: f64, offset: f64, first: i32, second: i32, least: i32, greatest: i32,
): void {
  const line: usize = 4 * <usize>cells;
  let to = means;
  let top = stored;
  for (let row = 0; row < rows; row++, top += 2 * line) {
    let at = top;
    let cell = 0;
    for (; cell < cells; cell += 4, at += 16) {
      const upper = v128.load(at);
      const lower = v128.load(at + line);
      const noneAbove = isNone<T>(upper, first, second, least, greatest);
      const noneBelow = isNone<T>(lower, first, second, least, greatest);
      const one = f64x2.add(
        sumsOfPairs<T>(0, upper, noneAbove, scale, offset),
        sumsOfPairs<T>(0, lower, noneBelow, scale, offset),
      );
      const other = f64x2.add(
        sumsOfPairs<T>(2, upper, noneAbove, scale, offset),
        sumsOfPairs<T>(2, lower, noneBelow, scale, offset),
      );
      const some = min(cells - cell, 4);
      if (some == 4 && !v128.any_true(v128.or(f64x2.ne(one, one), f64x2.ne(other, other)))) {
        v128.store(to, f64x2.mul(one, f64x2.splat(0.25)));
        v128.store(to, f64x2.mul(other, f64x2.splat(0.25)), 16);
      } else {
        storeEight<T>(upper, noneAbove, scale, offset, scaled);
        storeEight<T>(lower, noneBelow, scale, offset, scaled + 64);
        for (let i = 0; i < some; i++) store<f64>(to + 8 * i, meanOfBlock(scaled + 16 * i, 64, 2, 2));
      }
      to += 8 * some;
    }
  }
}

/** The sums of two pairs of values, from the pair `first` on. */
@inline
function sumsOfPairs<T>(first: i32, values: v128, none: v128, scale: f64, offset: f64): v128 {
  const one = scaledPair<T>(first, values, none, scale, offset);
  const other = scaledPair<T>(first + 1, values, none, scale, offset);
  return f64x2.add(v128.shuffle<f64>(one, other, 0, 2), v128.shuffle<f64>(one, other, 1, 3));
}

function meanOfBlock(at: usize, line: usize, width: i32, height: i32): f64 {
  let sum: f64 = 0;
  let valid = 0;
  const across: usize = 8 * <usize>width;
  for (let row = 0; row < height; row++, at += line) {
    let part = load<f64>(at);
    for (let i: usize = 8; i < across; i += 8) part += load<f64>(at + i);
    let count = width;
    if (part != part) {
      part = 0;
      count = 0;
      for (let i: usize = 0; i < across; i += 8) {
        const value = load<f64>(at + i);
        if (value != value) continue;
        part += value;
        count++;
      }
    }
    sum = row == 0 ? part : sum + part;
    valid += count;
  }
  return valid == 0 ? NaN : sum / <f64>valid;
}
