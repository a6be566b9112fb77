import { createLanes, prefixSums } from "./prefix-sums.js";

/** A typed array of a sample's bits, by the width of the sample. */
export type Words = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Where the samples of one band are within a block: every `stride`-th, starting with number `band`. */
export interface Interleaving {
  readonly width: number;
  readonly rows: number;
  readonly stride: number;
  readonly band: number;
}

/**
 * Undoes horizontal differencing (TIFF 6.0, section 14) for one band; samples of 64 bits are pairs of words.
 * `out` may be `words` itself if there is no other band.
 */
export function undoDifferences(words: Words, out: Words, layout: Interleaving): void {
  const { width, rows, stride, band } = layout;
  if (stride === 1 && words === out && words instanceof Uint8Array && width % 4 === 0) {
    undoByteDifferences(words, width, rows);
    return;
  }
  for (let row = 0; row < rows; row++) {
    let from = (row * width * stride + band) | 0;
    let sum = 0;
    for (let to = (row * width) | 0, end = (to + width) | 0; to < end; to++, from += stride) {
      sum = (sum + words[from]!) | 0;
      out[to] = sum;
    }
  }
}

/** The same for bytes, four at a time. */
function undoByteDifferences(bytes: Uint8Array<ArrayBuffer>, width: number, rows: number): void {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, (width * rows) >> 2);
  const count = width >> 2;
  const lanes = createLanes(count);
  for (let row = 0; row < rows; row++) {
    prefixSums(words, row * count, count, lanes);
    for (let i = 0, to = row * count; i < count; i++, to++) words[to] = lanes.even[i]! | (lanes.odd[i]! << 8);
  }
}

/** The same for samples of 64 bits, each a low and a high word. */
export function undoDifferences64(words: Uint32Array, out: Uint32Array, layout: Interleaving): void {
  const { width, rows, stride, band } = layout;
  for (let row = 0; row < rows; row++) {
    let from = 2 * (row * width * stride + band);
    let low = 0;
    let high = 0;
    for (let to = 2 * row * width, end = to + 2 * width; to < end; to += 2, from += 2 * stride) {
      const sum = low + words[from]!;
      low = sum >>> 0;
      high = (high + words[from + 1]! + (sum > 0xffffffff ? 1 : 0)) >>> 0;
      out[to] = low;
      out[to + 1] = high;
    }
  }
}

/** Extracts one band from pixel-interleaved samples. */
export function takeBand(words: Words, out: Words, { width, rows, stride, band }: Interleaving): void {
  const count = (width * rows) | 0;
  for (let to = 0, from = band | 0; to < count; to++, from += stride) out[to] = words[from]!;
}

/** The same for samples of 64 bits. */
export function takeBand64(
  words: Uint32Array,
  out: Uint32Array,
  { width, rows, stride, band }: Interleaving,
): void {
  for (let to = 0, from = 2 * band; to < 2 * width * rows; to += 2, from += 2 * stride) {
    out[to] = words[from]!;
    out[to + 1] = words[from + 1]!;
  }
}

/**
 * Undoes the floating-point predictor (Adobe Photoshop TIFF technical note 3) for one band: each row is split into
 * planes of first, second, ... bytes, high ones first, and the bytes of the row are differenced.
 *
 * @param bytes the block
 * @param size bytes of one sample
 * @returns samples in little-endian order
 */
export function undoFloatPredictor(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  { width, rows, stride, band }: Interleaving,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(width * rows * size);
  for (let row = 0; row < rows; row++) {
    let from = row * width * stride * size + band;
    let sum = 0;
    for (let byte = size - 1; byte >= 0; byte--) {
      for (let to = row * width * size + byte, i = 0; i < width; i++, to += size, from += stride) {
        sum = (sum + bytes[from]!) & 255;
        out[to] = sum;
      }
    }
  }
  return out;
}
