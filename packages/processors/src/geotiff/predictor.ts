import { quietNaN, type FloatBits } from "./nodata.js";
import { createLanes, prefixSums } from "./prefix-sums.js";
import type { Lanes } from "./prefix-sums.js";

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
 * `out` may be `words` itself when there is no other band.
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

/** Takes one band out of pixel-interleaved samples. */
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
 * @param bytes the block; overwritten, and with the result if there is no other band
 * @param size bytes of one sample
 * @returns samples in little-endian order
 */
export function undoFloatPredictor(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  { width, rows, stride, band }: Interleaving,
): Uint8Array<ArrayBuffer> {
  if (size === 4 && stride === 1 && width % 4 === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, width * rows);
    const planes = createLanes(width);
    for (let row = 0; row < rows; row++) {
      prefixSums(words, row * width, width, planes);
      joinPlanes(planes, words, row * width, width >> 2);
    }
    return bytes;
  }
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

/** Columns and rows of a block. */
export interface BlockPart {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the samples of a part of a block go. */
export interface FloatTarget {
  /** The bits of the window's samples. */
  readonly words: Int32Array;
  /** The place of the first sample, and from one row to the next. */
  readonly at: number;
  readonly stride: number;
  /** Becomes NaN. */
  readonly blank: FloatBits;
}

/**
 * The same for one band of float32, row by row into a window.
 * @param width of the block, a multiple of 4
 */
export function undoFloatPredictorInto(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  { left, right, top, bottom }: BlockPart,
  { words, at, stride, blank }: FloatTarget,
): void {
  const source = new Int32Array(bytes.buffer, bytes.byteOffset, width * bottom);
  const planes = createLanes(width);
  const quarter = width >> 2;
  const whole = left === 0 && right % 4 === 0;
  const samples = new Int32Array(width);
  for (let row = top, to = at; row < bottom; row++, to += stride) {
    prefixSums(source, row * width, width, planes);
    if (whole) {
      joinInto(planes, quarter, right >> 2, blank, words, to);
    } else {
      joinInto(planes, quarter, quarter, blank, samples, 0);
      words.set(samples.subarray(left, right), to);
    }
  }
}

/** Joins the first `end` words of four planes of bytes, with NaN for nodata. */
function joinInto(
  { even, odd }: Lanes,
  quarter: number,
  end: number,
  blank: FloatBits,
  words: Int32Array,
  to: number,
): void {
  const b = quarter | 0;
  const c = (b + b) | 0;
  const d = (c + b) | 0;
  const low = blank.first | 0;
  const high = blank.last | 0;
  for (let i = 0, at = to | 0; i < end; i++, at += 4) {
    const upper02 = (even[i]! << 8) | even[b + i]!;
    const upper13 = (odd[i]! << 8) | odd[b + i]!;
    const lower02 = (even[c + i]! << 8) | even[d + i]!;
    const lower13 = (odd[c + i]! << 8) | odd[d + i]!;
    const w0 = (upper02 << 16) | (lower02 & 0xffff);
    const w1 = (upper13 << 16) | (lower13 & 0xffff);
    const w2 = (upper02 & 0xffff0000) | (lower02 >>> 16);
    const w3 = (upper13 & 0xffff0000) | (lower13 >>> 16);
    words[at] = w0 <= high && w0 >= low ? quietNaN : w0;
    words[at + 1] = w1 <= high && w1 >= low ? quietNaN : w1;
    words[at + 2] = w2 <= high && w2 >= low ? quietNaN : w2;
    words[at + 3] = w3 <= high && w3 >= low ? quietNaN : w3;
  }
}

/** Joins four planes of bytes, `quarter` words each, one after the other, to words from `to` on. */
function joinPlanes({ even, odd }: Lanes, words: Int32Array, to: number, quarter: number): void {
  const b = quarter | 0;
  const c = (b + b) | 0;
  const d = (c + b) | 0;
  for (let i = 0, at = to | 0; i < b; i++, at += 4) {
    const upper02 = (even[i]! << 8) | even[b + i]!;
    const upper13 = (odd[i]! << 8) | odd[b + i]!;
    const lower02 = (even[c + i]! << 8) | even[d + i]!;
    const lower13 = (odd[c + i]! << 8) | odd[d + i]!;
    words[at] = (upper02 << 16) | (lower02 & 0xffff);
    words[at + 1] = (upper13 << 16) | (lower13 & 0xffff);
    words[at + 2] = (upper02 & 0xffff0000) | (lower02 >>> 16);
    words[at + 3] = (upper13 & 0xffff0000) | (lower13 >>> 16);
  }
}
