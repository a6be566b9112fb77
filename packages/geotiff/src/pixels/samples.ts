import type { Int64Nodata } from "./nodata.js";
import { InexactInteger } from "../container/fault.js";
import type { ImageLayout } from "./layout.js";
import { takeBand, takeBand64, undoDifferences, undoDifferences64, undoFloatPredictor } from "./predictor.js";
import type { Interleaving, Words } from "./predictor.js";

/** The samples of one band of one block, in the type of the file except for 64-bit integers, which are doubles. */
export type Samples =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

export interface SampleOptions {
  readonly littleEndian: boolean;
  /** The band to extract, from 0, if a block holds several; else 0. */
  readonly band: number;
  /** The nodata value of 64-bit integers, which must be known before they become doubles. */
  readonly nodata64: Int64Nodata | undefined;
}

/**
 * Extracts the samples of one band from a decompressed block, undoing byte order, predictor and interleaving.
 * @param bytes a whole number of rows, aligned to 8 bytes; overwritten, and kept if it can serve as the result
 * @throws InexactInteger for 64-bit integers that a double can't represent
 */
export function takeSamples(
  bytes: Uint8Array<ArrayBuffer>,
  layout: ImageLayout,
  rows: number,
  options: SampleOptions,
): Samples {
  const { bits, format, predictor, planar, samples } = layout;
  const interleaving = { width: layout.blockWidth, rows, stride: planar ? 1 : samples, band: options.band };
  const block = bytes.subarray(0, rows * layout.rowBytes);
  if (bits < 8 || bits % 8 !== 0) return unpackBits(block, bits, layout.rowBytes, interleaving);
  const size = bits / 8;
  if (predictor === 3) return asType(undoFloatPredictor(block, size, interleaving), format, size, options);
  // Samples have the byte order of the file, LERC's included; machines on which DuckDB and Arrow run are
  // little-endian.
  if (!options.littleEndian) swapBytes(block, size);
  const band =
    size === 8 ? takeLong(block, predictor, interleaving) : takeShort(block, size, predictor, interleaving);
  return asType(band, format, size, options);
}

function takeShort(
  block: Uint8Array<ArrayBuffer>,
  size: number,
  predictor: number,
  interleaving: Interleaving,
): Uint8Array<ArrayBuffer> {
  const { width, rows, stride } = interleaving;
  if (stride === 1 && predictor === 1) return block;
  const words = wordsOf(block, size);
  const out = stride === 1 ? words : wordsOf(new Uint8Array(width * rows * size), size);
  if (predictor === 2) undoDifferences(words, out, interleaving);
  else takeBand(words, out, interleaving);
  return bytesOf(out);
}

function takeLong(
  block: Uint8Array<ArrayBuffer>,
  predictor: number,
  interleaving: Interleaving,
): Uint8Array<ArrayBuffer> {
  const { width, rows, stride } = interleaving;
  if (stride === 1 && predictor === 1) return block;
  const words = new Uint32Array(block.buffer, block.byteOffset, block.length / 4);
  const out = stride === 1 ? words : new Uint32Array(2 * width * rows);
  if (predictor === 2) undoDifferences64(words, out, interleaving);
  else takeBand64(words, out, interleaving);
  return bytesOf(out);
}

function wordsOf(bytes: Uint8Array<ArrayBuffer>, size: number): Words {
  if (size === 1) return bytes;
  const Type = size === 2 ? Uint16Array : Int32Array;
  return new Type(bytes.buffer, bytes.byteOffset, bytes.length / size);
}

function bytesOf(words: Words | Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function swapBytes(block: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

function asType(
  { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>,
  format: ImageLayout["format"],
  size: number,
  options: SampleOptions,
): Samples {
  const count = length / size;
  if (format === "float") {
    if (size === 2) return halvesToFloats(new Uint16Array(buffer, byteOffset, count));
    return size === 4
      ? new Float32Array(buffer, byteOffset, count)
      : new Float64Array(buffer, byteOffset, count);
  }
  const signed = format === "int";
  switch (size) {
    case 1:
      return signed ? new Int8Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
    case 2:
      return signed ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
    case 4:
      return signed ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
    default:
      return longsToDoubles(new Uint32Array(buffer, byteOffset, 2 * count), signed, options.nodata64);
  }
}

/**
 * Pairs of words to doubles; nodata becomes NaN here because a double can't distinguish large nodata values from their
 * neighbours.
 */
function longsToDoubles(
  words: Uint32Array,
  signed: boolean,
  nodata: Int64Nodata | undefined,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const low = words[2 * i]!;
    const high = words[2 * i + 1]!;
    if (nodata && low === nodata.low && high === nodata.high) {
      out[i] = NaN;
      continue;
    }
    const value = (signed ? high | 0 : high) * 2 ** 32 + low;
    if (nodata && value === nodata.rounded) out[i] = NaN;
    else if (Number.isSafeInteger(value)) out[i] = value;
    else out[i] = exactly(value, (BigInt(signed ? high | 0 : high) << 32n) | BigInt(low));
  }
  return out;
}

/** Beyond 2^53 a double can represent some integers, such as powers of two, but not others. */
function exactly(value: number, integer: bigint): number {
  if (BigInt(value) === integer) return value;
  throw new InexactInteger(
    `the 64-bit integer ${integer} is beyond 2^53 and can't be represented exactly by a float64, the type in which values are computed`,
  );
}

/** IEEE 754 half precision: 5 bits of exponent, 10 of fraction. */
function halvesToFloats(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const bits = halves[i]!;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const sign = bits >> 15 ? -1 : 1;
    if (exponent === 31) out[i] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

/** Samples of 1 to 15 bits, high bits first, rows starting on a byte. */
function unpackBits(
  bytes: Uint8Array,
  bits: number,
  rowBytes: number,
  { width, rows, stride, band }: Interleaving,
): Samples {
  const out = bits < 8 ? new Uint8Array(width * rows) : new Uint16Array(width * rows);
  const mask = (1 << bits) - 1;
  for (let row = 0, to = 0; row < rows; row++) {
    const start = row * rowBytes;
    for (let i = 0, bit = band * bits; i < width; i++, bit += stride * bits) {
      const at = start + (bit >> 3);
      const window = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      out[to++] = (window >> (24 - (bit & 7) - bits)) & mask;
    }
  }
  return out;
}
