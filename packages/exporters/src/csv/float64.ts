import { writeDecimal, writeFourPlaces, writeInfinity, writeInteger } from "./decimal.js";

const words = new Uint32Array(2);
const float = new Float64Array(words.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

const E4 = 10_000;
const E8 = 100_000_000;
/** Veltkamp's splitter: `(a * SPLIT) - (a * SPLIT - a)` keeps the upper 26 bits of `a`. */
const SPLIT = 2 ** 27 + 1;

/** Binary exponents of the doubles from 7.7e-6 to 9.0e15, whose 17 digits need a scale of 0 to 22. */
const LEAST = -17;
const MOST = 52;
/** For each of them, the power of ten that brings its minimum into [10^16, 10^17). */
const scales = Int32Array.from(
  { length: MOST - LEAST + 1 },
  (_, i) => 16 - Math.floor(Math.log10(2 ** (i + LEAST))),
);
const halfGaps = Float64Array.from({ length: MOST - LEAST + 1 }, (_, i) => 2 ** (i + LEAST - 53));
/** 10^power, exactly, and its two halves of 26 bits. */
const powers = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const powerHighs = powers.map((power) => power * SPLIT - (power * SPLIT - power));
const powerLows = powers.map((power, i) => power - powerHighs[i]!);

/** Larger than any error of the digits below 10^8, which have 26 bits after the point. */
const TOLERANCE = 2 ** -20;

/**
 * Writes the shortest decimal that reads back to the same double, digit for digit that of ECMAScript, and returns
 * the position after it. The caller handles NaN; -0 is written as 0.
 *
 * No two decimals of 15 digits read as the same double: the one that reads back is the shortest, once its trailing
 * zeros are removed. Four decimals are tried first, for coordinates and the like; then the value is scaled into
 * [10^16, 10^17) in twice the precision, where 15, 16 and 17 digits are the nearest multiples of 100, 10 and 1.
 * Values that are too close to call, very large or very small are left to the runtime.
 */
export function writeFloat64(out: DataView, at: number, value: number): number {
  let size = value;
  if (value < 0) {
    out.setUint8(at++, 45);
    size = -value;
  }
  if (size < 1e5) {
    const scaled = size * E4;
    const significand = (scaled + 0.5) | 0;
    if (Math.abs(scaled - significand) < 1e-6 && significand / E4 === size) {
      const integer = (significand / E4) | 0;
      return writeFourPlaces(out, writeInteger(out, at, integer), significand - integer * E4);
    }
  }
  if (size <= Number.MAX_SAFE_INTEGER && size === Math.floor(size)) return writeInteger(out, at, size);
  float[0] = size;
  const exponent = (words[HIGH]! >>> 20) - 1023;
  const powerOfTwo = (words[HIGH]! & 0xfffff) === 0 && words[1 - HIGH] === 0;
  if (exponent < LEAST || exponent > MOST || powerOfTwo) return writeByRuntime(out, at, size);

  let scale = scales[exponent - LEAST]!;
  let product = size * powers[scale]!;
  if (product >= 1e17) product = size * powers[--scale]!;
  const reach = halfGaps[exponent - LEAST]! * powers[scale]!;
  const sure = reach - TOLERANCE;
  const unsure = reach + TOLERANCE;
  const point = 17 - scale;

  // The product's rounding error, exactly (Dekker 1971).
  const sizeHigh = size * SPLIT - (size * SPLIT - size);
  const sizeLow = size - sizeHigh;
  const powerHigh = powerHighs[scale]!;
  const powerLow = powerLows[scale]!;
  const error =
    sizeHigh * powerHigh - product + sizeHigh * powerLow + sizeLow * powerHigh + sizeLow * powerLow;

  let high = (product * 1e-8) | 0;
  let low = product - high * E8 + error;
  if (low < 0) {
    high--;
    low += E8;
  } else if (low >= E8) {
    high++;
    low -= E8;
  }

  let count = 15;
  let digits = ((low * 0.01 + 0.5) | 0) * 100;
  let distance = Math.abs(low - digits);
  if (distance < sure) return writeStripped(out, at, high, digits, point);
  let tie = 50;
  if (distance > unsure) {
    count = 16;
    digits = ((low * 0.1 + 0.5) | 0) * 10;
    distance = Math.abs(low - digits);
    tie = 5;
    if (distance > unsure) {
      count = 17;
      digits = (low + 0.5) | 0;
      distance = Math.abs(low - digits);
      tie = 0.5;
    }
  }
  if (distance >= sure || distance >= tie - TOLERANCE) return writeByRuntime(out, at, size);
  return writeDecimal(out, at, high, digits, count, point);
}

/** Writes 9 and 8 digits, the last two of them 00, without trailing zeros; `low` may be 10^8. */
function writeStripped(out: DataView, at: number, high: number, low: number, point: number): number {
  if (low === E8) {
    high++;
    low = 0;
  }
  if (high === 1_000_000_000) return writeDecimal(out, at, E8, 0, 1, point + 1);
  let count = low === 0 ? 9 : 17;
  let rest = low === 0 ? high : low;
  while (rest % 10 === 0) {
    rest = (rest / 10) | 0;
    count--;
  }
  return writeDecimal(out, at, high, low, count, point);
}

function writeByRuntime(out: DataView, at: number, size: number): number {
  if (size === Infinity) return writeInfinity(out, at);
  const text = String(size);
  for (let i = 0; i < text.length; i++) out.setUint8(at++, text.charCodeAt(i));
  return at;
}
