import { bendLimits, refineCurves, type Curve } from "../outlines/curves.js";
import type { PixelMap } from "../mapping/pixel-map.js";
import { sideKey, type SquareLattice } from "./domain-points.js";

interface Side extends Curve {
  readonly from: number;
  readonly to: number;
}

/** The points of a square's side between two of the lattice's, as x, y, x, y..., from the first to the second. */
export type SquareSides = (from: number, to: number) => readonly number[];

const straight: readonly number[] = [];

/**
 * Follows the sides of squares that bend near the source by exactly transformed points, as is done for the sides of whole
 * cells, so that the areas on both sides share these points.
 * @param limit pixels: a longer side lies across a jump
 */
export function squareSides(
  map: PixelMap,
  lattice: SquareLattice,
  limit: number,
  tolerance: number,
): SquareSides {
  const { parts, xs, ys, worldX, worldY } = lattice;
  const points = parts + 1;
  const sides: Side[] = [];
  const add = (from: number, to: number): void => {
    const [x0, y0, x1, y1] = [xs[from]!, ys[from]!, xs[to]!, ys[to]!];
    const size = Math.abs(x1 - x0) + Math.abs(y1 - y0);
    if (!(size <= limit) && !map.turn) return;
    const around = size + 1;
    const isBeside = Math.max(x0, x1) + around < 0 || Math.min(x0, x1) - around > map.width;
    const isAbove = Math.max(y0, y1) + around < 0 || Math.min(y0, y1) - around > map.height;
    if ((isBeside && !map.turn?.x) || (isAbove && !map.turn?.y) || Number.isNaN(size)) return;
    sides.push({ id: sideKey(points, from, to), from, to, x0, y0, x1, y1 });
  };
  for (let point = 0; point < xs.length; point++) {
    if ((point + 1) % points !== 0) add(point, point + 1);
    if (point + points < xs.length) add(point, point + points);
  }
  const { points: between } = refineCurves(
    map,
    sides,
    (segments) => {
      const middle = (world: Float64Array): Float64Array =>
        Float64Array.from(segments, ({ curve, from, to }) => {
          const start = world[curve.from]!;
          return start + (world[curve.to]! - start) * ((from + to) / 2);
        });
      const middles = { xs: middle(worldX), ys: middle(worldY) };
      map.toPixels(middles.xs, middles.ys);
      return middles;
    },
    tolerance,
    bendLimits(tolerance),
  );
  return (from, to) => {
    const found = between.get(sideKey(points, from, to));
    if (!found) return straight;
    return from < to ? [...found] : backwards(found);
  };
}

function backwards(points: Float64Array): number[] {
  const turned: number[] = [];
  for (let k = points.length - 2; k >= 0; k -= 2) turned.push(points[k]!, points[k + 1]!);
  return turned;
}
