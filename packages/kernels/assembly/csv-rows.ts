/** CSV text of rows of numbers. Whatever is neither a float32 nor a short float64, or too close to call, is written by the host. */

/** The four digits of each integer below 10,000 as ASCII, and how many of `.0001` to `.9999` are left without trailing zeros; filled in by the host. */
export const quads: usize = memory.data(4 * 10_000, 64);
export const placeBytes: usize = memory.data(10_000, 64);

/** 10^-30 to 10^46. */
const powers: usize = memory.data<f64>([
  1e-30, 1e-29, 1e-28, 1e-27, 1e-26, 1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15,
  1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4,
  1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 1e24,
  1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38, 1e39, 1e40, 1e41, 1e42, 1e43,
  1e44, 1e45, 1e46,
], 64);
const LEAST_POWER: i32 = -30;

/** For each biased binary exponent, the power of ten that brings its least value into [10^8, 10^9). */
const scales: usize = memory.data(4 * 255, 64);
/** Half the gap between neighbours, for each biased binary exponent. */
const halfGaps: usize = memory.data(8 * 255, 64);
for (let e = 0; e < 255; e++) {
  store<i32>(scales + (<usize>e << 2), 8 - i32(Math.floor(Math.log10(2.0 ** f64(max(e - 127, -126))))));
  store<f64>(halfGaps + (<usize>e << 3), 2.0 ** f64(e - 151));
}

/** For each place of the point, where 16 bytes come from: the first of nine digits is byte 8, the point byte 9, the others 0 to 7. */
const points: usize = memory.data(16 * 9, 64);
for (let point = 1; point < 9; point++) {
  const order = points + (<usize>point << 4);
  store<u8>(order, 8);
  for (let place = 1; place < 10; place++) store<u8>(order + place, place < point ? place - 1 : place > point ? place - 2 : 9);
}

/** More than any rounding error of a product below 10^9 of a float32 and a power of ten rounded to a float64. */
const TOLERANCE: f64 = 4.76837158203125e-7;
/** Scales from 0 to here leave no rounding error: 5^12 and a float32 fit in 53 bits. */
const EXACT_SCALE: u32 = 12;
/** For nine, eight and seven digits: what brings their last before the point, and back, and how far the nearest may be. */
const factors: usize = memory.data<f64>([1, 0.1, 0.01], 64);
const units: usize = memory.data<f64>([1, 10, 100], 64);
const ties: usize = memory.data<f64>([0.5 - TOLERANCE, 5 - TOLERANCE, 50 - TOLERANCE], 64);

/** What was written of a column last: the number, where its text begins and ends. */
const LAST_BYTES: usize = 16;
/** The ways that a column is written: integers are 0, what is not a number is above. */
const FLOAT32: u32 = 1;
const FLOAT64: u32 = 2;
/** Turns the first of four digits from a zero into a point. */
const ZERO_TO_POINT: u32 = 2;

/** Writes a field of a column's row at an address, and returns the address after it. */
@external("host", "writeField")
declare function writeField(column: i32, row: i32, at: usize): usize;

/** Writes so many rows of `width` columns: numbers from `cells`, a column after `stride` bytes of the other. */
export function writeRows(
  rows: i32,
  width: i32,
  first: usize,
  cells: usize,
  stride: usize,
  ways: usize,
  lasts: usize,
): usize {
  let at = first;
  for (let row = 0; row < rows; row++) {
    let cell = cells + (<usize>row << 3);
    let last = lasts;
    for (let column = 0; column < width; column++) {
      const value = load<f64>(cell);
      if (value == load<f64>(last)) {
        const start: usize = load<u32>(last, 8);
        const text = v128.load(start);
        v128.store(at, v128.load(start, 16), 16);
        v128.store(at, text);
        at += <usize>load<u32>(last, 12) - start;
      } else if (value == value) {
        const start = at;
        const way: u32 = load<u8>(ways + column);
        at = way == FLOAT32 ? writeFloat32(start, value) : way == FLOAT64 ? writeThousandths(start, value) : 0;
        if (at == 0) at = writeField(column, row, start);
        if (way <= FLOAT64) {
          store<f64>(last, value);
          store<u32>(last, <u32>start, 8);
          store<u32>(last, <u32>at, 12);
        }
      }
      store<u8>(at++, 0x2c);
      cell += stride;
      last += LAST_BYTES;
    }
    store<u8>(at - 1, 0x0a);
  }
  return at;
}

/**
 * Writes a float64 of less than 1000 that is the nearest to a decimal of at most three places, which is then the only one of up to 15
 * digits that reads back to it; returns the address after it, or 0 for others. Coordinates and fractions often are.
 */
@inline
function writeThousandths(at: usize, value: f64): usize {
  const magnitude = abs(value);
  if (!(magnitude < 1000)) return 0;
  const significand = u32(magnitude * 1000 + 0.5);
  if (f64(significand) / 1000 != magnitude) return 0;
  store<u8>(at, 0x2d);
  at += usize(value < 0);
  const whole = significand / 1000;
  const places = significand - whole * 1000;
  at = writeShort(at, whole);
  store<u32>(at, quad(places) - ZERO_TO_POINT);
  return at + load<u8>(placeBytes + places * 10);
}

/**
 * Writes the shortest decimal that reads back to the same float32, and returns the address after it, or 0 where that is not
 * sure. The number of digits is found without branches, because a processor could not predict them.
 */
