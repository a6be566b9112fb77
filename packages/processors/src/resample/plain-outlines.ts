import type { RasterData } from "@quadrat/core/base";
import type { Accumulator } from "./accumulators.js";
import type { AtOnce, CellBlock } from "./cells.js";
import { accumulate, addRing, leastShare } from "./coverage.js";
import { cornerIndex } from "./lattice.js";
import { turnsOnto, type PixelMap } from "./pixel-map.js";
import { emptyRing, signedArea } from "./ring.js";
import { traceOutline, type Sides } from "./sides.js";

/** Pixels under one cell of which the shares are kept. */
const sharesAtOnce = 1 << 15;

/**
 * The cells of blocks whose outlines are plain: none reaches over the domain's edge, to a pole or around the globe, and one
 * number of turns brings all of them onto the source. The values are those that come out cell by cell.
 */
export function plainOutlines(
  map: PixelMap,
  tolerance: number,
  describe: (block: CellBlock) => Sides,
  accumulator: Accumulator,
): AtOnce {
  const { width, height, turn } = map;
  const ring = emptyRing();
  let shares = new Float64Array(sharesAtOnce);
  let deltas = new Float64Array(1 << 12);
  let sides: Sides;
  let shiftX = 0;
  let shiftY = 0;

  return {
    locate(block) {
      sides = describe(block);
      if (!sides.lattice.plain || sides.edges.anyBroken) return undefined;
      const [west, north, east, south] = extentOf(sides);
      const [first, last] = turnsOnto(map, west, north, east, south);
      if (first < last) return undefined;
      shiftX = first === 0 ? 0 : first * turn!.x;
      shiftY = first === 0 ? 0 : first * turn!.y;
      const left = Math.max(0, Math.floor(west + shiftX + tolerance));
      const right = Math.min(width, Math.ceil(east + shiftX - tolerance));
      const top = Math.max(0, Math.floor(north + shiftY + tolerance));
      const bottom = Math.min(height, Math.ceil(south + shiftY - tolerance));
      if (first > last || left >= right || top >= bottom) return { col: 0, row: 0, width: 0, height: 0 };
      return { col: left, row: top, width: right - left, height: bottom - top };
    },
    resample({ data, window }, out, offset, stride) {
      const { lattice, edges } = sides;
      const { top, bottom, left, right } = lattice.block;
      const columns = right - left;
      for (let row = top; row < bottom; row++) {
        const corner = cornerIndex(lattice, left, row);
        const north = (row - top) * columns;
        const west = edges.wests + north + row - top;
        for (let i = 0; i < columns; i++) {
          traceOutline(ring, lattice, edges, corner + i, north + i, west + i, columns);
          resampleCell(data, window.col, window.row, window.width, out, offset + (row - top) * stride + i);
        }
      }
    },
  };

  function resampleCell(
    data: RasterData,
    windowLeft: number,
    windowTop: number,
    across: number,
    out: RasterData,
    to: number,
  ): void {
    const { xs, ys, count } = ring;
    let west = xs[0]!;
    let north = ys[0]!;
    let east = west;
    let south = north;
    for (let i = 1; i < count; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
    if (!(west < east)) return;
    const left = Math.max(0, Math.floor(west + shiftX + tolerance));
    const right = Math.min(width, Math.ceil(east + shiftX - tolerance));
    const top = Math.max(0, Math.floor(north + shiftY + tolerance));
    const bottom = Math.min(height, Math.ceil(south + shiftY - tolerance));
    if (left >= right || top >= bottom) return;
    const area = signedArea(ring);
    const sign = area < 0 ? -1 : 1;
    const least = leastShare * Math.min(1, Math.abs(area));
    const columns = right - left;
    const step = Math.max(1, Math.floor(sharesAtOnce / columns));
    if (columns > shares.length) shares = new Float64Array(columns);
    accumulator.reset();
    for (let row = top; row < bottom; row += step) {
      const rows = Math.min(bottom - row, step);
      if (deltas.length < rows * (columns + 1)) deltas = new Float64Array(rows * (columns + 1));
      addRing(deltas, xs, ys, 0, count, shiftX, shiftY, sign, left, columns, row, rows);
      accumulate(deltas, columns, rows, least, shares);
      const offset = (row - windowTop) * across + left - windowLeft;
      accumulator.add(data, offset, across, shares, columns, rows);
    }
    out[to] = accumulator.result();
  }
}

/** The bounds in pixels of all points of a block's outlines: west, north, east, south. */
function extentOf({ lattice, edges }: Sides): readonly [number, number, number, number] {
  const { top, bottom, left, right } = lattice.block;
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (xs: Float64Array, ys: Float64Array, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
  };
  for (let row = top; row <= bottom; row++) {
    const corner = cornerIndex(lattice, left, row);
    take(lattice.xs, lattice.ys, corner, corner + right - left + 1);
  }
  take(edges.xs, edges.ys, 0, edges.points);
  return [west, north, east, south];
}
