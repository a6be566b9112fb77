import { writeDigits, writeEight } from "./digits.js";
import { writeInteger } from "./integer.js";

const DOT = 46;
const ZERO = 48;

/** Bytes that {@link writeDecimal} may touch: a sign before it, `0.00000`, 17 digits. */
export const DECIMAL_BYTES = 25;

/**
 * Writes the decimal `0.d1d2...dn * 10^point` and returns the position after it. Its digits are the first `count` of
 * those of `high`, which are always 9, and of `low`, which are 8; what follows them may be anything. Bytes after
 * the returned position are overwritten.
 *
 * The notation is that of ECMAScript's Number::toString: plain from 1e-6 up to, but not including, 1e21.
 */
export function writeDecimal(
  out: Uint8Array,
  at: number,
  high: number,
  low: number,
  count: number,
  point: number,
): number {
  if (point > 0 && point < count) {
    writeSignificand(out, at + 1, high, low, count);
    for (let end = at + point; at < end; at++) out[at] = out[at + 1]!;
    out[at] = DOT;
    return at + 1 + count - point;
  }
  if (point > 21 || point <= -6) return writeExponential(out, at, high, low, count, point);
  if (point <= 0) {
    out[at++] = ZERO;
    out[at++] = DOT;
    for (let i = point; i < 0; i++) out[at++] = ZERO;
    writeSignificand(out, at, high, low, count);
    return at + count;
  }
  writeSignificand(out, at, high, low, count);
  for (let i = count; i < point; i++) out[at + i] = ZERO;
  return at + point;
}

function writeExponential(
  out: Uint8Array,
  at: number,
  high: number,
  low: number,
  count: number,
  point: number,
): number {
  writeSignificand(out, at + 1, high, low, count);
  out[at] = out[at + 1]!;
  out[at + 1] = DOT;
  let end = at + (count === 1 ? 1 : count + 1);
  const exponent = point - 1;
  out[end++] = 101;
  out[end++] = exponent < 0 ? 45 : 43;
  const size = Math.abs(exponent);
  const digits = size < 10 ? 1 : 2;
  writeDigits(out, end + digits, size, digits);
  return end + digits;
}

function writeSignificand(out: Uint8Array, at: number, high: number, low: number, count: number): void {
  const first = (high / 100_000_000) | 0;
  out[at] = ZERO + first;
  writeEight(out, at + 1, high - first * 100_000_000);
  if (count > 9) writeEight(out, at + 9, low);
}

/** Writes `significand / 10^4`, which is below 10^5, without trailing zeros, and returns the position after it. */
export function writePlaces(out: Uint8Array, at: number, significand: number): number {
  const integer = (significand / 10_000) | 0;
  at = writeInteger(out, at, integer);
  let places = significand - integer * 10_000;
  if (places === 0) return at;
  let count = 4;
  while (places % 10 === 0) {
    places = (places / 10) | 0;
    count--;
  }
  out[at++] = DOT;
  writeDigits(out, at + count, places, count);
  return at + count;
}
