const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const LOWER_E = 101;

/** The four digits of each integer below 10,000, leading zeros included, as a little-endian word of ASCII. */
export const quads = Uint32Array.from(
  { length: 10_000 },
  (_, i) =>
    0x30303030 +
    Math.floor(i / 1000) +
    ((Math.floor(i / 100) % 10) << 8) +
    ((Math.floor(i / 10) % 10) << 16) +
    ((i % 10) << 24),
);

/**
 * For each of the fractions `0.0001` to `0.9999`, as integers: the point and the digits up to the last that is
 * not zero.
 */
export const placeBytes = Uint8Array.from({ length: 10_000 }, (_, i) =>
  i === 0 ? 0 : 5 - /0*$/.exec(String(i))![0].length,
);

/** Writes an integer below 10,000 without leading zeros and returns the position after it. Touches 4 bytes. */
function writeShort(out: DataView, at: number, integer: number): number {
  const count = integer < 100 ? (integer < 10 ? 1 : 2) : integer < 1000 ? 3 : 4;
  out.setUint32(at, quads[integer]! >>> (32 - (count << 3)), true);
  return at + count;
}

/** Writes the four digits of an integer below 10,000, leading zeros included. */
function writeFour(out: DataView, at: number, integer: number): void {
  out.setUint32(at, quads[integer]!, true);
}

/** Writes the 8 digits of an integer below 10^8, leading zeros included. */
function writeEight(out: DataView, at: number, integer: number): void {
  const upper = (integer / 10_000) | 0;
  out.setUint32(at, quads[upper]!, true);
  out.setUint32(at + 4, quads[integer - upper * 10_000]!, true);
}

/** Writes a point and four decimals without their trailing zeros, and nothing if all are zero. Touches 5 bytes. */
export function writeFourPlaces(out: DataView, at: number, places: number): number {
  out.setUint8(at, DOT);
  out.setUint32(at + 1, quads[places]!, true);
  return at + placeBytes[places]!;
}

/**
 * Writes an integer of at most 2^53 in absolute value and returns the position after it. Up to 3 bytes after that are
 * touched.
 */
export function writeInteger(out: DataView, at: number, value: number): number {
  let size = value;
  if (value < 0) {
    out.setUint8(at++, MINUS);
    size = -value;
  }
  if (size < 10_000) return writeShort(out, at, size);
  if (size < 100_000_000) {
    const upper = (size / 10_000) | 0;
    const end = writeShort(out, at, upper);
    writeFour(out, end, size - upper * 10_000);
    return end + 4;
  }
  const high = Math.floor(size / 100_000_000);
  const end = writeInteger(out, at, high);
  writeEight(out, end, size - high * 100_000_000);
  return end + 8;
}

const infinity = new TextEncoder().encode("Infinity");

/** The one spelling that C, Python, R, JavaScript and DuckDB all read. */
export function writeInfinity(out: DataView, at: number): number {
  for (const byte of infinity) out.setUint8(at++, byte);
  return at;
}

const powers = Int32Array.from({ length: 9 }, (_, power) => 10 ** power);

/** Bytes that {@link writeDecimal} may touch: a sign before it, `0.00000`, 17 digits. */
export const DECIMAL_BYTES = 25;

/**
 * Writes the decimal `0.d1d2...dn * 10^point` and returns the position after it. Its digits are the first `count` of
 * those of `high`, which are always 9, and of `low`, which are 8; what follows them does not matter. Bytes after the
 * returned position are overwritten.
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

/** Up to 9 digits with the point among them: the digits before and after it are written as integers. */
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
  out.setUint8(end++, LOWER_E);
  out.setUint8(end++, exponent < 0 ? MINUS : PLUS);
  return writeShort(out, end, Math.abs(exponent));
}

function writeSignificand(out: DataView, at: number, high: number, low: number, count: number): void {
  const first = (high / 100_000_000) | 0;
  out.setUint8(at, ZERO + first);
  writeEight(out, at + 1, high - first * 100_000_000);
  if (count > 9) writeEight(out, at + 9, low);
}
