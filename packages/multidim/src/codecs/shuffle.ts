import { takeBuffer } from "@quadrat/core/base";

/**
 * Undoes the shuffle of the bytes of elements: all first bytes, then all second bytes, and so on. Bytes left over follow. The
 * result is in a buffer that may be returned.
 */
export function unshuffle(data: Uint8Array, size: number): Uint8Array {
  if (size <= 1) return data;
  const count = Math.floor(data.length / size);
  const out = new Uint8Array(takeBuffer(data.length));
  if (isLittle && size === 2 && count % 4 === 0 && data.byteOffset % 4 === 0) {
    joinPairs(data, count, new Uint32Array(out.buffer, 0, count / 2));
  } else if (isLittle && size % 4 === 0) {
    const words = new Uint32Array(out.buffer, 0, (count * size) / 4);
    const step = size / 4;
    for (let word = 0; word < step; word++) joinFour(data, 4 * word * count, count, words, word, step);
  } else {
    for (let byte = 0; byte < size; byte++) {
      const from = byte * count;
      for (let i = 0, at = byte; i < count; i++, at += size) out[at] = data[from + i]!;
    }
  }
  out.set(data.subarray(count * size), count * size);
  return out;
}

const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Two runs of bytes as pairs of one of each, four pairs at a time. */
function joinPairs(data: Uint8Array, count: number, pairs: Uint32Array): void {
  const source = new Uint32Array(data.buffer, data.byteOffset, count / 2);
  const half = count / 4;
  for (let i = 0, at = 0; i < half; i++, at += 2) {
    const [low, high] = [source[i]!, source[half + i]!];
    pairs[at] = (low & 0xff) | ((high & 0xff) << 8) | ((low & 0xff00) << 8) | ((high & 0xff00) << 16);
    pairs[at + 1] =
      ((low >>> 16) & 0xff) | ((high >>> 8) & 0xff00) | ((low >>> 8) & 0xff0000) | (high & 0xff000000);
  }
}

/** Every `step`-th word from `first`, out of four runs of bytes. */
function joinFour(
  data: Uint8Array,
  from: number,
  count: number,
  words: Uint32Array,
  first: number,
  step: number,
): void {
  const [b1, b2, b3] = [from + count, from + 2 * count, from + 3 * count];
  for (let i = 0, at = first; i < count; i++, at += step) {
    words[at] = data[from + i]! | (data[b1 + i]! << 8) | (data[b2 + i]! << 16) | (data[b3 + i]! << 24);
  }
}
