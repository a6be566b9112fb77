import type { DataType, RasterData } from "@quadrat/core";

/** The two words of a 64-bit integer. */
export interface Int64Nodata {
  readonly low: number;
  readonly high: number;
}

/** What counts as nodata: values within `[low, high]`, as stored (before scale and offset). */
export interface Nodata {
  readonly low: number;
  readonly high: number;
  readonly int64?: Int64Nodata;
}

/** A nodata value as a file or a user gives it; the text keeps the digits of 64-bit integers. */
export interface NodataValue {
  readonly value: number;
  readonly text: string;
}

const integerRanges: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

const largestFloat = 2 ** 128 - 2 ** 104;
/** Twice the eps of float32, the distance from 1 to the next number. */
const floatEpsilon = 2 * 2 ** -23;

/** Reads the text of the GDAL_NODATA tag; undefined when it is no number. */
export function parseNodata(text: string): NodataValue | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(nan|1\.#(qnan|snan|ind)0*)$/i.test(trimmed)) return { value: NaN, text: trimmed };
  const infinity = /^([+-]?)(inf|infinity|1\.#inf0*)$/i.exec(trimmed);
  if (infinity) return { value: infinity[1] === "-" ? -Infinity : Infinity, text: trimmed };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  return { value: Number(trimmed), text: trimmed };
}

/**
 * The values of a sample type that are nodata; undefined when none can be: NaN is a null by itself, and a value that
 * the type can't hold matches nothing.
 *
 * Floating-point samples match as in GDAL (its ARE_REAL_EQUAL: |a - b| < 2 eps |a + b|, with the eps of float32 for
 * float64 too), which allows for the digits that a text leaves out. Near the end of the range a + b overflows and
 * everything of that sign and size is equal, which is how -3.4e+38 stands for the lowest float32.
 */
export function matchNodata({ value, text }: NodataValue, dataType: DataType): Nodata | undefined {
  if (Number.isNaN(value)) return undefined;
  if (dataType === "int64" || dataType === "uint64") return matchInt64(text, dataType === "int64");
  const range = integerRanges[dataType];
  if (range) {
    const possible = Number.isInteger(value) && value >= range[0] && value <= range[1];
    return possible ? { low: value, high: value } : undefined;
  }
  if (!Number.isFinite(value) || value === 0) return { low: value, high: value };
  if (dataType === "float64") return tolerance(value, Number.MAX_VALUE, 2 ** 970);
  let nearest = Math.fround(value);
  if (!Number.isFinite(nearest)) {
    // 3.402824e+38 rounds to infinity, but means the largest float32.
    if (Math.abs(value) > largestFloat * (1 + 2 ** -20)) return undefined;
    nearest = Math.sign(value) * largestFloat;
  }
  const { low, high } = tolerance(nearest, largestFloat, 2 ** 103);
  return { low: float32Within(low, nearest), high: float32Within(high, nearest) };
}

/** @param halfDigit half a last digit of the largest number: a sum that much above it overflows */
function tolerance(value: number, largest: number, halfDigit: number): Nodata {
  const size = Math.abs(value);
  const ratio = (1 + floatEpsilon) / (1 - floatEpsilon);
  const overflows = size > largest / 2;
  const outer = overflows ? largest : size * ratio;
  const inner = overflows ? Math.max(largest - size, halfDigit) : size / ratio;
  return value < 0 ? { low: -outer, high: -inner } : { low: inner, high: outer };
}

/** The float32 nearest to a bound that is no further from `centre` than the bound. */
function float32Within(bound: number, centre: number): number {
  const rounded = Math.fround(bound);
  if (Math.abs(rounded - centre) <= Math.abs(bound - centre)) return rounded;
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = rounded;
  bits[0]! += Math.abs(rounded) > Math.abs(centre) ? -1 : 1;
  return float[0];
}

function matchInt64(text: string, signed: boolean): Nodata | undefined {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text) : integerOf(Number(text));
  if (value === undefined) return undefined;
  const wrapped = BigInt.asUintN(64, value);
  if ((signed ? BigInt.asIntN(64, value) : wrapped) !== value) return undefined;
  const int64 = { low: Number(wrapped & 0xffffffffn), high: Number(wrapped >> 32n) };
  return { low: Number(value), high: Number(value), int64 };
}

function integerOf(value: number): bigint | undefined {
  return Number.isInteger(value) ? BigInt(value) : undefined;
}

/** Puts NaN in place of nodata. */
export function blankNodata(data: RasterData, { low, high }: Nodata): void {
  if (data instanceof Float32Array) blankFloats(data, low, high);
  else blankDoubles(data, low, high);
}

/** The bits of the first and the last nodata value, which are ordered like the values of one sign. */
export interface FloatBits {
  readonly first: number;
  readonly last: number;
}

export const quietNaN = 0x7fc00000;

/** What `blankNodata` replaces in float32, by its bits; undefined where these are not in one row: those of 0 and -0. */
export function floatBits(nodata: Nodata | undefined): FloatBits | undefined {
  if (!nodata) return { first: quietNaN, last: quietNaN };
  const { low, high } = nodata;
  if (low === 0 && high === 0) return undefined;
  const bounds = new Int32Array(Float32Array.of(low, high).buffer);
  return { first: Math.min(bounds[0]!, bounds[1]!), last: Math.max(bounds[0]!, bounds[1]!) };
}

/** Compares values by their bits, which are ordered like the values of one sign: half the cost of comparing floats. */
function blankFloats(data: Float32Array, low: number, high: number): void {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const end = bits.length | 0;
  const range = floatBits({ low, high });
  if (!range) {
    // Zero of either sign.
    for (let i = 0; i < end; i++) if (bits[i]! << 1 === 0) bits[i] = quietNaN;
    return;
  }
  const { first, last } = range;
  for (let i = 0; i < end; i++) if (bits[i]! <= last && bits[i]! >= first) bits[i] = quietNaN;
}

function blankDoubles(data: Float64Array, low: number, high: number): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value >= low && value <= high) data[i] = NaN;
  }
}
