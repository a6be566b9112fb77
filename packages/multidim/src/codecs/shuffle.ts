import { takeBuffer } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";

/**
 * Undoes the shuffle of the bytes of elements: all first bytes, then all second bytes, and so on. Bytes left over follow. The
 * result is in a buffer that may be returned.
 */
export function unshuffle(data: Uint8Array, size: number): Uint8Array {
  if (size <= 1) return data;
  const count = Math.floor(data.length / size);
  const out = new Uint8Array(takeBuffer(data.length));
  if (isLittle && size === 2) {
    joinShorts(data, count, new Uint16Array(out.buffer, 0, count));
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

/** The number of values that the kernel has room for. */
const chunk = 1 << 13;

/** Two runs of bytes as pairs of one of each, by the kernel. */
function joinShorts(data: Uint8Array, count: number, shorts: Uint16Array): void {
  const k = kernels();
  const low = k.arena.view(Uint8Array, k.shortLowBytes.value, chunk)();
  const high = k.arena.view(Uint8Array, k.shortHighBytes.value, chunk)();
  const joined = k.arena.view(Uint16Array, k.storedShorts.value, chunk)();
  for (let done = 0; done < count; done += chunk) {
    const length = Math.min(chunk, count - done);
    low.set(data.subarray(done, done + length));
    high.set(data.subarray(count + done, count + done + length));
    k.joinShorts(length);
    shorts.set(length === chunk ? joined : joined.subarray(0, length), done);
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
