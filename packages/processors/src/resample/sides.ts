import type { Grid } from "@quadrat/core/base";
import type { CellBlock } from "./cells.js";
import { edgeFinder, type Edges } from "./edges.js";
import { latticeBuilder, type Lattice } from "./lattice.js";
import type { PixelMap } from "./pixel-map.js";
import { push, type Ring } from "./ring.js";

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
  ring.count = 0;
  push(ring, xs[corner]!, ys[corner]!);
  trace(ring, edges, north);
  push(ring, xs[corner + 1]!, ys[corner + 1]!);
  trace(ring, edges, west + 1);
  push(ring, xs[corner + stride + 1]!, ys[corner + stride + 1]!);
  traceBack(ring, edges, north + width);
  push(ring, xs[corner + stride]!, ys[corner + stride]!);
  traceBack(ring, edges, west);
}

function trace(ring: Ring, { first, xs, ys }: Edges, id: number): void {
  for (let i = first[id]!, end = first[id + 1]!; i < end; i++) push(ring, xs[i]!, ys[i]!);
}

function traceBack(ring: Ring, { first, xs, ys }: Edges, id: number): void {
  for (let i = first[id + 1]! - 1, end = first[id]!; i >= end; i--) push(ring, xs[i]!, ys[i]!);
}
