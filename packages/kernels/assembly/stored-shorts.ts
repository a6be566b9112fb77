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
  const one = i16x8.splat(<i16>first);
  const other = i16x8.splat(<i16>second);
  const low = i16x8.splat(<i16>least);
  const high = i16x8.splat(<i16>greatest);
  for (let i: usize = 0; i < <usize>count; i += 8) {
    const values = v128.load(stored + 2 * i);
    const none = v128.or(
      v128.or(i16x8.eq(values, one), i16x8.eq(values, other)),
      v128.or(v128.lt<T>(values, low), v128.gt<T>(values, high)),
    );
    const to = scaled + 8 * i;
    storeFour(v128.extend_low<T>(values), i32x4.extend_low_i16x8_s(none), scale, offset, to);
    storeFour(v128.extend_high<T>(values), i32x4.extend_high_i16x8_s(none), scale, offset, to + 32);
  }
}

@inline
function storeFour(values: v128, none: v128, scale: f64, offset: f64, to: usize): void {
  const factor = f64x2.splat(scale);
  const term = f64x2.splat(offset);
  const nan = f64x2.splat(NaN);
  const upper = v128.shuffle<i64>(values, values, 1, 1);
  const one = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(values), factor), term);
  const other = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(upper), factor), term);
  v128.store(to, v128.bitselect(nan, one, i64x2.extend_low_i32x4_s(none)));
  v128.store(to, v128.bitselect(nan, other, i64x2.extend_high_i32x4_s(none)), 16);
}

/** Means of blocks of at least two of the scaled values. */
export const means: usize = memory.data(4 * CHUNK, 64);

/**
 * The means of `rows` rows of `cells` blocks of `width x height` scaled values, over those that are not NaN: the sums along rows
 * first, and then down. NaN if all are.
 */
export function meansOfBlocks(rows: i32, cells: i32, width: i32, height: i32): void {
  const line: usize = 8 * <usize>cells * <usize>width;
  const isPairs = width == 2 && height == 2;
  const across: usize = 8 * <usize>width;
  let to = means;
  let top = scaled;
  for (let row = 0; row < rows; row++, top += line * <usize>height) {
    let cell = 0;
    let at = top;
    if (isPairs) {
      for (; cell + 2 <= cells; cell += 2, at += 32, to += 16) {
        const upper = addPairs(at);
        const sum = f64x2.add(upper, addPairs(at + line));
        v128.store(to, f64x2.mul(sum, f64x2.splat(0.25)));
        if (!v128.any_true(f64x2.ne(sum, sum))) continue;
        store<f64>(to, meanOfBlock(at, line, width, height));
        store<f64>(to, meanOfBlock(at + 16, line, width, height), 8);
      }
    }
    for (; cell < cells; cell++, at += across, to += 8) store<f64>(to, meanOfBlock(at, line, width, height));
  }
}

/** Of four values the sums of the first two and of the last two. */
@inline
function addPairs(at: usize): v128 {
  const one = v128.load(at);
  const other = v128.load(at, 16);
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
