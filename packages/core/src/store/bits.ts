const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let bits = byte; bits > 0; bits >>= 1) count += bits & 1;
  return count;
});

/** Sets `count` bits from bit `at` on, least significant bit first, as in Arrow and DuckDB. */
export function setBits(target: Uint8Array, at: number, count: number): void {
  let bit = at;
  const end = at + count;
  while (bit < end && (bit & 7) !== 0) setBit(target, bit++);
  const wholeBytes = (end - bit) >> 3;
  target.fill(0xff, bit >> 3, (bit >> 3) + wholeBytes);
  for (bit += wholeBytes * 8; bit < end; bit++) setBit(target, bit);
}

/** Copies `count` bits into cleared bits of `target`; returns how many of them are set. */
export function copyBits(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
  count: number,
): number {
  let set = 0;
  let done = 0;
  if ((at & 7) === 0) {
    const shift = from & 7;
    let read = from >> 3;
    let write = at >> 3;
    for (; done + 8 <= count; done += 8, read++, write++) {
      const byte =
        shift === 0 ? source[read]! : ((source[read]! >> shift) | (source[read + 1]! << (8 - shift))) & 0xff;
      target[write] = byte;
      set += ones[byte]!;
    }
  }
  for (; done < count; done++) {
    const bit = from + done;
    if ((source[bit >> 3]! & (1 << (bit & 7))) !== 0) {
      setBit(target, at + done);
      set++;
    }
  }
  return set;
}

function setBit(target: Uint8Array, bit: number): void {
  target[bit >> 3]! |= 1 << (bit & 7);
}
