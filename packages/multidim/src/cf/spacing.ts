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
  const exact = exactStep(step, (2 * tolerance) / (count - 1));
  const first = exactEdge(values[0]! - step / 2, exact, tolerance);
  const last = exactEdge(values[count - 1]! + step / 2, exact, tolerance);
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

/**
 * The maximum probability with which any number would be as near to one of its kind. Beyond it nothing can be concluded: a number
 * of four decimals is always nearer than the tolerance of a longitude in float32, whatever the longitude.
 */
const chance = 0.1;

/** Of a degree: seconds. */
const mostParts = 3600;

/** The step that was meant, such as 0.05, 1/12 or 25000, or the step itself. */
function exactStep(step: number, tolerance: number): number {
  const decimal = plain(step, tolerance);
  if (decimal !== undefined) return decimal;
  for (let parts = 2; 2 * tolerance * parts ** 2 <= chance && parts <= mostParts; parts++) {
    const fraction = Math.round(step * parts) / parts;
    if (Math.abs(fraction - step) <= tolerance) return fraction;
  }
  return step;
}

/** The edge that was meant: a multiple of half a step, a number of few decimals, or what the coordinates say. */
function exactEdge(value: number, step: number, tolerance: number): number {
  const half = Math.abs(step) / 2;
  const multiple = Math.round(value / half) * half;
  const isNear = Math.abs(multiple - value) <= tolerance && 2 * tolerance <= chance * half;
  // Of a multiple such as 30 x 0.05 the decimals are the number that was meant; adding zero makes -0 a 0.
  if (isNear) return (plain(multiple, 1e-12 * Math.max(1, Math.abs(multiple))) ?? multiple) + 0;
  return (plain(value, tolerance) ?? value) + 0;
}

/** The number with the fewest digits, counted from millions, that is as near, if that is more than chance. */
function plain(value: number, tolerance: number): number | undefined {
  for (let decimals = -6; decimals <= 12 && 2 * tolerance * 10 ** decimals <= chance; decimals++) {
    const unit = 10 ** -decimals;
    const rounded = decimals < 0 ? Math.round(value / unit) * unit : Number(value.toFixed(decimals));
    if (Math.abs(rounded - value) <= tolerance) return rounded;
  }
  return undefined;
}
