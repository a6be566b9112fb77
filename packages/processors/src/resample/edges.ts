import type { Grid } from "@quadrat/core/base";
import { overshoot, refineEdges, type OpenEdge } from "./edge-refinement.js";
import { shortStep, type Step } from "./globe.js";
import { cornerIndex, type Lattice } from "./lattice.js";
import type { PixelMap } from "./pixel-map.js";
import { push, type Ring } from "./ring.js";

/** The northern or western side of a cell. */
export type Side = "north" | "west";

/** The sides of cells between their ends. */
export interface Edges {
  /** Adds the points between the ends to a ring: west to east or north to south, or the other way. */
  trace(ring: Ring, side: Side, column: number, row: number, backwards: boolean): void;
  /** True when exactly transformed points describe the side. */
  exact(side: Side, column: number, row: number): boolean;
  /** True when the side leaves the transform's domain or jumps. */
  broken(side: Side, column: number, row: number): boolean;
}

/** A side is straight that bends no more than this, in pixels. */
const straightBend = 2e-6;
/** Lines between points of a side miss it by no more than this, in pixels, and by as much on either hand. */
const chordTolerance = 5e-6;
/** Up to this bend, in pixels and as a share of its length, a side is interpolated between corners. */
const smallBend = 2e-2;
const smallBendShare = 1e-2;
/** A side so many times longer than the one before or after it may jump. */
const longStep = 4;

const straight = 0;
const refined = 254;
const brokenOff = 255;

/**
 * Describes the sides of the lattice's cells in the source's pixels.
 *
 * The second differences with the corners before and after a side tell how far it bends. A small and even bend is
 * followed with the cubic polynomial through these four corners, which misses it by far less than the chord's tolerance;
 * any other, and one that can't be told, with exactly transformed points.
 */
export function findEdges(grid: Grid, map: PixelMap, lattice: Lattice, tolerance: number): Edges {
  const { block, stride } = lattice;
  const { top, bottom, left, right } = block;
  const width = right - left;
  const norths = width * (bottom - top + 1);
  const parts = new Uint8Array(norths + (width + 1) * (bottom - top));
  const scale = tolerance / 1e-6;
  const open: OpenEdge[] = [];

  const idOf = (side: Side, column: number, row: number) =>
    (side === "north" ? (row - top) * width : norths + (row - top) * (width + 1)) + column - left;

  for (let row = top; row <= bottom; row++) {
    for (let column = left; column < right; column++) {
      const corner = cornerIndex(lattice, column, row);
      const count = countParts(map, lattice, corner, 1, scale);
      parts[idOf("north", column, row)] = count;
      if (count === refined) open.push({ id: idOf("north", column, row), side: "north", column, row });
    }
  }
  for (let row = top; row < bottom; row++) {
    for (let column = left; column <= right; column++) {
      const corner = cornerIndex(lattice, column, row);
      const count = countParts(map, lattice, corner, stride, scale);
      parts[idOf("west", column, row)] = count;
      if (count === refined) open.push({ id: idOf("west", column, row), side: "west", column, row });
    }
  }
  const { points, broken } = refineEdges(grid, map, lattice, open, tolerance, {
    straight: straightBend * scale,
    chord: chordTolerance * scale,
    bend: smallBend * scale,
    share: smallBendShare,
  });
  for (const id of broken) parts[id] = brokenOff;

  return {
    trace(ring, side, column, row, backwards) {
      const id = idOf(side, column, row);
      const count = parts[id]!;
      if (count === straight || count === brokenOff) return;
      if (count === refined) pushPoints(ring, points.get(id), backwards);
      else
        interpolate(
          ring,
          map,
          lattice,
          cornerIndex(lattice, column, row),
          side === "north" ? 1 : stride,
          count,
          backwards,
        );
    },
    exact: (side, column, row) => parts[idOf(side, column, row)] === refined,
    broken: (side, column, row) => parts[idOf(side, column, row)] === brokenOff,
  };
}

const sideStep: Step = { x: 0, y: 0 };
const beforeStep: Step = { x: 0, y: 0 };
const afterStep: Step = { x: 0, y: 0 };

