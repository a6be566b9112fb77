import type { Grid } from "@quadrat/core/base";
import type { CellShapes } from "./area-worker.js";
import { accumulate, addRing, leastFraction } from "./coverage.js";
import { insideDomain } from "../seams/domain-edge.js";
import { broken, type Edges } from "./edges.js";
import { cornerIndex, type Lattice } from "../mapping/lattice.js";
import { plainOutlines } from "./plain-outlines.js";
import { pieceBuilder, type PieceBuilder, type Pieces } from "../windows/pieces.js";
import { turnsOnto, type PixelMap } from "../mapping/pixel-map.js";
import { emptyRing, isTurned } from "./ring.js";
import { addRingTo, closeCell, ringStore, type RingStore } from "./ring-store.js";
import { seamCells, type SeamPart } from "../seams/seam-cells.js";
import { sideFinder, sideOf, traceCell, type Sides } from "./sides.js";

/**
 * Grids with at most this many cells are searched for cells whose corners all lie outside the domain while their inside
 * does not.
 */
const fewCells = 4096;

/**
 * The real outlines of cells. Each side is the image of the cell's side, shared point by point with its neighbour,
 * so that the outlines of a grid tile the source without gaps or overlaps.
 * @param whole whether the areas of whole cells are needed, also of what lies outside of the source
 */
export function outlines(grid: Grid, map: PixelMap, tolerance: number, whole = false): CellShapes {
  let store = ringStore(0);
  let pieces: Pieces;
  let selected = 0;
  let selectedArea = 0;
  const least = new Float64Array(1);
  let deltas = new Float64Array(1 << 12);
  const own = emptyRing();
  const describe = sideFinder(grid, map, tolerance, whole);
  const seams = map.seams && seamCells(grid, map, map.seams, tolerance);

  /** Adds the rings of the cell that is open. */
  const addRings = ({ lattice, edges }: Sides, column: number, row: number): void => {
    const state = domainState(lattice, edges, column, row, grid.size <= fewCells);
    if (state === "outside") return;
    const atSeam =
      state === "broken" || (state === "inside" && seams?.mayTouch(lattice, column, row) === true);
    const parts = atSeam ? seams?.parts(lattice, column, row, state === "broken") : undefined;
    if (parts && parts !== "whole") return addParts(store, parts);
    if (parts === "whole" || (state === "inside" && !atSeam)) {
      traceCell(own, map, lattice, edges, column, row);
      if (!isTurned(map, own)) return addRingTo(store, own);
    }
    const found = insideDomain(grid, map, column, row, tolerance);
    for (const { ring, onGlobe } of found) if (!onGlobe) addRingTo(store, ring);
    const across = found.filter(({ onGlobe }) => onGlobe);
    addParts(
      store,
      across.flatMap(({ ring }) => seams!.drawAll(ring)),
    );
  };

  return {
    atOnce: (accumulator) => plainOutlines(map, tolerance, describe, accumulator, seams),
    load(block) {
      const sides = describe(block);
      const cells = (block.bottom - block.top) * (block.right - block.left);
      const builder = pieceBuilder(cells);
      store = ringStore(cells);
      for (let row = block.top; row < block.bottom; row++) {
        for (let column = block.left; column < block.right; column++) {
          addRings(sides, column, row);
          addPieces(builder, map, store, tolerance);
          closeCell(store);
          builder.close();
        }
      }
      return (pieces = builder.build());
    },
    select(cell) {
      selected = cell;
      let area = 0;
      for (let r = store.first[cell]!; r < store.first[cell + 1]!; r++) area += Math.abs(store.areas[r]!);
      least[0] = leastFraction * Math.min(1, area);
      selectedArea = area;
    },
    area: () => selectedArea,
    fill(piece, top, bottom, fractions) {
      const left = pieces.left[piece]!;
      const columns = pieces.right[piece]! - left;
      const rows = bottom - top;
      const needed = rows * (columns + 1);
      if (deltas.length < needed) deltas = new Float64Array(needed);
      const turns = map.turn ? pieces.turns[piece]! : 0;
      const part = map.turn ? 0 : pieces.turns[piece]!;
      const shiftX = turns === 0 ? 0 : turns * map.turn!.x;
      const shiftY = turns === 0 ? 0 : turns * map.turn!.y;
      const { xs, ys, start, first, areas, parts } = store;
      for (let r = first[selected]!; r < first[selected + 1]!; r++) {
        if (parts[r] !== part) continue;
        const sign = areas[r]! < 0 ? -1 : 1;
        addRing(deltas, xs, ys, start[r]!, start[r + 1]!, shiftX, shiftY, sign, left, columns, top, rows);
      }
      accumulate(deltas, columns, rows, least, fractions);
    },
  };
}

/** Adds rings to the cell that is open, those of a part side by side. */
function addParts(store: RingStore, parts: readonly SeamPart[]): void {
  for (const { ring, part } of parts.toSorted((p, q) => p.part - q.part)) addRingTo(store, ring, part);
}

type DomainState = "inside" | "broken" | "edge" | "outside";

/** Whether the transform has an image of the cell; "broken" if it has images of the corners but a side jumps. */
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
    return edges.anyBroken && sideOf(lattice, edges, column, row, broken) ? "broken" : "inside";
  }
  if (missing < 4 || search) return "edge";
  for (let j = -1; j <= 2; j++) {
    for (let i = -1; i <= 2; i++) if (!Number.isNaN(xs[corner + j * stride + i]!)) return "edge";
  }
  return "outside";
}

/** Finds the pixels under the rings of the cell that is open. */
function addPieces(builder: PieceBuilder, map: PixelMap, store: RingStore, tolerance: number): void {
  const { xs, ys, start, first, cells, rings, parts } = store;
  for (let from = first[cells]!; from < rings;) {
    const part = parts[from]!;
    let to = from + 1;
    while (to < rings && parts[to] === part) to++;
    addPart(builder, map, xs, ys, start[from]!, start[to]!, part, tolerance);
    from = to;
  }
}

function addPart(
  builder: PieceBuilder,
  map: PixelMap,
  xs: Float64Array,
  ys: Float64Array,
  from: number,
  to: number,
  part: number,
  tolerance: number,
): void {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i++) {
    const x = xs[i]!;
    const y = ys[i]!;
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < north) north = y;
    if (y > south) south = y;
  }
  if (!(west < east)) return;
  const [firstTurn, lastTurn] = turnsOnto(map, west, north, east, south);
  for (let turns = firstTurn; turns <= lastTurn; turns++) {
    const shiftX = turns === 0 ? 0 : turns * map.turn!.x;
    const shiftY = turns === 0 ? 0 : turns * map.turn!.y;
    const left = Math.max(0, Math.floor(west + shiftX + tolerance));
    const right = Math.min(map.width, Math.ceil(east + shiftX - tolerance));
    const top = Math.max(0, Math.floor(north + shiftY + tolerance));
    const bottom = Math.min(map.height, Math.ceil(south + shiftY - tolerance));
    if (left < right && top < bottom) builder.add(map.turn ? turns : part, left, right, top, bottom);
  }
}
