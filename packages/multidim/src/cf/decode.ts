import type { RasterData } from "@quadrat/core/base";
import { bytesOf, type Samples } from "../samples.js";
import { shortScaler } from "./scale-shorts.js";
import type { ValueRules } from "./values.js";

/** A run of `count` stored values from `start`, `step` apart, as values from `at` on; NaN where there is none. */
export type Decoder = (
  samples: Samples,
  start: number,
  step: number,
  count: number,
  out: RasterData,
  at: number,
) => void;

/** Thrown for an integer that a double can't represent. */
export class InexactInteger extends Error {
  override readonly name = "InexactInteger";
}

export function decoderOf(rules: ValueRules): Decoder {
  const { stored, missing, least, greatest, scaling } = rules;
  const wide = stored === "int64" || stored === "uint64";
  if (wide || missing.length > 2) {
    const meaning = meaningOf(rules);
    return (samples, start, step, count, out, at) => {
      for (let i = 0, from = start; i < count; i++, from += step) out[at + i] = meaning(samples[from]!);
    };
  }
  // NaN is equal to nothing.
  const [first = NaN, second = NaN] = missing;
  const none = Float64Array.of(first, second, least, greatest);
  if (!scaling)
    return (samples, start, step, count, out, at) =>
      takeValues(samples as Int16Array, start, step, count, out, at, none);
  const factors = Float64Array.of(scaling.scale, scaling.offset);
  if (bytesOf(stored) > 2)
    return (samples, start, step, count, out, at) =>
      scaleValues(samples as Int16Array, start, step, count, out, at, none, factors);
  const short = Int32Array.of(
    ...[equalTo(first), equalTo(second)],
    ...[bound(Math.ceil(least), -beyond), bound(Math.floor(greatest), beyond)],
  );
  const many = shortScaler(rules);
  return (samples, start, step, count, out, at) => {
    if (many && step === 1 && count >= manyShorts && out instanceof Float64Array)
      many(samples as Int16Array, start, count, out, at);
    else scaleShort(samples as Int16Array, start, step, count, out, at, short, factors);
  };
}

/** With fewer values the copies to the kernel and back cost more than it saves. */
const manyShorts = 128;

/** No number of 16 bits. */
const beyond = 2 ** 20;

/** A number that values of 16 bits may be equal to, as an integer of 32 bits. */
function equalTo(value: number): number {
  return Number.isInteger(value) && Math.abs(value) < beyond ? value | 0 : beyond;
}

/** A whole bound of values of 16 bits, as an integer of 32 bits; one that is NaN excludes nothing. */
function bound(value: number, ifNone: number): number {
  return Number.isNaN(value) ? ifNone : Math.max(-beyond, Math.min(beyond, value)) | 0;
}

// What the loops compare with comes from typed arrays, and NaN and numbers are stored by two statements: otherwise V8 converts the
// numbers anew for each value, and makes objects of those that one statement chooses from.

/** @param none two numbers that mean "no value", the least and the greatest value */
function takeValues(
  values: Int16Array,
  start: number,
  step: number,
  count: number,
  out: RasterData,
  at: number,
  none: Float64Array,
): void {
  const first = none[0]!;
  const second = none[1]!;
  const least = none[2]!;
  const greatest = none[3]!;
  const by = step | 0;
  for (let i = at | 0, from = start | 0, end = (at + count) | 0; i < end; i++, from = (from + by) | 0) {
    const value = values[from]!;
    if (value === first || value === second || value < least || value > greatest) out[i] = NaN;
    else out[i] = value;
  }
}

/** @param factors scale and offset */
function scaleValues(
  values: Int16Array,
  start: number,
  step: number,
  count: number,
  out: RasterData,
  at: number,
  none: Float64Array,
  factors: Float64Array,
): void {
  const first = none[0]!;
  const second = none[1]!;
  const least = none[2]!;
  const greatest = none[3]!;
  const scale = factors[0]!;
  const offset = factors[1]!;
  const by = step | 0;
  for (let i = at | 0, from = start | 0, end = (at + count) | 0; i < end; i++, from = (from + by) | 0) {
    const value = values[from]!;
    if (value === first || value === second || value < least || value > greatest) out[i] = NaN;
    else out[i] = value * scale + offset;
  }
}

/** The same for 8 and 16 bits, with comparisons of integers. */
function scaleShort(
  values: Int16Array,
  start: number,
  step: number,
  count: number,
  out: RasterData,
  at: number,
  none: Int32Array,
  factors: Float64Array,
): void {
  const first = none[0]!;
  const second = none[1]!;
  const least = none[2]!;
  const greatest = none[3]!;
  const scale = factors[0]!;
  const offset = factors[1]!;
  const by = step | 0;
  for (let i = at | 0, from = start | 0, end = (at + count) | 0; i < end; i++, from = (from + by) | 0) {
    const value = values[from]!;
    if (value === first || value === second || value < least || value > greatest) out[i] = NaN;
    else out[i] = value * scale + offset;
  }
}

/** What a stored value means: NaN if it is none. */
function meaningOf({
  missing,
  least,
  greatest,
  stored,
  scaling,
}: ValueRules): (value: number | bigint) => number {
  const { scale, offset } = scaling ?? { scale: 1, offset: 0 };
  const [first = NaN, second = NaN] = missing;
  const others = new Set(missing.slice(2));
  const more = others.size > 0;
  const wide = stored === "int64" || stored === "uint64";
  return (given) => {
    const value = Number(given);
    // NaN is unequal to everything and outside every range, so that it stays NaN.
    if (value === first || value === second || value < least || value > greatest) return NaN;
    if (more && others.has(value)) return NaN;
    if (wide && !Number.isSafeInteger(value)) throw new InexactInteger(String(given));
    return scaling ? value * scale + offset : value;
  };
}
