import { writeEight, writeFour, writeShort } from "./digits.js";

/** Writes an integer of at most 2^53 in size and returns the position after it. Up to 3 bytes after that are touched. */
export function writeInteger(out: DataView, at: number, value: number): number {
  let size = value;
  if (value < 0) {
    out.setUint8(at++, 45);
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
