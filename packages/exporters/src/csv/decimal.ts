import { writeEight, writeShort } from "./digits.js";
import { writeInteger } from "./integer.js";

const DOT = 46;
const ZERO = 48;

const powers = Int32Array.from({ length: 9 }, (_, power) => 10 ** power);

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
  out: DataView,
  at: number,
  high: number,
  low: number,
  count: number,
  point: number,
): number {
  if (point > 0 && point < count) {
    if (count <= 9) return writeParts(out, at, high, count, point);
    writeSignificand(out, at + 1, high, low, count);
    for (let end = at + point; at < end; at++) out.setUint8(at, out.getUint8(at + 1));
    out.setUint8(at, DOT);
    return at + 1 + count - point;
  }
  if (point > 21 || point <= -6) return writeExponential(out, at, high, low, count, point);
  if (point <= 0) {
    out.setUint8(at++, ZERO);
    out.setUint8(at++, DOT);
    for (let i = point; i < 0; i++) out.setUint8(at++, ZERO);
    writeSignificand(out, at, high, low, count);
    return at + count;
  }
  writeSignificand(out, at, high, low, count);
  for (let i = count; i < point; i++) out.setUint8(at + i, ZERO);
  return at + point;
}

/** Up to 9 digits, the point among them: what is before it and what is after it are written as integers. */
function writeParts(out: DataView, at: number, digits: number, count: number, point: number): number {
  const unit = powers[9 - point]!;
  const integer = (digits / unit) | 0;
  const dot = writeInteger(out, at, integer);
  out.setUint8(dot, DOT);
  writeEight(out, dot + 1, (digits - integer * unit) * powers[point - 1]!);
  return dot + 1 + count - point;
}

function writeExponential(
  out: DataView,
  at: number,
  high: number,
  low: number,
  count: number,
  point: number,
): number {
  writeSignificand(out, at + 1, high, low, count);
  out.setUint8(at, out.getUint8(at + 1));
  out.setUint8(at + 1, DOT);
  let end = at + (count === 1 ? 1 : count + 1);
  const exponent = point - 1;
  out.setUint8(end++, 101);
  out.setUint8(end++, exponent < 0 ? 45 : 43);
  return writeShort(out, end, Math.abs(exponent));
}

function writeSignificand(out: DataView, at: number, high: number, low: number, count: number): void {
  const first = (high / 100_000_000) | 0;
  out.setUint8(at, ZERO + first);
  writeEight(out, at + 1, high - first * 100_000_000);
  if (count > 9) writeEight(out, at + 9, low);
}
