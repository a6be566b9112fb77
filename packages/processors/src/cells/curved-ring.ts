import type { PolarPoints } from "./polar-plane.js";

/** Areas inside of a closed line, estimated in two ways. */
export interface RingArea {
  readonly area: number;
  /** From every second point. */
  readonly coarse: number;
}

/** Measures closed lines through points of a plane that keeps areas. */
export type RingMeter = (points: PolarPoints, line: ArrayLike<number>) => RingArea;

/**
 * The line goes through points that are alternately corners and the middles between two of them: each piece from corner to
 * corner is taken for a parabola. Their number is even, and a multiple of 4 if the coarse estimate is to mean anything.
 */
export function ringMeter(): RingMeter {
  let [xs, ys] = [new Float64Array(64), new Float64Array(64)];
  return (points, line) => {
    const count = line.length;
    if (xs.length < count) [xs, ys] = [new Float64Array(2 * count), new Float64Array(2 * count)];
    let sum = 0;
    for (let i = 0; i < count; i++) sum += points.sines[line[i]!]!;
    points.onto(sum < 0 ? -1 : 1, line, xs, ys);
    const [x, y] = [xs[0]!, ys[0]!];
    for (let i = 0; i < count; i++) {
      xs[i]! -= x;
      ys[i]! -= y;
    }
    return { area: Math.abs(areaOf(xs, ys, count, 1)), coarse: Math.abs(areaOf(xs, ys, count, 2)) };
  };
}

function areaOf(xs: Float64Array, ys: Float64Array, count: number, step: number): number {
  let twice = 0;
  for (let from = 0; from < count; from += 2 * step) {
    const middle = from + step;
    const to = middle + step < count ? middle + step : 0;
    const [x, y, toX, toY] = [xs[from]!, ys[from]!, xs[to]!, ys[to]!];
    const triangle = (xs[middle]! - x) * (toY - y) - (toX - x) * (ys[middle]! - y);
    twice += x * toY - toX * y + (4 / 3) * triangle;
  }
  return twice / 2;
}
