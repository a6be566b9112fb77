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
  const rowBytes = width * bytes;
  for (let row = 0; row < from.length; row += rowBytes) {
    let last = 0;
    let at = row;
    for (let byte = bytes - 1; byte >= 0; byte--) {
      for (let i = row + byte; i < row + rowBytes; i += bytes) {
        const value = from[i]!;
        out[at++] = value - last;
        last = value;
      }
    }
  }
}
