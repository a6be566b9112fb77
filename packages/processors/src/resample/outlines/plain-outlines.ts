import type { RasterData, Window } from "@quadrat/core/base";
import type { Accumulator } from "../methods/accumulator.js";
import type { AtOnce, CellBlock } from "../windows/cells.js";
import { boxValues, type BoxValues } from "./box-values.js";
import { accumulate, addRing, leastFraction } from "./coverage.js";
import { refined } from "./edges.js";
import { cellPairs, mostCells, type CellPairs } from "./cell-pairs.js";
import { cornerIndex } from "../mapping/lattice.js";
import { turnsOnto, type PixelMap } from "../mapping/pixel-map.js";
import { emptyRing, isTurned, signedArea, type Ring } from "./ring.js";
import type { SeamCells } from "../seams/seam-cells.js";
import { traceOutline, type Sides } from "./sides.js";

/** The number of pixels under one cell whose coverage fractions are computed at once. */
const fractionsAtOnce = 1 << 15;

/** What the cells of a block have in common, and memory that they use in turn. */
interface Work {
  readonly map: PixelMap;
  readonly tolerance: number;
  readonly accumulator: Accumulator;
  /** The step in pixels that brings the cells onto the source. */
  shiftX: number;
  shiftY: number;
  readonly ring: Ring;
  /** See {@link accumulate}. */
  readonly least: Float64Array;
  deltas: Float64Array;
  fractions: Float64Array;
}

/**
 * The cells of blocks with plain outlines: none extends over the domain's edge, to a pole, to a seam or around the globe,
 * none has the opposite orientation of its cell, and the same number of turns brings all of them onto the source. The values
 * equal those computed cell by cell.
 */
export function plainOutlines(
  map: PixelMap,
  tolerance: number,
  describe: (block: CellBlock) => Sides,
  accumulator: Accumulator,
  seams: SeamCells | undefined,
): AtOnce {
  let sides: Sides;
  let pairs: CellPairs | undefined;
  const work: Work = {
    map,
    tolerance,
    accumulator,
    shiftX: 0,
    shiftY: 0,
    ring: emptyRing(),
    least: new Float64Array(1),
    deltas: new Float64Array(64),
    fractions: new Float64Array(64),
  };
  return {
    locate(block) {
      sides = describe(block);
      if (!sides.lattice.plain || sides.edges.anyBroken) return undefined;
      if (seams?.mayTouchAny(sides.lattice) === true) return undefined;
      if (anyTurned(map, sides, work.ring)) return undefined;
      const [west, north, east, south] = extentOf(sides);
      const [first, last] = turnsOnto(map, west, north, east, south);
      if (first < last) return undefined;
      work.shiftX = first === 0 ? 0 : first * map.turn!.x;
      work.shiftY = first === 0 ? 0 : first * map.turn!.y;
      const left = Math.max(0, Math.floor(west + work.shiftX + tolerance));
      const right = Math.min(map.width, Math.ceil(east + work.shiftX - tolerance));
      const top = Math.max(0, Math.floor(north + work.shiftY + tolerance));
      const bottom = Math.min(map.height, Math.ceil(south + work.shiftY - tolerance));
      if (first > last || left >= right || top >= bottom) return { col: 0, row: 0, width: 0, height: 0 };
      return { col: left, row: top, width: right - left, height: bottom - top };
    },
    resample({ data, window }, out, offset, stride) {
      const { top, bottom, left, right } = sides.lattice.block;
      const columns = right - left;
      pairs ??= cellPairs(map, tolerance);
      const inPairs = work.shiftX === 0 && work.shiftY === 0 && !accumulator.cellArea;
      const paired = inPairs && pairs.load(sides) ? pairs : undefined;
      const values = paired && boxValues(accumulator, data, window, mostCells, paired.numbers);
      for (let row = 0; row < bottom - top; row++) {
        const to = offset + row * stride;
        if (values) resamplePairs(pairs, values, work, sides, row, data, window, out, to);
        else for (let i = 0; i < columns; i++) resampleCell(work, sides, row, i, data, window, out, to + i);
      }
    },
  };
}

/**
 * Whether an outline of the block has the opposite orientation of its cell; the sides of such a cell bend so much that they
 * are refined.
 */
