import { snap } from "../resample/mapping/pixel-map.js";

/** By how much of their length pixels `[first, end)` of an axis lie inside of something: from 0 to 1, in more turns than one above. */
export interface AxisWeights {
  readonly first: number;
  readonly end: number;
  /** Beginning with that of pixel `first`. */
  readonly weights: Float64Array;
}

/** Distances in pixels below which coordinates coincide. */
const tolerance = 1e-6;

/**
 * What a stretch covers of the pixels of an axis.
 * @param size the number of pixels
 * @param ends the ends of the stretch in pixels, in any order
 * @param turn pixels after which the axis repeats, if it does
 */
export function axisWeights(
  size: number,
  ends: readonly [number, number],
  turn: number | undefined,
): AxisWeights {
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const period = turn === undefined ? Infinity : Math.abs(turn);
  const weights = new Float64Array(size);
  let [first, end] = [size, 0];
  const from = period === Infinity ? 0 : Math.ceil(-high / period);
  const to = period === Infinity ? 0 : Math.floor((size - low) / period);
  for (let turns = from; turns <= to; turns++) {
    const shift = turns === 0 ? 0 : turns * period;
    const left = Math.max(0, snap(low + shift, tolerance));
    const right = Math.min(size, snap(high + shift, tolerance));
    if (right - left <= tolerance) continue;
    first = Math.min(first, Math.floor(left));
    end = Math.max(end, Math.ceil(right));
    for (let pixel = Math.floor(left); pixel < right; pixel++)
      weights[pixel]! += Math.min(right, pixel + 1) - Math.max(left, pixel);
  }
  if (end <= first) return { first: 0, end: 0, weights: new Float64Array(0) };
  return { first, end, weights: weights.subarray(first, end) };
}
