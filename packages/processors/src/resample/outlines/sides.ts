import type { Grid } from "@quadrat/core/base";
import type { CellBlock } from "../windows/cells.js";
import { edgeFinder, refined, type Edges } from "./edges.js";
import { cornerIndex, latticeBuilder, type Lattice } from "../mapping/lattice.js";
import type { PixelMap } from "../mapping/pixel-map.js";
import { enlarge, flatten, type Ring } from "./ring.js";

/** The corners of a block's cells and the sides between them. */
export interface Sides {
  readonly lattice: Lattice;
  readonly edges: Edges;
}

/** The last result is kept until the next request. */
export function sideFinder(
  grid: Grid,
  map: PixelMap,
  tolerance: number,
  whole = false,
): (block: CellBlock) => Sides {
  const build = latticeBuilder(grid, map, tolerance);
  const find = edgeFinder(grid, map, tolerance, whole);
  let last: Sides | undefined;
  return (block) => {
    if (last?.lattice.block === block) return last;
    const lattice = build(block);
    return (last = { lattice, edges: find(lattice) });
  };
}

/**
 * The outline of a cell, by the positions of its northwestern corner and of its northern and western side in a block of this
 * many columns.
 */
export function traceOutline(
  ring: Ring,
  { xs, ys, stride }: Lattice,
  edges: Edges,
  corner: number,
  north: number,
  west: number,
  width: number,
): void {
  const { first, xs: betweenXs, ys: betweenYs } = edges;
  const south = north + width;
  const east = west + 1;
  const points = 4 + first[north + 1]! - first[north]! + first[south + 1]! - first[south]!;
  enlarge(ring, points + first[east + 1]! - first[east]! + first[west + 1]! - first[west]!);
  const { xs: ringXs, ys: ringYs } = ring;
  ringXs[0] = xs[corner]!;
  ringYs[0] = ys[corner]!;
  let count = 1;
  for (let i = first[north]!, end = first[north + 1]!; i < end; i++) {
    ringXs[count] = betweenXs[i]!;
    ringYs[count++] = betweenYs[i]!;
  }
  ringXs[count] = xs[corner + 1]!;
  ringYs[count++] = ys[corner + 1]!;
  for (let i = first[east]!, end = first[east + 1]!; i < end; i++) {
    ringXs[count] = betweenXs[i]!;
    ringYs[count++] = betweenYs[i]!;
  }
  ringXs[count] = xs[corner + stride + 1]!;
  ringYs[count++] = ys[corner + stride + 1]!;
  for (let i = first[south + 1]! - 1, end = first[south]!; i >= end; i--) {
    ringXs[count] = betweenXs[i]!;
    ringYs[count++] = betweenYs[i]!;
  }
  ringXs[count] = xs[corner + stride]!;
  ringYs[count++] = ys[corner + stride]!;
  for (let i = first[west + 1]! - 1, end = first[west]!; i >= end; i--) {
    ringXs[count] = betweenXs[i]!;
    ringYs[count++] = betweenYs[i]!;
  }
  ring.count = count;
}

/** Whether one of the cell's sides is of that kind. */
export function sideOf(
  { block }: Lattice,
  { kinds, wests }: Edges,
  column: number,
  row: number,
  kind: number,
): boolean {
  const width = block.right - block.left;
  const north = (row - block.top) * width + column - block.left;
  const west = wests + north + row - block.top;
  return (
    kinds[north] === kind || kinds[north + width] === kind || kinds[west] === kind || kinds[west + 1] === kind
  );
}

/** The outline of a cell: its corners and the points between them. */
export function traceCell(
  ring: Ring,
  map: PixelMap,
  lattice: Lattice,
  edges: Edges,
  column: number,
  row: number,
): void {
  const { block, poles, stride } = lattice;
  const northWest = cornerIndex(lattice, column, row);
  const width = block.right - block.left;
  const north = (row - block.top) * width + column - block.left;
  traceOutline(ring, lattice, edges, northWest, north, edges.wests + north + row - block.top, width);
  if (!poles) return;
  const atPole =
    poles[northWest] || poles[northWest + 1] || poles[northWest + stride + 1] || poles[northWest + stride];
  flatten(ring, map, atPole !== 0 || sideOf(lattice, edges, column, row, refined));
}
