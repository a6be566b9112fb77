import type { Grid } from "@quadrat/core/base";
import type { CellBlock } from "./cells.js";
import { latitudeAt, snap, type PixelMap } from "./pixel-map.js";

/**
 * The corners of the cells of a block in the source's pixels, with one more line of corners all
 * around. A corner's position depends on its indices alone, so that neighbouring cells share it to the last bit.
 */
export interface Lattice {
  readonly block: CellBlock;
  /** Distance in the arrays between a corner and the one south of it. */
  readonly stride: number;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** 1 at the north pole, -1 at the south pole, where a longitude says nothing; undefined for sources without longitudes. */
  readonly poles: Int8Array | undefined;
}

/** Degrees: about 0.1 mm. */
const poleTolerance = 1e-9;

export function buildLattice(grid: Grid, map: PixelMap, tolerance: number, block: CellBlock): Lattice {
  const { top, bottom, left, right } = block;
  const stride = right - left + 3;
  const lines = bottom - top + 3;
  const columnEdges = Float64Array.from({ length: stride }, (_, i) => grid.x.edge(left + i - 1));
  const xs = new Float64Array(stride * lines);
  const ys = new Float64Array(stride * lines);
  for (let line = 0; line < lines; line++) {
    xs.set(columnEdges, line * stride);
    ys.fill(grid.y.edge(top + line - 1), line * stride, (line + 1) * stride);
  }
  map.toPixels(xs, ys);
  const poles = map.turn && new Int8Array(xs.length);
  for (let i = 0; i < xs.length; i++) {
    xs[i] = snap(xs[i]!, tolerance);
    ys[i] = snap(ys[i]!, tolerance);
    if (poles) poles[i] = poleAt(map, xs[i]!, ys[i]!);
  }
  return { block, stride, xs, ys, poles };
}

/** The position in the lattice's arrays of the corner before `column`, above `row`. */
export function cornerIndex({ block, stride }: Lattice, column: number, row: number): number {
  return (row - block.top + 1) * stride + column - block.left + 1;
}

/** 1 at the north pole, -1 at the south pole, 0 elsewhere. */
export function poleAt({ affine }: PixelMap, x: number, y: number): -1 | 0 | 1 {
  const latitude = latitudeAt(affine, x, y);
  return latitude >= 90 - poleTolerance ? 1 : latitude <= poleTolerance - 90 ? -1 : 0;
}
