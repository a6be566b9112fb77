import type { DataType } from "@quadrat/core/base";

/** An axis of pixels: the coordinate of its first outer edge, and the step from pixel to pixel. */
export interface EvenAxis {
  readonly edge: number;
  readonly step: number;
  readonly count: number;
}

export interface AxisFault {
  readonly fault: string;
}

/** How exactly coordinates are known. */
export interface Rounding {
  readonly type: DataType;
  /** The step between values that a packed coordinate can have; 0 if it is not packed. */
  readonly quantum: number;
}

/**
 * The axis whose centres these are. They must be evenly spaced but for rounding of their type.
 * @param turn coordinates repeat after so much: 360 for longitudes
 */
export function evenAxis(
  centres: Float64Array,
  rounding: Rounding,
  turn: number | undefined,
): EvenAxis | AxisFault {
  const count = centres.length;
  const wrong = centres.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) return { fault: `its value ${wrong} is ${centres[wrong]}` };
  if (count < 2) return { fault: `it has ${count} value, which does not tell the size of pixels` };
  const values = turn === undefined ? centres : unwrap(centres, turn);
  const step = (values[count - 1]! - values[0]!) / (count - 1);
  const tolerance = toleranceOf(values, rounding);
  let [worst, at] = [0, 0];
  for (let i = 0; i < count; i++) {
    const deviation = Math.abs(values[i]! - (values[0]! + i * step));
    if (deviation > worst) [worst, at] = [deviation, i];
  }
  if (worst > tolerance || !(Math.abs(step) > 2 * tolerance))
    return { fault: unevenness(values, step, worst, at) };
  const first = plain(values[0]! - step / 2, tolerance);
  const last = plain(values[count - 1]! + step / 2, tolerance);
  return { edge: first, step: (last - first) / count, count };
}

function unevenness(values: Float64Array, step: number, worst: number, at: number): string {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 1; i < values.length; i++) {
    const gap = Math.abs(values[i]! - values[i - 1]!);
    [least, most] = [Math.min(least, gap), Math.max(most, gap)];
  }
  return `its values are not evenly spaced: from ${short(least)} to ${short(most)} apart (value ${at}, ${short(values[at]!)}, is off by ${short(worst)} from steps of ${short(step)})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Of floating-point coordinates a few of the last digits are rounding: those of float32 if all values have no more. */
function toleranceOf(values: Float64Array, { type, quantum }: Rounding): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const single =
    type === "float32" || (type === "float64" && values.every((value) => Math.fround(value) === value));
  const digits = single ? 2 ** -22 : 1e-9;
  return largest * digits + quantum;
}

/** Longitudes that go on at the other end of the turn. */
function unwrap(values: Float64Array, turn: number): Float64Array {
  const out = values.slice();
  const step = values[1]! - values[0]!;
  const first = step - turn * Math.round(step / turn);
  for (let i = 1; i < out.length; i++) {
    const expected = out[i - 1]! + first;
    out[i]! += turn * Math.round((expected - out[i]!) / turn);
  }
  return out;
}

/** The number with the fewest decimals that is as near. */
function plain(value: number, tolerance: number): number {
  for (let decimals = 0; decimals <= 12; decimals++) {
    const rounded = Number(value.toFixed(decimals));
    // Adding zero makes -0 a 0.
    if (Math.abs(rounded - value) <= tolerance) return rounded + 0;
  }
  return value;
}
