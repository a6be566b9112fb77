import { QuadratError } from "@quadrat/core";
import type { ColumnType, DataType } from "@quadrat/core";

/** Types of samples that every reader of GeoTIFF knows. */
export type SampleType = Exclude<DataType, "int64" | "uint64">;

/** How the values of all bands of a file are stored. */
export interface Samples {
  readonly type: SampleType;
  /** Stands for no value; NaN for floating point, unless the user has named a number. */
  readonly nodata: number;
}

type Integer = Exclude<SampleType, "float32" | "float64">;

/** The values that each type of integers can hold. */
export const ranges: Readonly<Record<Integer, readonly [least: number, greatest: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint32: [0, 4_294_967_295],
  int32: [-2_147_483_648, 2_147_483_647],
};

/** Float32 holds every integer up to this; float64 up to 2^53. */
const exactInFloat32 = 2 ** 24;

export function isInteger(type: ColumnType): boolean {
  return type !== "text" && !type.startsWith("float");
}

/**
 * The type that holds the values of all columns exactly, and besides them one that means no value. It depends on the types of
 * the columns alone, never on their values, so that the files of many runs are alike.
 * @param nodata a number that the user says is not a value of any column
 */
export function commonSamples(types: readonly DataType[], nodata: number | undefined): Samples {
  if (types.every(isInteger)) {
    const least = Math.min(...types.map((type) => rangeOf(type)[0]), nodata ?? Infinity);
    const greatest = Math.max(...types.map((type) => rangeOf(type)[1]), nodata ?? -Infinity);
    const whole = nodata === undefined || Number.isInteger(nodata);
    const type = whole ? smallest(least, greatest, nodata === undefined) : undefined;
    if (type) return { type, nodata: nodata ?? ranges[type][0] };
    return { type: floatFor(types, nodata), nodata: nodata ?? NaN };
  }
  return { type: floatFor(types, nodata), nodata: nodata ?? NaN };
}

/** The smallest type of integers for this range; with `room` a signed one whose smallest value is outside the range. */
function smallest(least: number, greatest: number, room: boolean): Integer | undefined {
  const candidates = (Object.keys(ranges) as Integer[]).filter((type) => !room || type.startsWith("int"));
  return candidates.find((type) => {
    const [from, to] = ranges[type];
    return (room ? from < least : from <= least) && greatest <= to;
  });
}

function floatFor(types: readonly DataType[], nodata: number | undefined): "float32" | "float64" {
  const fits = (type: DataType): boolean =>
    type === "float32" || (isInteger(type) && Math.max(...rangeOf(type).map(Math.abs)) <= exactInFloat32);
  const exact = nodata === undefined || Math.fround(nodata) === nodata || Number.isNaN(nodata);
  return types.every(fits) && exact ? "float32" : "float64";
}

function rangeOf(type: DataType): readonly [number, number] {
  if (type === "int64") return [-(2 ** 63), 2 ** 63];
  if (type === "uint64") return [0, 2 ** 64];
  return type in ranges ? ranges[type as Integer] : [-Infinity, Infinity];
}

export const sampleBytes: Readonly<Record<SampleType, 1 | 2 | 4 | 8>> = {
  ...{ uint8: 1, int8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4, float64: 8 },
};

export type SampleArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** All of the buffer as samples of this type. */
export function samplesIn(type: SampleType, buffer: ArrayBuffer): SampleArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer);
    case "int8":
      return new Int8Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "int16":
      return new Int16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
  }
}

/** @throws QuadratError for a column of text */
export function requireNumbers(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
): void {
  const text = columns.find(({ type }) => type === "text");
  if (text === undefined) return;
  throw new QuadratError("output", `the geotiff exporter can't write column "${text.name}": it is text`, {
    hint: "list the columns that it shall write in its option `columns`, all of numbers",
    place: { dataset: text.name },
  });
}
