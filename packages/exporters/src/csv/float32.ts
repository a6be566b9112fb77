import { writeDecimal } from "./decimal.js";
import { writeShort, writeThreePlaces } from "./digits.js";
import { shortestFloat32 } from "./exact.js";
import { writeInteger } from "./integer.js";
import { writeInfinity } from "./infinity.js";

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** 10^power for powers from -30 to 46, at `power + 30`. */
export const powers = Float64Array.from({ length: 77 }, (_, i) => Number(`1e${i - 30}`));
/** For each biased binary exponent, the power of ten that brings its least value into [10^8, 10^9). */
export const scales = Int32Array.from(
  { length: 255 },
  (_, e) => 8 - Math.floor(Math.log10(2 ** Math.max(e - 127, -126))),
);
/** Half the gap between neighbours, for each biased binary exponent. */
export const halfGaps = Float64Array.from({ length: 255 }, (_, e) => 2 ** (e - 151));

/** More than any rounding error of a product below 10^9 of a float32 and a power of ten rounded to a double. */
export const TOLERANCE = 2 ** -21;
/** Scales at which neither the product nor the gaps have any error: 5^12 and a float32 fit in 53 bits. */
export const EXACT_SCALE = 12;

/**
 * Writes the shortest decimal that reads back to the same float32 (the closest of these, the even one of two equally
 * close) and returns the position after it. NaN is the caller's to deal with; -0 is written as 0.
 *
 * No two decimals of 6 digits read as the same float32: one with three places that reads back is the shortest, once
 * its trailing zeros are gone. Otherwise the value is scaled by a power of ten into [10^8, 10^9), where the decimals that read back to it are less than 60
 * to either side. So if one has at most 6 digits, it is the nearest multiple of 1000; else 7, 8 and 9 digits are
 * the nearest multiples of 100, 10 and 1, each at least as close as the one before. Whatever is too close to call in double precision is decided exactly.
 */
export function writeFloat32(out: DataView, at: number, value: number): number {
  let size = value;
  if (value < 0) {
    out.setUint8(at++, 45);
    size = -value;
  }
  if (size < 1000) {
    const thousands = size * 1000;
    const significand = (thousands + 0.5) | 0;
    if (Math.abs(thousands - significand) < 0.03125 && Math.fround(significand / 1000) === size) {
      const integer = (significand / 1000) | 0;
      return writeThreePlaces(out, writeShort(out, at, integer), significand - integer * 1000);
    }
  }
  if (size <= 0x1000000 && size === (size | 0)) return writeInteger(out, at, size);
  if (size === Infinity) return writeInfinity(out, at);
  float[0] = size;
  const field = bits[0]! >>> 23;
  if (field === 0) return writeExactly(out, at, size);
  const powerOfTwo = (bits[0]! & 0x7fffff) === 0;

  let scale = scales[field]!;
  let scaled = size * powers[scale + 30]!;
  if (scaled >= 1e9) scaled = size * powers[--scale + 30]!;
  const reach = halfGaps[field]! * powers[scale + 30]! * (powerOfTwo ? 0.5 : 1);
  const exact = scale >= 0 && scale <= EXACT_SCALE;
  const tolerance = exact ? 0 : TOLERANCE;
  // Halfway to a neighbour, a decimal reads as the one of the two whose mantissa is even.
  const excluded = exact && (bits[0]! & 1) === 1 ? reach : -1;
  const sure = reach - tolerance;
  const unsure = reach + tolerance;
  const point = 9 - scale;

  // What has 8 digits and is too far has 9; it is the most frequent, where digits go on to the last bit.
  let count = 8;
  let tie = 5;
  let digits = ((scaled * 0.1 + 0.5) | 0) * 10;
  let distance = Math.abs(scaled - digits);
  if (distance > unsure || distance === excluded) {
    count = 9;
    tie = 0.5;
    digits = (scaled + 0.5) | 0;
    distance = Math.abs(scaled - digits);
  } else {
    const seven = ((scaled * 0.01 + 0.5) | 0) * 100;
    const off = Math.abs(scaled - seven);
    if (off <= unsure && off !== excluded) {
      const six = ((scaled * 0.001 + 0.5) | 0) * 1000;
      const further = Math.abs(scaled - six);
      if (further < sure) return writeStripped(out, at, six, point);
      if (further <= unsure && further !== excluded) return writeExactly(out, at, size);
      count = 7;
      tie = 50;
      digits = seven;
      distance = off;
    }
  }
  if (powerOfTwo) return writeExactly(out, at, size);
  const inside = distance < sure || (exact && distance === reach);
  if (!inside || distance >= tie - TOLERANCE) return writeExactly(out, at, size);
  return writeDecimal(out, at, digits, 0, count, point);
}

/** Writes a multiple of 1000 from 10^8 to 10^9 without its trailing zeros. */
function writeStripped(out: DataView, at: number, digits: number, point: number): number {
  if (digits === 1_000_000_000) return writeDecimal(out, at, 100_000_000, 0, 1, point + 1);
  let rest = (digits / 1000) | 0;
  let count = 6;
  while (rest % 10 === 0) {
    rest = (rest / 10) | 0;
    count--;
  }
  return writeDecimal(out, at, digits, 0, count, point);
}

function writeExactly(out: DataView, at: number, size: number): number {
  const { digits, point } = shortestFloat32(size);
  return writeDecimal(out, at, Number(digits.padEnd(9, "0")), 0, digits.length, point);
}
