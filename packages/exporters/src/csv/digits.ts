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

/** What turns the first of four digits from a zero into a point. */
export const ZERO_TO_POINT = 2;

/** Of the places `0.0001` to `0.9999`, as integers, the point and the digits up to the last that is not zero. */
export const placeBytes = Uint8Array.from({ length: 10_000 }, (_, i) =>
  i === 0 ? 0 : 5 - /0*$/.exec(String(i))![0].length,
);

/** Writes an integer below 10,000 without leading zeros and returns the position after it. Touches 4 bytes. */
export function writeShort(out: DataView, at: number, integer: number): number {
  const count = integer < 100 ? (integer < 10 ? 1 : 2) : integer < 1000 ? 3 : 4;
  out.setUint32(at, quads[integer]! >>> (32 - (count << 3)), true);
  return at + count;
}

/** Writes the four digits of an integer below 10,000, leading zeros included. */
export function writeFour(out: DataView, at: number, integer: number): void {
  out.setUint32(at, quads[integer]!, true);
}

/** Writes the 8 digits of an integer below 10^8, leading zeros included. */
export function writeEight(out: DataView, at: number, integer: number): void {
  const upper = (integer / 10_000) | 0;
  out.setUint32(at, quads[upper]!, true);
  out.setUint32(at + 4, quads[integer - upper * 10_000]!, true);
}

/** Writes a point and three places without their trailing zeros, nothing for none of them. Touches 4 bytes. */
export function writeThreePlaces(out: DataView, at: number, places: number): number {
  out.setUint32(at, quads[places]! - ZERO_TO_POINT, true);
  return at + placeBytes[places * 10]!;
}

/** Writes a point and four places without their trailing zeros, nothing for none of them. Touches 5 bytes. */
export function writeFourPlaces(out: DataView, at: number, places: number): number {
  out.setUint8(at, 46);
  out.setUint32(at + 1, quads[places]!, true);
  return at + placeBytes[places]!;
}
