import { sampleBytes, type SampleType } from "./band-type.js";

/** TIFF's predictor for a type: differences of neighbours, and for floating point differences of bytes of equal significance. */
export function predictorOf(type: SampleType): 2 | 3 {
  return type.startsWith("float") ? 3 : 2;
}

/**
 * Puts rows of `width` samples through the predictor (TIFF 6.0, section 14, and Adobe's Technical Note 3 for floating point),
 * little-endian, into `out`.
 */
export function predict(
  type: SampleType,
  buffer: ArrayBuffer,
  width: number,
  out: Uint8Array<ArrayBuffer>,
): void {
  if (predictorOf(type) === 3) byteDifferences(new Uint8Array(buffer), sampleBytes[type], width, out);
  else differences(buffer, out, sampleBytes[type], width);
}

function differences(buffer: ArrayBuffer, out: Uint8Array<ArrayBuffer>, bytes: number, width: number): void {
  const Words = bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Uint32Array;
  const from = new Words(buffer);
  const to = new Words(out.buffer, out.byteOffset, from.length);
  for (let row = 0; row < from.length; row += width) {
    to[row] = from[row]!;
    for (let i = row + 1; i < row + width; i++) to[i] = from[i]! - from[i - 1]!;
  }
}

function byteDifferences(from: Uint8Array, bytes: number, width: number, out: Uint8Array<ArrayBuffer>): void {
  const words = new Uint32Array(from.buffer, from.byteOffset, from.byteLength / 4);
  const wordsOfSample = bytes / 4;
  const rowBytes = width * bytes;
  for (let row = 0; row < from.length; row += rowBytes) {
    let last = 0;
    // Planes of bytes, the most significant first; four of them are the bytes of one word of each sample.
    for (let word = wordsOfSample - 1, at = row; word >= 0; word--, at += 4 * width) {
      last = planesOf(words, row / 4 + word, wordsOfSample, width, out, at, last);
    }
  }
}

/** Four planes of differences, from `at`; `before` is the byte before the first. Returns the last byte of the last plane. */
function planesOf(
  words: Uint32Array,
  from: number,
  step: number,
  width: number,
  out: Uint8Array<ArrayBuffer>,
  at: number,
  before: number,
): number {
  const final = words[from + (width - 1) * step]!;
  // The first difference of each plane is to the last byte of the plane before it.
  let a = before;
  let b = final >>> 24;
  let c = final >>> 16;
  let d = final >>> 8;
  for (let i = 0, p = at, q = from; i < width; i++, p++, q += step) {
    const value = words[q]!;
    out[p] = (value >>> 24) - a;
    out[p + width] = (value >>> 16) - b;
    out[p + 2 * width] = (value >>> 8) - c;
    out[p + 3 * width] = value - d;
    a = value >>> 24;
    b = value >>> 16;
    c = value >>> 8;
    d = value;
  }
  return final & 255;
}
