/** Undoes the shuffle of the bytes of elements: all first bytes, then all second bytes, and so on. Bytes left over follow. */
export function unshuffle(data: Uint8Array, size: number): Uint8Array {
  if (size <= 1) return data;
  const count = Math.floor(data.length / size);
  const out = new Uint8Array(data.length);
  if (size === 2) {
    for (let i = 0, at = 0; i < count; i++, at += 2) {
      out[at] = data[i]!;
      out[at + 1] = data[count + i]!;
    }
  } else {
    for (let byte = 0; byte < size; byte++) {
      const from = byte * count;
      for (let i = 0, at = byte; i < count; i++, at += size) out[at] = data[from + i]!;
    }
  }
  out.set(data.subarray(count * size), count * size);
  return out;
}