function anyTurned(map: PixelMap, { lattice, edges }: Sides, ring: Ring): boolean {
  if (map.orientation === undefined || !edges.anyRefined) return false;
  const { top, bottom, left, right } = lattice.block;
  const columns = right - left;
  for (let row = 0; row < bottom - top; row++) {
    for (let column = 0; column < columns; column++) {
      const north = row * columns + column;
      const west = edges.wests + north + row;
      const { kinds } = edges;
      const sides = [kinds[north], kinds[north + columns], kinds[west], kinds[west + 1]];
      if (!sides.includes(refined)) continue;
      traceOutline(
        ring,
        lattice,
        edges,
        cornerIndex(lattice, left + column, top + row),
        north,
        west,
        columns,
      );
      if (isTurned(map, ring)) return true;
    }
  }
  return false;
}

/** Writes the values of a row of cells: first those processed in pairs, then the others. */
function resamplePairs(
  pairs: CellPairs,
  values: BoxValues,
  work: Work,
  sides: Sides,
  row: number,
  data: RasterData,
  window: Window,
  out: RasterData,
  to: number,
): void {
  const { left, right } = sides.lattice.block;
  const width = right - left;
  for (let start = 0; start < width; start += mostCells) {
    const end = Math.min(width, start + mostCells);
    pairs.resample(row, start, end, values, out, to);
    const { columns, count } = pairs.others;
    for (let k = 0; k < count; k++) {
      const column = columns[k]!;
      resampleCell(work, sides, row, column, data, window, out, to + column);
    }
  }
}

/** Writes the value of a cell of the block, counted from its first row and column. */
function resampleCell(
  work: Work,
  sides: Sides,
  row: number,
  column: number,
  data: RasterData,
  window: Window,
  out: RasterData,
  to: number,
): void {
  const { lattice, edges } = sides;
  const { top, left, right } = lattice.block;
  const columns = right - left;
  const north = row * columns + column;
  const corner = cornerIndex(lattice, left + column, top + row);
  traceOutline(work.ring, lattice, edges, corner, north, edges.wests + north + row, columns);
  resampleOutline(work, data, window, out, to);
}

/** Writes the value of the cell whose outline has been traced, unless it misses the source. */
function resampleOutline(work: Work, data: RasterData, window: Window, out: RasterData, to: number): void {
  const { map, tolerance, accumulator, shiftX, shiftY, ring, least } = work;
  const { xs, ys, count } = ring;
  let west = xs[0]!;
  let north = ys[0]!;
  let east = west;
  let south = north;
  for (let i = 1; i < count; i++) {
    const x = xs[i]!;
    const y = ys[i]!;
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  if (!(west < east)) return;
  const left = Math.max(0, Math.floor(west + shiftX + tolerance)) | 0;
  const right = Math.min(map.width, Math.ceil(east + shiftX - tolerance)) | 0;
  const top = Math.max(0, Math.floor(north + shiftY + tolerance)) | 0;
  const bottom = Math.min(map.height, Math.ceil(south + shiftY - tolerance)) | 0;
  if (left >= right || top >= bottom) return;
  const area = signedArea(ring);
  const sign = area < 0 ? -1 : 1;
  least[0] = leastFraction * Math.min(1, Math.abs(area));
  const columns = right - left;
  const step = Math.max(1, Math.floor(fractionsAtOnce / columns));
  accumulator.reset();
  if (accumulator.cellArea) accumulator.cellArea[0] = Math.abs(area);
  for (let row = top; row < bottom; row += step) {
    const rows = Math.min(bottom - row, step);
    const needed = rows * (columns + 1);
    if (work.deltas.length < needed) {
      work.deltas = new Float64Array(2 * needed);
      work.fractions = new Float64Array(2 * needed);
    }
    const { deltas, fractions } = work;
    addRing(deltas, xs, ys, 0, count, shiftX, shiftY, sign, left, columns, row, rows);
    accumulate(deltas, columns, rows, least, fractions);
    const offset = (row - window.row) * window.width + left - window.col;
    accumulator.add(data, offset, window.width, fractions, columns, rows, 0);
  }
  out[to] = accumulator.result();
}

/** The bounds in pixels of all points of a block's outlines: west, north, east, south. */
function extentOf({ lattice, edges }: Sides): readonly [number, number, number, number] {
  const { top, bottom, left, right } = lattice.block;
  let west = Infinity;
  let north = Infinity;
  let east = -Infinity;
  let south = -Infinity;
  for (let row = top; row <= bottom; row++) {
    const corner = cornerIndex(lattice, left, row);
    for (let i = corner, end = corner + right - left; i <= end; i++) {
      const x = lattice.xs[i]!;
      const y = lattice.ys[i]!;
      west = Math.min(west, x);
      east = Math.max(east, x);
      north = Math.min(north, y);
      south = Math.max(south, y);
    }
  }
  for (let i = 0; i < edges.points; i++) {
    const x = edges.xs[i]!;
    const y = edges.ys[i]!;
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  return [west, north, east, south];
}
