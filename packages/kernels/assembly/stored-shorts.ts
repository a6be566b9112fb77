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
  const one = i16x8.splat(<i16>first);
  const other = i16x8.splat(<i16>second);
  const low = i16x8.splat(<i16>least);
  const high = i16x8.splat(<i16>greatest);
  for (let i: usize = 0; i < <usize>count; i += 8) {
    const values = v128.load(stored + 2 * i);
    const none = v128.or(
      v128.or(i16x8.eq(values, one), i16x8.eq(values, other)),
      v128.or(i16x8.lt_s(values, low), i16x8.gt_s(values, high)),
    );
    const to = scaled + 8 * i;
    storeFour(i32x4.extend_low_i16x8_s(values), i32x4.extend_low_i16x8_s(none), scale, offset, to);
    storeFour(i32x4.extend_high_i16x8_s(values), i32x4.extend_high_i16x8_s(none), scale, offset, to + 32);
  }
}

/** The same for unsigned values. */
export function scaleUnsigned(
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
      v128.or(i16x8.lt_u(values, low), i16x8.gt_u(values, high)),
    );
    const to = scaled + 8 * i;
    storeFour(i32x4.extend_low_i16x8_u(values), i32x4.extend_low_i16x8_s(none), scale, offset, to);
    storeFour(i32x4.extend_high_i16x8_u(values), i32x4.extend_high_i16x8_s(none), scale, offset, to + 32);
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
