import { expect, it } from "vitest";
import { unshuffle } from "../src/codecs/shuffle.js";

/** By HDF5's definition: byte k of element i lies at k * count + i; bytes left over follow. */
function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  return bytes.map((byte, at) => {
    if (at >= count * size) return byte;
    return bytes[(at % count) * size + Math.floor(at / count)]!;
  });
}

it.each([1, 2, 3, 4, 5, 8, 12, 16])("elements of %i bytes are put together again", (size) => {
  for (const length of [0, 1, size, 7 * size, 8 * size, 64 * size, 64 * size + 1, 61 * size + size - 1]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 3)) & 255);
    expect(unshuffle(shuffled(bytes, size), size)).toEqual(bytes);
  }
  const odd = new Uint8Array(33).map((_, i) => i * 11);
  expect(unshuffle(shuffled(odd.subarray(1), size), size)).toEqual(Uint8Array.from(odd.subarray(1)));
});
