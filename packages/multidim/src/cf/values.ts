import type { DataType } from "@quadrat/core/base";
import { numberOf, numbersOf, textOf, type Variable } from "../model.js";
import { bytesOf, type Samples } from "../samples.js";

/** What stored values mean. All of it is compared with values as they are stored, before scale and offset. */
export interface ValueRules {
  /** The stored type, after `_Unsigned`. */
  readonly stored: DataType;
  /** The type of the values that result. */
  readonly dataType: DataType;
  /** Stored values that mean "no value", besides NaN. */
  readonly missing: readonly number[];
  readonly least: number;
  readonly greatest: number;
  readonly scaling: { readonly scale: number; readonly offset: number } | undefined;
}

export interface ValueOptions {
  /** A stored value that means "no value", instead of the file's own; null: the file's do not count. */
  readonly nodata?: number | null | undefined;
  /** Apply scale and offset. */
  readonly scaled: boolean;
  /** Whether the NetCDF library's default fill values count where there is no `_FillValue`. */
  readonly defaultFill: boolean;
}

/** The values with which the NetCDF library fills what is not written; bytes have none that means "no value". */
const defaultFills: Partial<Record<DataType, number>> = {
  int16: -32767,
  uint16: 65535,
  int32: -2147483647,
  uint32: 4294967295,
  int64: -9223372036854775806,
  uint64: 18446744073709551614,
  float32: 9.969209968386869e36,
  float64: 9.969209968386869e36,
};

/** Which of a variable's stored values are values, and how they are scaled. */
export function valueRules(
  variable: Variable & { readonly type: DataType },
  options: ValueOptions,
): ValueRules {
  const { attributes, type } = variable;
  const stored = storedType(type, textOf(attributes, "_Unsigned"));
  const asStored = (value: number): number => convert(value, type, stored);
  const missing: number[] = [];
  if (options.nodata === undefined) {
    const own = numbersOf(attributes, "_FillValue");
    missing.push(...(own ?? []), ...(numbersOf(attributes, "missing_value") ?? []));
    if (variable.fillIsMissing) missing.push(Number(variable.fill));
    const usual = defaultFills[type];
    if (own === undefined && options.defaultFill && usual !== undefined) missing.push(usual);
  } else if (options.nodata !== null) missing.push(options.nodata);
  const [low, high] = numbersOf(attributes, "valid_range") ?? [];
  const least = low ?? numberOf(attributes, "valid_min");
  const greatest = high ?? numberOf(attributes, "valid_max");
  const scale = numberOf(attributes, "scale_factor") ?? 1;
  const offset = numberOf(attributes, "add_offset") ?? 0;
  const scaling = options.scaled && (scale !== 1 || offset !== 0) ? { scale, offset } : undefined;
  return {
    stored,
    dataType: scaling ? "float64" : stored,
    missing: [...new Set(missing.map(asStored))].filter((value) => !Number.isNaN(value)),
    least: least === undefined ? -Infinity : asStored(least),
    greatest: greatest === undefined ? Infinity : asStored(greatest),
    scaling,
  };
}

const unsigned: Partial<Record<DataType, DataType>> = {
  int8: "uint8",
  int16: "uint16",
  int32: "uint32",
  int64: "uint64",
};
const signed: Partial<Record<DataType, DataType>> = {
  uint8: "int8",
  uint16: "int16",
  uint32: "int32",
  uint64: "int64",
};

function storedType(type: DataType, isUnsigned: string | undefined): DataType {
  if (isUnsigned?.toLowerCase() === "true") return unsigned[type] ?? type;
  if (isUnsigned?.toLowerCase() === "false") return signed[type] ?? type;
  return type;
}

/** A number of an attribute as the stored type has it: -1 of a byte that is unsigned is 255. */
function convert(value: number, type: DataType, stored: DataType): number {
  if (stored === "float32") return Math.fround(value);
  if (stored === type) return value;
  const size = 2 ** (8 * bytesOf(type));
  if (stored.startsWith("u")) return value < 0 ? value + size : value;
  return value >= size / 2 ? value - size : value;
}

/** Whether float32 holds all values of a type. */
export function fitsFloat32(type: DataType): boolean {
  return bytesOf(type) <= 2 || type === "float32";
}

/** The samples in the type that `_Unsigned` makes of them: the same bytes. */
export function reinterpret(samples: Samples, { stored }: ValueRules): Samples {
  const { buffer, byteOffset, length } = samples;
  const same = buffer as ArrayBuffer;
  if (stored === "uint8" && samples instanceof Int8Array) return new Uint8Array(same, byteOffset, length);
  if (stored === "uint16" && samples instanceof Int16Array) return new Uint16Array(same, byteOffset, length);
  if (stored === "uint32" && samples instanceof Int32Array) return new Uint32Array(same, byteOffset, length);
  if (stored === "int8" && samples instanceof Uint8Array) return new Int8Array(same, byteOffset, length);
  if (stored === "int16" && samples instanceof Uint16Array) return new Int16Array(same, byteOffset, length);
  if (stored === "int32" && samples instanceof Uint32Array) return new Int32Array(same, byteOffset, length);
  if (stored === "uint64" && samples instanceof BigInt64Array)
    return new BigUint64Array(same, byteOffset, length);
  if (stored === "int64" && samples instanceof BigUint64Array)
    return new BigInt64Array(same, byteOffset, length);
  return samples;
}
