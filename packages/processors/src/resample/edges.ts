import type { Grid } from "@quadrat/core/base";
import {
  chordTolerance,
  countParts,
  interpolate,
  refined,
  smallBend,
  smallBendShare,
  straight,
  straightBend,
} from "./edge-bends.js";
import { refineEdges, type OpenEdge } from "./edge-refinement.js";
import { cornerIndex, type Lattice } from "./lattice.js";
import { kindsAtOnce } from "./side-kinds.js";
import type { PixelMap } from "./pixel-map.js";

/** The northern or western side of a cell. */
export type Side = "north" | "west";

/**
 * The sides of a block's cells, by number: first the northern ones and those south of the last row, row by row, then the
 * western ones and those east of the last column, row by row.
 */
export interface Edges {
  /** The number of the first western side. */
  readonly wests: number;
  /** The points between the ends of side `i`, from west to east or north to south, are `first[i]` to `first[i + 1]`. */
  readonly first: Int32Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** The number of points; the arrays may be longer. */
  readonly points: number;
  /** {@link refined} or {@link broken} where the side is, a number below that where it is not. */
  readonly kinds: Uint8Array;
  /** Whether any is broken. */
  readonly anyBroken: boolean;
  /** Whether any has been followed with exactly transformed points. */
  readonly anyRefined: boolean;
}

/** The kind of a side that leaves the transform's domain or jumps. */
export const broken = 255;

/**
 * Describes the sides of the lattice's cells in the source's pixels, one lattice after the other, in the same memory.
 *
 * The second differences with the corners before and after a side tell how far it bends. A small and even bend is
 * followed with the cubic polynomial through these four corners, which misses it by far less than the chord's tolerance;
 * any other, and one that can't be told, with exactly transformed points.
 */
export function edgeFinder(grid: Grid, map: PixelMap, tolerance: number): (lattice: Lattice) => Edges {
  const scale = tolerance / 1e-6;
  const limits = {
    straight: straightBend * scale,
    chord: chordTolerance * scale,
    bend: smallBend * scale,
    share: smallBendShare,
  };
  let first = new Int32Array(0);
  let kinds = new Uint8Array(0);
  let xs = new Float64Array(0);
  let ys = new Float64Array(0);

  return (lattice) => {
    const { top, bottom, left, right } = lattice.block;
    const width = right - left;
    const wests = width * (bottom - top + 1);
    const count = wests + (width + 1) * (bottom - top);
    if (kinds.length < count) {
      kinds = new Uint8Array(count);
      first = new Int32Array(count + 1);
    }
    const open = [
      ...findKinds(map, lattice, "north", scale, kinds, 0),
      ...findKinds(map, lattice, "west", scale, kinds, wests),
    ];
    const bends = refineEdges(grid, map, lattice, open, tolerance, limits);
    for (const id of bends.broken) kinds[id] = broken;
    let points = 0;
    for (let id = 0; id < count; id++) {
      first[id] = points;
      const kind = kinds[id]!;
      if (kind === straight || kind === broken) continue;
      points += kind === refined ? (bends.points.get(id)?.length ?? 0) / 2 : kind - 1;
    }
    first[count] = points;
    if (xs.length < points) {
      xs = new Float64Array(2 * points);
      ys = new Float64Array(2 * points);
    }
    if (points > 0) {
      drawSides(map, lattice, kinds, first, xs, ys, 0, wests, width, 1);
      drawSides(map, lattice, kinds, first, xs, ys, wests, count, width + 1, lattice.stride);
      for (const { id } of open) {
        const found = kinds[id] === refined ? bends.points.get(id) : undefined;
        if (!found) continue;
        for (let k = 0, to = first[id]!; k < found.length; k += 2, to++) {
          xs[to] = found[k]!;
          ys[to] = found[k + 1]!;
        }
      }
    }
    return {
      wests,
      first,
      xs,
      ys,
      points,
      kinds,
      anyBroken: bends.broken.size > 0,
      anyRefined: open.length > 0,
    };
  };
}

/** Tells of what kind the northern or western sides are, and returns those that are to be refined. */
function findKinds(
  map: PixelMap,
  lattice: Lattice,
  side: Side,
  scale: number,
  kinds: Uint8Array,
  from: number,
): OpenEdge[] {
  const { top, bottom, left, right } = lattice.block;
  const [next, lastRow, lastColumn] =
    side === "north" ? [1, bottom, right - 1] : [lattice.stride, bottom - 1, right];
  const open: OpenEdge[] = [];
  const known = lattice.inside ? kindsAtOnce(lattice, next, scale) : undefined;
  for (let row = top, id = from; row <= lastRow; row++) {
    let corner = cornerIndex(lattice, left, row);
    for (let column = left; column <= lastColumn; column++, corner++, id++) {
      const kind = known ? known[corner]! : countParts(map, lattice, corner, next, scale);
      kinds[id] = kind;
      if (kind === refined) open.push({ id, side, column, row });
    }
  }
  return open;
}

/** Interpolates the points of sides `[from, to)`, of which `perRow` are in a row. */
function drawSides(
  map: PixelMap,
  lattice: Lattice,
  kinds: Uint8Array,
  first: Int32Array,
  xs: Float64Array,
  ys: Float64Array,
  from: number,
  to: number,
  perRow: number,
  next: number,
): void {
  let line = cornerIndex(lattice, lattice.block.left, lattice.block.top);
  for (let id = from; id < to; line += lattice.stride) {
    for (let i = 0; i < perRow; i++, id++) {
      const kind = kinds[id]!;
      if (kind === straight || kind === refined || kind === broken) continue;
      interpolate(map, lattice, line + i, next, kind, xs, ys, first[id]!);
    }
  }
}
