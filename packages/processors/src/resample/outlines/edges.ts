import type { Grid } from "@quadrat/core/base";
import {
  bendLimits,
  chordTolerance,
  overshoot,
  refineCurves,
  smallBend,
  smallBendShare,
  straightBend,
  type BendLimits,
  type Curve,
  type Refinement,
  type Segment,
} from "./curves.js";
import { shortStep, type Step } from "../mapping/globe.js";
import { cornerIndex, type Lattice } from "../mapping/lattice.js";
import type { PixelMap } from "../mapping/pixel-map.js";

/** The northern or western side of a cell. */
export type Side = "north" | "west";

/** A side of a cell that is to be followed exactly. */
interface OpenEdge {
  readonly id: number;
  readonly side: Side;
  readonly column: number;
  readonly row: number;
}

interface CellSide extends Curve {
  readonly edge: OpenEdge;
}

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
  /** {@link refined} or {@link broken} for such sides, a smaller number for others. */
  readonly kinds: Uint8Array;
  /** Whether any is broken. */
  readonly anyBroken: boolean;
  /** Whether any has been followed with exactly transformed points. */
  readonly anyRefined: boolean;
}

/** A side longer by this factor than the one before or after it may jump. */
const longStep = 4;
/** Nearer to a limit than this fraction, rounding might decide on which side of it a number is. */
const clearly = 1 - 1e-9;

export const straight = 0;
export const refined = 254;
/** The kind of a side that leaves the transform's domain or jumps. */
export const broken = 255;

const step: Step = { x: 0, y: 0 };

/**
 * Describes the sides of the lattice's cells in the source's pixels; each lattice reuses the memory of the previous one.
 *
 * The second differences with the corners before and after a side show how far it bends. A small and even bend is
 * followed by the cubic polynomial through these four corners, which misses it by far less than the chord's tolerance;
 * any other bend, or an unknown one, by exactly transformed points.
 * @param whole whether outlines matter as a whole, and not only where there are pixels
 */
export function edgeFinder(
  grid: Grid,
  map: PixelMap,
  tolerance: number,
  whole = false,
): (lattice: Lattice) => Edges {
  const scale = tolerance / 1e-6;
  const limits = bendLimits(tolerance);
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
      ...findKinds(map, lattice, "north", scale, kinds, 0, whole),
      ...findKinds(map, lattice, "west", scale, kinds, wests, whole),
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

/** Determines the kinds of the northern or western sides, and returns those that are to be refined. */
function findKinds(
  map: PixelMap,
  lattice: Lattice,
  side: Side,
  scale: number,
  kinds: Uint8Array,
  from: number,
  whole: boolean,
): OpenEdge[] {
  const { top, bottom, left, right } = lattice.block;
  const across = side === "north" ? lattice.stride : 1;
  const [next, lastRow, lastColumn] =
    side === "north" ? [1, bottom, right - 1] : [lattice.stride, bottom - 1, right];
  const open: OpenEdge[] = [];
  for (let row = top, id = from; row <= lastRow; row++) {
    let corner = cornerIndex(lattice, left, row);
    for (let column = left; column <= lastColumn; column++, corner++, id++) {
      const kind = countParts(map, lattice, corner, next, whole ? across : 0, scale);
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

/**
 * The number of parts in which the side from `corner` to the one `next` further on is to be interpolated: 0 for a
 * straight side, `refined` if it can't be. The second differences with the corners before and after it show how far
 * it bends.
 * @param across the step to the corners on both sides if the side matters for the cells there as a whole, else 0
 */
function countParts(
  map: PixelMap,
  lattice: Lattice,
  corner: number,
  next: number,
  across: number,
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
  // Most sides are so straight that no root is needed to see it.
  if (most * most < clearly * least * least * square && square < clearly * longStep * longStep * beside) {
    return straight;
  }
  const size = Math.sqrt(square);
  if (size === 0) return straight;
  const bend = most / (8 * size);
  const long = size * size > longStep * longStep * beside;
  if (bend <= straightBend * scale && !long) return straight;
  const margin = across === 0 ? Math.max(size, 1) : longest(lattice, corner, across, size);
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

/** The longest of a side and the sides from its first corner into the cells beside it, or 1. */
function longest({ xs, ys }: Lattice, corner: number, across: number, size: number): number {
  let most = Math.max(size, 1);
  for (const other of [corner - across, corner + across]) {
    const length = Math.hypot(xs[other]! - xs[corner]!, ys[other]! - ys[corner]!);
    // The double, because the sides at the last corner may be longer.
    if (2 * length > most) most = 2 * length;
  }
  return most;
}

/**
 * Points of the side between its ends, interpolated in this many parts: on the cubic through its four corners,
 * Lagrange's with nodes at -1, 0, 1 and 2.
 */
function interpolate(
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

/** Finds the points of cells' sides; see {@link refineCurves}. */
function refineEdges(
  grid: Grid,
  map: PixelMap,
  lattice: Lattice,
  edges: readonly OpenEdge[],
  tolerance: number,
  limits: BendLimits,
): Refinement {
  const { xs, ys, stride } = lattice;
  const curves = edges.map((edge): CellSide => {
    const start = cornerIndex(lattice, edge.column, edge.row);
    const end = start + (edge.side === "north" ? 1 : stride);
    return { id: edge.id, edge, x0: xs[start]!, y0: ys[start]!, x1: xs[end]!, y1: ys[end]! };
  });
  return refineCurves(map, curves, (segments) => middlesOfSides(grid, map, segments), tolerance, limits);
}

function middlesOfSides(
  grid: Grid,
  map: PixelMap,
  segments: readonly Segment<CellSide>[],
): { xs: Float64Array; ys: Float64Array } {
  const xs = new Float64Array(segments.length);
  const ys = new Float64Array(segments.length);
  for (const [i, { curve, from, to }] of segments.entries()) {
    const { side, column, row } = curve.edge;
    const at = (from + to) / 2;
    const west = grid.x.edge(column);
    const north = grid.y.edge(row);
    xs[i] = side === "north" ? west + (grid.x.edge(column + 1) - west) * at : west;
    ys[i] = side === "west" ? north + (grid.y.edge(row + 1) - north) * at : north;
  }
  map.toPixels(xs, ys);
  return { xs, ys };
}