@inline
function writeFloat32(at: usize, value: f64): usize {
  store<u8>(at, 0x2d);
  at += usize(value < 0);
  const magnitude = abs(value);
  if (magnitude < 1000) {
    const thousands = magnitude * 1000;
    const significand = u32(thousands + 0.5);
    if (abs(thousands - f64(significand)) < 0.03125 && f64(f32(f64(significand) / 1000)) == magnitude) {
      const whole = significand / 1000;
      const places = significand - whole * 1000;
      at = writeShort(at, whole);
      store<u32>(at, quad(places) - ZERO_TO_POINT);
      return at + load<u8>(placeBytes + places * 10);
    }
  }
  if (magnitude <= 0x1000000) {
    const whole = u32(magnitude);
    if (f64(whole) == magnitude) {
      if (whole < 10_000) return writeShort(at, whole);
      const upper = whole / 10_000;
      at = writeShort(at, upper);
      store<u32>(at, quad(whole - upper * 10_000));
      return at + 4;
    }
  }

  const bits = reinterpret<u32>(f32(magnitude));
  const exponent = bits >> 23;
  // Below a power of two the gap is half as wide; infinity looks like one.
  if (bits << 9 == 0 || exponent == 0) return 0;
  // Scaled into [10^8, 10^9), where the decimals that read back are those within reach.
  let scale = load<i32>(scales + (exponent << 2));
  scale -= i32(magnitude * power(scale) >= 1e9);
  const scaled = magnitude * power(scale);
  const gap = load<f64>(halfGaps + (exponent << 3)) * power(scale);
  let reach = gap;
  if (u32(scale) <= EXACT_SCALE) {
    // What is as far as half a gap reads back if the mantissa is even.
    reach = reinterpret<f64>(reinterpret<u64>(gap) + u64(~bits & 1));
  } else if (isInDoubt(scaled, gap)) {
    return 0;
  }
  const point = 9 - scale;

  // No two decimals of six digits read as the same float32; of seven to nine digits the nearest is taken.
  let fewer = u32(readsBack(scaled, 0.1, 10, reach));
  fewer += fewer & u32(readsBack(scaled, 0.01, 100, reach));
  let digits: u32;
  let count: i32;
  if (u32(fewer == 2) & u32(readsBack(scaled, 0.001, 1000, reach))) {
    digits = u32(multiple(scaled, 0.001, 1000));
    const high = digits / 1_000_000;
    const low = digits / 1000 - high * 1000;
    count = select<i32>(load<u8>(placeBytes + high * 10) - 1, 2 + load<u8>(placeBytes + low * 10), low == 0);
  } else {
    count = 9 - fewer;
    const unit = load<f64>(units + (fewer << 3));
    const chosen = multiple(scaled, load<f64>(factors + (fewer << 3)), unit);
    const away = abs(scaled - chosen);
    if (!(u32(away < reach) & u32(away < load<f64>(ties + (fewer << 3))))) return 0;
    digits = u32(chosen);
  }
  return digits < 1_000_000_000 ? writeDecimal(at, digits, count, point) : 0;
}

/** Writes 0.d1d2...d9 * 10^point, of which `count` digits count, in the notation of ECMAScript; returns the address after it. */
@inline
function writeDecimal(at: usize, digits: u32, count: i32, point: i32): usize {
  const first = digits / 100_000_000;
  const eight = digits - first * 100_000_000;
  const upper = eight / 10_000;
  const lower = eight - upper * 10_000;
  if (u32(point - 1) < u32(count - 1)) {
    const text = i64x2(u64(quad(upper)) | (u64(quad(lower)) << 32), first + 0x2e30);
    v128.store(at, i8x16.swizzle(text, v128.load(points + (<usize>point << 4))));
    return at + count + 1;
  }
  const scientific = u32(point + 5) > 26;
  if (!scientific && point <= 0) {
    store<u64>(at, 0x3030303030302e30);
    at += 2 - point;
  }
  const fraction = at + 1 + usize(scientific);
  store<u32>(fraction, quad(upper));
  store<u32>(fraction, quad(lower), 4);
  store<u8>(at, 0x30 + first);
  if (!scientific) {
    if (point <= 0) return at + count;
    v128.store(at + count, i8x16.splat(0x30));
    store<u32>(at + count, 0x30303030, 16);
    return at + point;
  }
  store<u8>(at, 0x2e, 1);
  at += count + i32(count > 1);
  store<u16>(at, point > 0 ? 0x2b65 : 0x2d65);
  return writeShort(at + 2, abs(point - 1));
}

/** An integer below 10,000 without leading zeros. */
@inline
function writeShort(at: usize, integer: u32): usize {
  const count = 1 + u32(integer > 9) + u32(integer > 99) + u32(integer > 999);
  store<u32>(at, quad(integer) >> (32 - (count << 3)));
  return at + count;
}

@inline
function quad(integer: u32): u32 {
  return load<u32>(quads + (integer << 2));
}

@inline
function power(exponent: i32): f64 {
  return load<f64>(powers + (<usize>(exponent - LEAST_POWER) << 3));
}

/** The nearest multiple of `unit`. Of two that are as near, either: such a value is not sure. */
@inline
function multiple(scaled: f64, factor: f64, unit: f64): f64 {
  return nearest(scaled * factor) * unit;
}

@inline
function readsBack(scaled: f64, factor: f64, unit: f64, reach: f64): bool {
  return abs(scaled - multiple(scaled, factor, unit)) < reach;
}

/** Whether it can't be told in float64 if the nearest multiple of ten, a hundred or a thousand is within reach. */
function isInDoubt(scaled: f64, gap: f64): bool {
  for (let factor = 0.1, unit = 10.0; unit < 10_000; factor /= 10, unit *= 10) {
    if (abs(abs(scaled - multiple(scaled, factor, unit)) - gap) <= TOLERANCE) return true;
  }
  return false;
}
