import type { Grid } from "@quadrat/core/base";
import type { CellBlock } from "./cells.js";
import { edgeFinder, type Edges } from "./edges.js";
import { latticeBuilder, type Lattice } from "./lattice.js";
import type { PixelMap } from "./pixel-map.js";
import { enlarge, type Ring } from "./ring.js";

/** The corners of a block's cells and the sides between them. */
export interface Sides {
  readonly lattice: Lattice;
  readonly edges: Edges;
}

/** What was asked for last is kept, and used up with the next. */
export function sideFinder(grid: Grid, map: PixelMap, tolerance: number): (block: CellBlock) => Sides {
  const build = latticeBuilder(grid, map, tolerance);
  const find = edgeFinder(grid, map, tolerance);
  let last: Sides | undefined;
  return (block) => {
    if (last?.lattice.block === block) return last;
    const lattice = build(block);
    return (last = { lattice, edges: find(lattice) });
  };
}

/**
 * The outline of a cell, by the places of its northwestern corner and of its northern and western side in a block of so many
 * columns.
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
