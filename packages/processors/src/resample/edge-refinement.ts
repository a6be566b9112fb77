import type { Grid } from "@quadrat/core";
import type { Side } from "./edges.js";
import { alongMeridian, groundLength, shortStep } from "./globe.js";
import { cornerIndex, poleAt, type Lattice } from "./lattice.js";
import { snap, type PixelMap } from "./pixel-map.js";

/** A side of a cell that is to be followed. */
export interface OpenEdge {
  readonly id: number;
  readonly side: Side;
  readonly column: number;
  readonly row: number;
}

/** A side is halved at most this often. */
const maxDepth = 10;
/** A part that is still longer than this share of its side after that is a jump. */
const jumpShare = 1 / 8;

interface Segment {
  readonly edge: OpenEdge;
  readonly from: number;
  readonly to: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Halves sides, with exactly transformed points, until a straight line misses no part by more than `chord`.
 * @returns for each side the points between its ends, as x, y, x, y...; and the sides that leave the domain or jump
 */
export function refineEdges(
  grid: Grid,
  map: PixelMap,
  lattice: Lattice,
  edges: readonly OpenEdge[],
  tolerance: number,
  chord: number,
): { readonly points: ReadonlyMap<number, Float64Array>; readonly broken: ReadonlySet<number> } {
  const found = new Map<number, { at: number; x: number; y: number }[]>();
  const broken = new Set<number>();
  let open = edges.map((edge) => wholeSide(lattice, edge));
  const lengths = new Map(open.map((segment) => [segment.edge.id, segmentLength(map, segment)]));
  for (let depth = 0; open.length > 0; depth++) {
    const { xs, ys } = middles(grid, map, open);
    const next: Segment[] = [];
    for (const [i, segment] of open.entries()) {
      const { id } = segment.edge;
      const at = (segment.from + segment.to) / 2;
      const x = snap(xs[i]!, tolerance);
      const y = snap(ys[i]!, tolerance);
      if (Number.isNaN(x)) {
        broken.add(id);
        continue;
      }
      const deviation = offChord(map, segment, x, y);
      if (deviation > chord / 10) {
        const points = found.get(id);
        if (points) points.push({ at, x, y });
        else found.set(id, [{ at, x, y }]);
      }
      if (deviation <= chord && depth > 0) continue;
      const halves = [
        { ...segment, to: at, x1: x, y1: y },
        { ...segment, from: at, x0: x, y0: y },
      ];
      if (depth < maxDepth) next.push(...halves);
      else if (halves.some((half) => segmentLength(map, half) > jumpShare * lengths.get(id)!)) broken.add(id);
    }
    open = next;
  }
  const points = new Map<number, Float64Array>();
  for (const [id, list] of found) {
    points.set(id, Float64Array.from(list.sort((p, q) => p.at - q.at).flatMap(({ x, y }) => [x, y])));
  }
  return { points, broken };
}

function wholeSide(lattice: Lattice, edge: OpenEdge): Segment {
  const { xs, ys, stride } = lattice;
  const start = cornerIndex(lattice, edge.column, edge.row);
  const end = start + (edge.side === "north" ? 1 : stride);
  return { edge, from: 0, to: 1, x0: xs[start]!, y0: ys[start]!, x1: xs[end]!, y1: ys[end]! };
}

function middles(
  grid: Grid,
  map: PixelMap,
  segments: readonly Segment[],
): { xs: Float64Array; ys: Float64Array } {
  const xs = new Float64Array(segments.length);
  const ys = new Float64Array(segments.length);
  for (const [i, { edge, from, to }] of segments.entries()) {
    const { side, column, row } = edge;
    const at = (from + to) / 2;
    const west = grid.x.edge(column);
    const north = grid.y.edge(row);
    xs[i] = side === "north" ? west + (grid.x.edge(column + 1) - west) * at : west;
    ys[i] = side === "west" ? north + (grid.y.edge(row + 1) - north) * at : north;
  }
  map.toPixels(xs, ys);
  return { xs, ys };
}

/** How far the point (x, y) is from the segment's straight line. */
function offChord(map: PixelMap, { x0, y0, x1, y1 }: Segment, x: number, y: number): number {
  const start = shortStep(map, x, y, x0, y0, { x: 0, y: 0 });
  const end = shortStep(map, x, y, x1, y1, { x: 0, y: 0 });
  if (map.turn) {
    if (poleAt(map, x0, y0) !== 0) alongMeridian(map, start);
    if (poleAt(map, x1, y1) !== 0) alongMeridian(map, end);
  }
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const square = dx * dx + dy * dy;
  const at = square > 0 ? Math.min(1, Math.max(0, -(start.x * dx + start.y * dy) / square)) : 0;
  return Math.hypot(start.x + at * dx, start.y + at * dy);
}

function segmentLength(map: PixelMap, { x0, y0, x1, y1 }: Segment): number {
  return groundLength(map, shortStep(map, x0, y0, x1, y1, { x: 0, y: 0 }), x0, y0);
}
