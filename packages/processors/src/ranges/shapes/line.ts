import { shapeOf, type Shape } from "../cells/shape.js";
import type { Line } from "./densify.js";

export function boxOf({ xs, ys }: Line): { west: number; east: number; south: number; north: number } {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) {
    west = Math.min(west, xs[i]!);
    east = Math.max(east, xs[i]!);
    south = Math.min(south, ys[i]!);
    north = Math.max(north, ys[i]!);
  }
  return { west, east, south, north };
}

/** Twice the area of a closed line, positive if it runs anticlockwise where y points up. */
export function areaOf({ xs, ys }: Line): number {
  let twice = 0;
  for (let i = 0; i < xs.length; i++) {
    const next = i + 1 === xs.length ? 0 : i + 1;
    twice += (xs[i]! - xs[0]!) * (ys[next]! - ys[0]!) - (xs[next]! - xs[0]!) * (ys[i]! - ys[0]!);
  }
  return twice;
}

export function joined(lines: readonly Line[]): Shape {
  const starts = new Int32Array(lines.length + 1);
  for (const [index, { xs }] of lines.entries()) starts[index + 1] = starts[index]! + xs.length;
  const total = starts[lines.length]!;
  const [xs, ys] = [new Float64Array(total), new Float64Array(total)];
  for (const [index, line] of lines.entries()) {
    xs.set(line.xs, starts[index]);
    ys.set(line.ys, starts[index]);
  }
  return shapeOf(xs, ys, starts);
}
