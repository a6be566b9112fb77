const pairs = Uint8Array.from(
  { length: 200 },
  (_, i) => 48 + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
);

/** Writes the last `count` decimal digits of a non-negative 32-bit integer, the last one just before `end`. */
export function writeDigits(out: Uint8Array, end: number, integer: number, count: number): void {
  let at = end;
  let rest = integer;
  let left = count;
  while (left >= 2) {
    const quotient = (rest / 100) | 0;
    const pair = (rest - quotient * 100) << 1;
    out[--at] = pairs[pair + 1]!;
    out[--at] = pairs[pair]!;
    rest = quotient;
    left -= 2;
  }
  if (left === 1) out[at - 1] = 48 + (rest % 10);
}

/** Writes the 8 digits of an integer below 10^8, leading zeros included. Without a loop, for its branches cost most. */
export function writeEight(out: Uint8Array, at: number, integer: number): void {
  const upper = (integer / 10_000) | 0;
  const lower = integer - upper * 10_000;
  const first = (upper / 100) | 0;
  const third = (lower / 100) | 0;
  let pair = first << 1;
  out[at] = pairs[pair]!;
  out[at + 1] = pairs[pair + 1]!;
  pair = (upper - first * 100) << 1;
  out[at + 2] = pairs[pair]!;
  out[at + 3] = pairs[pair + 1]!;
  pair = third << 1;
  out[at + 4] = pairs[pair]!;
  out[at + 5] = pairs[pair + 1]!;
  pair = (lower - third * 100) << 1;
  out[at + 6] = pairs[pair]!;
  out[at + 7] = pairs[pair + 1]!;
}

/** Number of decimal digits of a non-negative integer below 10^9; 1 for zero. */
export function digitCount(integer: number): number {
  if (integer < 10_000) return integer < 100 ? (integer < 10 ? 1 : 2) : integer < 1000 ? 3 : 4;
  if (integer < 1_000_000) return integer < 100_000 ? 5 : 6;
  return integer < 100_000_000 ? (integer < 10_000_000 ? 7 : 8) : 9;
}
