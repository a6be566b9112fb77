import { overshoot, type BendLimits } from "./edge-refinement.js";
import { shortStep, type Step } from "./globe.js";
import type { Lattice } from "./lattice.js";
import type { PixelMap } from "./pixel-map.js";

/** A side is straight that bends no more than this, in pixels. */
export const straightBend = 2e-6;
/** Lines between points of a side miss it by no more than this, in pixels, and by as much on either hand. */
export const chordTolerance = 5e-6;
/** Up to this bend, in pixels and as a share of its length, a side is interpolated between corners. */
export const smallBend = 2e-2;
export const smallBendShare = 1e-2;
/** A side so many times longer than the one before or after it may jump. */
export const longStep = 4;
/** Nearer than this share to a limit, rounding might tell on which side of it a number is. */
const clearly = 1 - 1e-9;

/** The limits where points coincide that are no more than `tolerance` apart, in pixels. */
export function bendLimits(tolerance: number): BendLimits {
  const scale = tolerance / 1e-6;
  return {
    straight: straightBend * scale,
    chord: chordTolerance * scale,
    bend: smallBend * scale,
    share: smallBendShare,
  };
}

export const straight = 0;
export const refined = 254;

const step: Step = { x: 0, y: 0 };

/**
 * In how many parts the side from `corner` to the one `next` further on is to be interpolated: 0 for a straight side,
 * `refined` when it can't be. The second differences with the corners before and after it tell how far it bends.
 */
export function countParts(
  map: PixelMap,
  lattice: Lattice,
  corner: number,
  next: number,
  scale: number,
): number {
  const { xs, ys, poles, plain } = lattice;
  const { turn, width, height } = map;
  const x0 = xs[corner]!;
  const y0 = ys[corner]!;
  const x1 = xs[corner + next]!;
  const y1 = ys[corner + next]!;
  let alongX = x1 - x0;
  let alongY = y1 - y0;
  let beforeX = x0 - xs[corner - next]!;
  let beforeY = y0 - ys[corner - next]!;
  let afterX = xs[corner + 2 * next]! - x1;
  let afterY = ys[corner + 2 * next]! - y1;
  if (!plain) {
    if (x0 !== x0 || x1 !== x1) return straight;
    if (poles && poles[corner] !== 0 && poles[corner + next] !== 0) return straight;
    shortStep(map, x0, y0, x1, y1, step);
    alongX = step.x;
    alongY = step.y;
    shortStep(map, xs[corner - next]!, ys[corner - next]!, x0, y0, step);
    beforeX = step.x;
    beforeY = step.y;
    shortStep(map, x1, y1, xs[corner + 2 * next]!, ys[corner + 2 * next]!, step);
    afterX = step.x;
    afterY = step.y;
  }
  const square = alongX * alongX + alongY * alongY;
  const bend0 = (alongX - beforeX) * alongY - (alongY - beforeY) * alongX;
  const bend1 = (afterX - alongX) * alongY - (afterY - alongY) * alongX;
  const most = Math.max(Math.abs(bend0), Math.abs(bend1));
  const beside = Math.max(beforeX * beforeX + beforeY * beforeY, afterX * afterX + afterY * afterY);
  const least = 8 * straightBend * scale;
  // Most sides are straight by so much that no root is needed to see it.
  if (most * most < clearly * least * least * square && square < clearly * longStep * longStep * beside) {
    return straight;
  }
  const size = Math.sqrt(square);
  if (size === 0) return straight;
  const bend = most / (8 * size);
  const long = size * size > longStep * longStep * beside;
  if (bend <= straightBend * scale && !long) return straight;
  const margin = Math.max(size, 1);
  const beyondX = Math.max(x0, x1) + margin < 0 || Math.min(x0, x1) - margin > width;
  const beyondY = Math.max(y0, y1) + margin < 0 || Math.min(y0, y1) - margin > height;
  if ((beyondX && !turn?.x) || (beyondY && !turn?.y)) return straight;
  const small = bend <= smallBend * scale && bend <= smallBendShare * size;
  const even = Math.abs(bend0 - bend1) <= most / 2;
  const nearPole =
    !plain &&
    poles &&
    (poles[corner - next] || poles[corner] || poles[corner + next] || poles[corner + 2 * next]);
  return small && even && !long && !nearPole
    ? Math.ceil(Math.sqrt(bend / (chordTolerance * scale)))
    : refined;
}

/**
 * Points of the side between its ends, which are interpolated in so many parts: on the cubic through its four corners,
 * Lagrange's with nodes at -1, 0, 1 and 2.
 */
export function interpolate(
  map: PixelMap,
  lattice: Lattice,
  corner: number,
  next: number,
  parts: number,
  pointsX: Float64Array,
  pointsY: Float64Array,
  first: number,
): void {
  const { xs, ys, plain } = lattice;
  const x0 = xs[corner]!;
  const y0 = ys[corner]!;
  let beforeX = xs[corner - next]! - x0;
  let beforeY = ys[corner - next]! - y0;
  let alongX = xs[corner + next]! - x0;
  let alongY = ys[corner + next]! - y0;
  let afterX = xs[corner + 2 * next]! - x0;
  let afterY = ys[corner + 2 * next]! - y0;
  if (!plain) {
    shortStep(map, x0, y0, xs[corner - next]!, ys[corner - next]!, step);
    beforeX = step.x;
    beforeY = step.y;
    shortStep(map, x0, y0, xs[corner + next]!, ys[corner + next]!, step);
    alongX = step.x;
    alongY = step.y;
    shortStep(map, x0, y0, xs[corner + 2 * next]!, ys[corner + 2 * next]!, step);
    afterX = step.x;
    afterY = step.y;
  }
  const outwards = overshoot(parts) / 16;
  const x = x0 + outwards * (alongX - beforeX - afterX);
  const y = y0 + outwards * (alongY - beforeY - afterY);
  for (let k = 1; k < parts; k++) {
    const t = k / parts;
    const p = (-t * (t - 1) * (t - 2)) / 6;
    const q = (-(t + 1) * t * (t - 2)) / 2;
    const r = ((t + 1) * t * (t - 1)) / 6;
    pointsX[first + k - 1] = x + p * beforeX + q * alongX + r * afterX;
    pointsY[first + k - 1] = y + p * beforeY + q * alongY + r * afterY;
  }
}
