import type { Grid } from "@quadrat/core/base";
import type { PixelMap, PixelSeams } from "../mapping/pixel-map.js";
import type { Ring } from "../outlines/ring.js";

/** Points along each side of the outline of a wide cell. */
const sidePoints = 32;
/** Steps along a side with which the extent of a wide cell is found. */
const steps = 8;

/** The outline of a wide cell on the globe, by points along its sides; undefined if it goes around a pole or has no image. */
export function wideRing(grid: Grid, globe: PixelMap, column: number, row: number): Ring | undefined {
  const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
  const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
  const share = (from: number, to: number): number[] =>
    Array.from({ length: sidePoints }, (_, i) => from + ((to - from) * i) / sidePoints);
  const stay = (at: number): number[] => share(at, at);
  const xs = Float64Array.from([...share(west, east), ...stay(east), ...share(east, west), ...stay(west)]);
  const ys = Float64Array.from([
    ...stay(north),
    ...share(north, south),
    ...stay(south),
    ...share(south, north),
  ]);
  globe.toPixels(xs, ys);
  const turn = globe.turn!.x;
  const count = xs.length;
  for (let i = 1; i < count; i++) xs[i]! -= turn * Math.round((xs[i]! - xs[i - 1]!) / turn);
  const isClosed = Math.abs(xs[0]! - xs[count - 1]!) < turn / 2;
  return isClosed ? { xs, ys, count } : undefined;
}

/** The largest change of longitude along one of a cell's sides. */
export function widthOf(grid: Grid, { toGlobe }: PixelSeams, column: number, row: number): number {
  const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
  const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
  const share = (from: number, to: number, i: number): number => from + ((to - from) * i) / steps;
  let widest = 0;
  for (const [x0, y0, x1, y1] of [
    [west, north, east, north],
    [west, south, east, south],
    [west, north, west, south],
    [east, north, east, south],
  ] as const) {
    const xs = Float64Array.from({ length: steps + 1 }, (_, i) => share(x0, x1, i));
    const ys = Float64Array.from({ length: steps + 1 }, (_, i) => share(y0, y1, i));
    toGlobe(xs, ys);
    let change = 0;
    for (let i = 1; i <= steps; i++) {
      const step = xs[i]! - xs[i - 1]!;
      change += step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
    }
    widest = Math.max(widest, Math.abs(change));
  }
  return widest;
}
