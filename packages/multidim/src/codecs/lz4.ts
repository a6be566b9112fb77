import { Damaged } from "../fault.js";

/** Unpacks one block of LZ4 into all of `out`. */
export function unpackLz4(data: Uint8Array, out: Uint8Array): void {
  let [from, to] = [0, 0];
  const length = (nibble: number): number => {
    let sum = nibble;
    if (nibble < 15) return sum;
    for (;;) {
      const byte = data[from++];
      if (byte === undefined) throw new Damaged("corrupt LZ4 data: it ends within a length");
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  while (from < data.length) {
    const token = data[from++]!;
    const literals = length(token >> 4);
    if (from + literals > data.length || to + literals > out.length)
      throw new Damaged("corrupt LZ4 data: a literal is too long");
    out.set(data.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === data.length) break;
    const distance = data[from]! | ((data[from + 1] ?? 0) << 8);
    from += 2;
    const match = length(token & 15) + 4;
    if (distance === 0 || distance > to || to + match > out.length)
      throw new Damaged("corrupt LZ4 data: a match is outside the data");
    if (distance >= match) out.copyWithin(to, to - distance, to - distance + match);
    else for (let i = 0; i < match; i++) out[to + i] = out[to + i - distance]!;
    to += match;
  }
  if (to !== out.length) throw new Damaged(`LZ4 data of ${to} bytes instead of ${out.length}`);
}
