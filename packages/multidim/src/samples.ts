import type { DataType } from "@quadrat/core/base";
import { Damaged } from "./fault.js";

/** Elements of an array in the type in which they are stored. */
export type Samples =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

interface SamplesConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): Samples;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Samples;
}

const constructors: Readonly<Record<DataType, SamplesConstructor>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export function bytesOf(type: DataType): number {
  return constructors[type].BYTES_PER_ELEMENT;
}

/** The elements in `bytes`, which must be a whole number of them; the bytes may be swapped in place. */
export function toSamples(bytes: Uint8Array, type: DataType, littleEndian: boolean): Samples {
  const size = bytesOf(type);
  if (bytes.length % size !== 0) throw new Damaged(`${bytes.length} bytes are not a whole number of ${type}`);
  const own =
    bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer ? bytes : Uint8Array.from(bytes);
  const buffer = Buffer.from(own.buffer as ArrayBuffer, own.byteOffset, own.length);
  if (littleEndian !== hostIsLittle) {
    if (size === 2) buffer.swap16();
    if (size === 4) buffer.swap32();
    if (size === 8) buffer.swap64();
  }
  const Values = constructors[type];
  return new Values(own.buffer as ArrayBuffer, own.byteOffset, own.length / size);
}

/** `count` elements of one value. */
export function filled(type: DataType, count: number, value: number | bigint): Samples {
  const samples = new constructors[type](count);
  if (samples instanceof BigInt64Array || samples instanceof BigUint64Array)
    return samples.fill(typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
  return samples.fill(Number(value));
}

/** An empty array of the same type as another. */
export function alike(samples: Samples, count: number): Samples {
  const Values = samples.constructor as SamplesConstructor;
  return new Values(count);
}
