import type { Grid } from "@quadrat/core";
import type { CellShapes } from "./area-worker.js";
import { accumulate, addRing, type PixelBox } from "./coverage.js";
import { insideDomain } from "./domain-edge.js";
import { findEdges, type Edges } from "./edges.js";
import { buildLattice, cornerIndex, type Lattice } from "./lattice.js";
import { pieceBuilder, type Pieces } from "./pieces.js";
import { turnsOnto, type PixelMap } from "./pixel-map.js";
import { emptyRing, flatten, push, signedArea, type Ring } from "./ring.js";

/** Grids of no more cells are searched for cells whose corners all lie outside the domain while their inside does not. */
const fewCells = 4096;
/** Pixels of which the cell covers no more than this share of a pixel, or of its own area, are not touched. */
const leastShare = 1e-6;

/**
 * The real outlines of cells: each side is the image of the cell's side, which it shares with its neighbour point by
 * point, so that the outlines of a grid tile the source without gaps and overlaps.
 */
export function outlines(grid: Grid, map: PixelMap, tolerance: number): CellShapes {
  let rows: { start: number; lattice: Lattice; edges: Edges } | undefined;
  let pieces: Pieces;
  const taken = new Map<number, readonly Ring[]>();
  const own = emptyRing();
  let selected: { readonly ring: Ring; readonly sign: number }[] = [];
  let area = 0;
  let deltas = new Float64Array(1 << 12);

  function ringsOf(cell: number): readonly Ring[] {
    const apart = taken.get(cell);
    if (apart) return apart;
    const { start, lattice, edges } = rows!;
    const column = cell % grid.width;
    traceCell(own, lattice, edges, column, start + (cell - column) / grid.width);
    flatten(own, map);
    return [own];
  }

  return {
    load(rowStart, rowEnd) {
      const lattice = buildLattice(grid, map, tolerance, rowStart, rowEnd);
      const edges = findEdges(grid, map, lattice, tolerance);
      rows = { start: rowStart, lattice, edges };
      taken.clear();
      const cells = (rowEnd - rowStart) * grid.width;
      const builder = pieceBuilder(cells);
      for (let cell = 0; cell < cells; cell++) {
        const column = cell % grid.width;
        const row = rowStart + (cell - column) / grid.width;
        const state = domainState(lattice, edges, column, row, grid.size <= fewCells);
        if (state === "edge") taken.set(cell, insideDomain(grid, map, column, row));
        if (state !== "outside") addPieces(builder, map, ringsOf(cell), tolerance);
        builder.close();
      }
      return (pieces = builder.build());
    },
    select(cell) {
      area = 0;
      selected = ringsOf(cell).map((ring) => {
        const signed = signedArea(ring);
        area += Math.abs(signed);
        return { ring, sign: signed < 0 ? -1 : 1 };
      });
    },
    fill(piece, top, bottom, shares) {
      const left = pieces.left[piece]!;
      const box: PixelBox = { left, columns: pieces.right[piece]! - left, top, rows: bottom - top };
      const needed = box.rows * (box.columns + 1);
      if (deltas.length < needed) deltas = new Float64Array(needed);
      const turns = pieces.turns[piece]!;
      const shiftX = turns === 0 ? 0 : turns * map.turn!.x;
      const shiftY = turns === 0 ? 0 : turns * map.turn!.y;
      for (const { ring, sign } of selected) addRing(deltas, box, ring, shiftX, shiftY, sign);
      accumulate(deltas, box, leastShare * Math.min(1, area), shares);
    },
  };
}

type DomainState = "inside" | "edge" | "outside";

/** Whether the transform has an image of the cell. */
function domainState(
  lattice: Lattice,
  edges: Edges,
  column: number,
  row: number,
  search: boolean,
): DomainState {
  const { xs, stride } = lattice;
  const corner = cornerIndex(lattice, column, row);
  const missing =
    +Number.isNaN(xs[corner]!) +
    +Number.isNaN(xs[corner + 1]!) +
    +Number.isNaN(xs[corner + stride]!) +
    +Number.isNaN(xs[corner + stride + 1]!);
  if (missing === 0) {
    const broken =
      edges.broken("north", column, row) ||
      edges.broken("north", column, row + 1) ||
      edges.broken("west", column, row) ||
      edges.broken("west", column + 1, row);
    return broken ? "edge" : "inside";
  }
  if (missing < 4 || search) return "edge";
  for (let j = -1; j <= 2; j++) {
    for (let i = -1; i <= 2; i++) if (!Number.isNaN(xs[corner + j * stride + i]!)) return "edge";
  }
  return "outside";
}

/** The outline of a cell: its corners and what lies between them. */
function traceCell(ring: Ring, lattice: Lattice, edges: Edges, column: number, row: number): void {
  const { xs, ys, stride } = lattice;
  const corner = cornerIndex(lattice, column, row);
  ring.count = 0;
  push(ring, xs[corner]!, ys[corner]!);
  edges.trace(ring, "north", column, row, false);
  push(ring, xs[corner + 1]!, ys[corner + 1]!);
  edges.trace(ring, "west", column + 1, row, false);
  push(ring, xs[corner + stride + 1]!, ys[corner + stride + 1]!);
  edges.trace(ring, "north", column, row + 1, true);
  push(ring, xs[corner + stride]!, ys[corner + stride]!);
  edges.trace(ring, "west", column, row, true);
}

function addPieces(
  builder: ReturnType<typeof pieceBuilder>,
  map: PixelMap,
  rings: readonly Ring[],
  tolerance: number,
): void {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { xs, ys, count } of rings) {
    for (let i = 0; i < count; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
  }
  if (!(west < east)) return;
  const [first, last] = turnsOnto(map, west, north, east, south);
  for (let turns = first; turns <= last; turns++) {
    const shiftX = turns === 0 ? 0 : turns * map.turn!.x;
    const shiftY = turns === 0 ? 0 : turns * map.turn!.y;
    const left = Math.max(0, Math.floor(west + shiftX + tolerance));
    const right = Math.min(map.width, Math.ceil(east + shiftX - tolerance));
    const top = Math.max(0, Math.floor(north + shiftY + tolerance));
    const bottom = Math.min(map.height, Math.ceil(south + shiftY - tolerance));
    if (left < right && top < bottom) builder.add(turns, left, right, top, bottom);
  }
}
