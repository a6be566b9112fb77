import { digitCount, writeDigits } from "./digits.js";

/** Writes an integer of at most 2^53 in size and returns the position after it. */
export function writeInteger(out: Uint8Array, at: number, value: number): number {
  let size = value;
  if (value < 0) {
    out[at++] = 45;
    size = -value;
  }
  if (size < 1_000_000_000) {
    const end = at + digitCount(size);
    writeDigits(out, end, size, end - at);
    return end;
  }
  const high = Math.floor(size / 100_000_000);
  const end = at + digitCount(high) + 8;
  writeDigits(out, end, size - high * 100_000_000, 8);
  writeDigits(out, end - 8, high, end - 8 - at);
  return end;
}
