import type { DataType, RasterData } from "@quadrat/core/base";
import { separateNulls } from "./float-nulls.js";

export type ColumnValues =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A column of values in Arrow's layout, and a summary of it. */
export interface Column {
  readonly values: ColumnValues;
  /** A bit per value, least significant first, set where there is a value; absent if there are no nulls. */
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  readonly nulls: number;
  /** Over the values present, as stored; min > max if there are none. */
  readonly min: number;
  readonly max: number;
}

const arrays = {
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/**
 * Turns pixels, NaN meaning null, into a column of the given type. Nulls become zero bits under a cleared validity bit.
 * @param data becomes the column's values if it has the right type
 */
export function toColumn(data: RasterData, type: DataType): Column {
  const own = data instanceof Float32Array ? "float32" : "float64";
  const values = own === type ? (data as ColumnFloats) : emptyValues(type, data.length);
  const validity = new Uint8Array(Math.ceil(data.length / 8));
  const facts =
    values === data && values instanceof Float32Array
      ? separateNulls(values, validity)
      : fill(data, values, validity);
  return {
    values: finishValues(values, type),
    validity: facts.nulls === 0 ? undefined : validity,
    nulls: facts.nulls,
    // Zeros of both signs are equal, whichever comes first.
    min: facts.min + 0,
    max: facts.max + 0,
  };
}

type ColumnFloats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function fill(
  data: RasterData,
  values: Exclude<ColumnValues, BigInt64Array | BigUint64Array>,
  validity: Uint8Array,
): Pick<Column, "nulls" | "min" | "max"> {
  const count = data.length;
  let nulls = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let byte = 0, i = 0; byte < validity.length; byte++) {
    let bits = 0;
    for (let bit = 1, end = Math.min(count, i + 8); i < end; i++, bit <<= 1) {
      const value = data[i]!;
      if (value === value) {
        values[i] = value;
        bits |= bit;
        const kept = values[i]!;
        if (kept < min) min = kept;
        if (kept > max) max = kept;
      } else {
        values[i] = 0;
        nulls++;
      }
    }
    validity[byte] = bits;
  }
  return { nulls, min, max };
}

/** An array for `count` values of the type, all zero. */
export function allocateValues(type: DataType, count: number): ColumnValues {
  return new arrays[type](count);
}

/** 64-bit integers pass through doubles, which represent every one that a source may return. */
function emptyValues(type: DataType, count: number): Exclude<ColumnValues, BigInt64Array | BigUint64Array> {
  return new arrays[type === "int64" || type === "uint64" ? "float64" : type](count);
}

function finishValues(values: ColumnValues, type: DataType): ColumnValues {
  if (type === "int64") return BigInt64Array.from(values as Float64Array, BigInt);
  if (type === "uint64") return BigUint64Array.from(values as Float64Array, BigInt);
  return values;
}
