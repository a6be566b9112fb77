import type { DataType, RasterData } from "@quadrat/core/base";
import type { ImageLayout } from "./layout.js";
import type { NodataValue } from "../metadata/nodata-text.js";

/** A nodata value of 64-bit integers, which is compared before they become doubles. */
export interface Int64Nodata {
  /** The two words of the integer. */
  readonly low: number;
  readonly high: number;
  /** Set if the value was given as a double: integers that only round to it are nodata too. */
  readonly rounded?: number;
}

/** What counts as nodata: values within `[low, high]`, as stored (before scale and offset), or an integer. */
export interface Nodata {
  readonly low: number;
  readonly high: number;
  readonly int64?: Int64Nodata;
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
const largestHalf = 65504;
/** Twice the eps of float32, the distance from 1 to the next number. */
const floatEpsilon = 2 * 2 ** -23;

/** The parts of an image's layout that decide which samples are nodata. */
export type SampleType = Pick<ImageLayout, "dataType" | "bits">;

/**
 * The values of a sample type that are nodata; undefined if none can be: NaN is null anyway, and a value that the type can't
 * represent matches nothing.
 *
 * Floating-point samples match as in GDAL (its ARE_REAL_EQUAL: |a - b| < 2 eps |a + b|, with the eps of float32 for float64
 * too), which allows for digits that a text omits. Near the end of the range a + b overflows and everything of that sign and
 * size is equal, which is why -3.4e+38 matches the lowest float32. A value beyond the range is stored by some writers as
 * infinity and by others as the largest number: both match.
 */
export function matchNodata(nodata: NodataValue, { dataType, bits }: SampleType): Nodata | undefined {
  const { value } = nodata;
  if (Number.isNaN(value)) return undefined;
  if (dataType === "int64" || dataType === "uint64") return matchInt64(nodata, dataType === "int64");
  const range = integerRanges[dataType];
  if (range) {
    const possible = Number.isInteger(value) && value >= range[0] && value <= range[1];
    return possible ? { low: value, high: value } : undefined;
  }
  if (!Number.isFinite(value) || value === 0) return { low: value, high: value };
  if (dataType === "float64") return tolerance(value, Number.MAX_VALUE, 2 ** 970);
  const nearest = bits === 16 ? nearestHalf(value) : nearestFloat(value);
  if (!Number.isFinite(nearest)) return beyond(nearest, bits === 16 ? largestHalf : largestFloat);
  const { low, high } = tolerance(nearest, largestFloat, 2 ** 103);
  return { low: float32Within(low, nearest), high: float32Within(high, nearest) };
}

function nearestFloat(value: number): number {
  const nearest = Math.fround(value);
  // 3.402824e+38 rounds to infinity, but means the largest float32.
  const means = !Number.isFinite(nearest) && Math.abs(value) <= largestFloat * (1 + 2 ** -20);
  return means ? Math.sign(value) * largestFloat : nearest;
}

/** IEEE 754 half precision, in which -9999 is stored as -10000. */
function nearestHalf(value: number): number {
  const size = Math.abs(value);
  const step = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const steps = size / step;
  const even = 2 * Math.round(steps / 2);
  const rounded = step * (Math.abs(steps - even) === 0.5 ? even : Math.round(steps));
  return Math.sign(value) * (rounded > largestHalf ? Infinity : rounded);
}

function beyond(infinity: number, largest: number): Nodata {
  return infinity < 0 ? { low: infinity, high: -largest } : { low: largest, high: infinity };
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

/** Matches no double: integers are compared before they become one. */
const noDouble = { low: NaN, high: NaN };

function matchInt64({ value, integer }: NodataValue, signed: boolean): Nodata | undefined {
  if (integer !== undefined) {
    const held = signed ? BigInt.asIntN(64, integer) : BigInt.asUintN(64, integer);
    return held === integer ? { ...noDouble, int64: wordsOf(integer) } : undefined;
  }
  const [least, most] = signed ? [-(2 ** 63), 2 ** 63] : [0, 2 ** 64];
  if (!Number.isInteger(value) || value < least || value > most) return undefined;
  return { ...noDouble, int64: { ...wordsOf(BigInt(value)), rounded: value } };
}

function wordsOf(integer: bigint): Pick<Int64Nodata, "low" | "high"> {
  const bits = BigInt.asUintN(64, integer);
  return { low: Number(bits & 0xffffffffn), high: Number(bits >> 32n) };
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

const quietNaN = 0x7fc00000;

/** What `blankNodata` replaces in float32, by its bits; undefined if these are not consecutive: those of 0 and -0. */
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
    // Zero of both signs.
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