/** In how many parts the side from `corner` is to be interpolated: 0 for a straight side, `refined` when it can't be. */
function countParts(map: PixelMap, lattice: Lattice, corner: number, step: number, scale: number): number {
  const { xs, ys, poles } = lattice;
  const [x0, y0] = [xs[corner]!, ys[corner]!];
  const [x1, y1] = [xs[corner + step]!, ys[corner + step]!];
  if (x0 !== x0 || x1 !== x1) return straight;
  if (poles && poles[corner] !== 0 && poles[corner + step] !== 0) return straight;
  const side = shortStep(map, x0, y0, x1, y1, sideStep);
  const before = shortStep(map, xs[corner - step]!, ys[corner - step]!, x0, y0, beforeStep);
  const after = shortStep(map, x1, y1, xs[corner + 2 * step]!, ys[corner + 2 * step]!, afterStep);
  const size = Math.sqrt(side.x * side.x + side.y * side.y);
  if (size === 0) return straight;
  const bend0 = (side.x - before.x) * side.y - (side.y - before.y) * side.x;
  const bend1 = (after.x - side.x) * side.y - (after.y - side.y) * side.x;
  const bend = Math.max(Math.abs(bend0), Math.abs(bend1)) / (8 * size);
  const beside = Math.max(before.x * before.x + before.y * before.y, after.x * after.x + after.y * after.y);
  const long = size * size > longStep * longStep * beside;
  if (bend <= straightBend * scale && !long) return straight;
  if (farAway(map, x0, y0, x1, y1, Math.max(size, 1))) return straight;
  const small = bend <= smallBend * scale && bend <= smallBendShare * size;
  const even = Math.abs(bend0 - bend1) <= Math.max(Math.abs(bend0), Math.abs(bend1)) / 2;
  const nearPole =
    poles && (poles[corner - step] || poles[corner] || poles[corner + step] || poles[corner + 2 * step]);
  return small && even && !long && !nearPole
    ? Math.ceil(Math.sqrt(bend / (chordTolerance * scale)))
    : refined;
}

function farAway(
  { turn, width, height }: PixelMap,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  margin: number,
): boolean {
  const beside = Math.max(x0, x1) + margin < 0 || Math.min(x0, x1) - margin > width;
  const above = Math.max(y0, y1) + margin < 0 || Math.min(y0, y1) - margin > height;
  return (beside && !turn?.x) || (above && !turn?.y);
}

/** Adds points of the cubic through four corners, Lagrange's with nodes at -1, 0, 1 and 2. */
function interpolate(
  ring: Ring,
  map: PixelMap,
  { xs, ys }: Lattice,
  corner: number,
  step: number,
  parts: number,
  backwards: boolean,
): void {
  const x0 = xs[corner]!;
  const y0 = ys[corner]!;
  const before = shortStep(map, x0, y0, xs[corner - step]!, ys[corner - step]!, beforeStep);
  const side = shortStep(map, x0, y0, xs[corner + step]!, ys[corner + step]!, sideStep);
  const after = shortStep(map, x0, y0, xs[corner + 2 * step]!, ys[corner + 2 * step]!, afterStep);
  const outwards = overshoot(parts) / 16;
  const x = x0 + outwards * (side.x - before.x - after.x);
  const y = y0 + outwards * (side.y - before.y - after.y);
  for (let k = 1; k < parts; k++) {
    const t = (backwards ? parts - k : k) / parts;
    const p = (-t * (t - 1) * (t - 2)) / 6;
    const q = (-(t + 1) * t * (t - 2)) / 2;
    const r = ((t + 1) * t * (t - 1)) / 6;
    push(ring, x + p * before.x + q * side.x + r * after.x, y + p * before.y + q * side.y + r * after.y);
  }
}

function pushPoints(ring: Ring, points: Float64Array | undefined, backwards: boolean): void {
  if (!points) return;
  const count = points.length / 2;
  for (let k = 0; k < count; k++) {
    const i = 2 * (backwards ? count - 1 - k : k);
    push(ring, points[i]!, points[i + 1]!);
  }
}
