import type { Grid } from "@quadrat/core/base";
import type { CellBlock } from "../windows/cells.js";
import { latitudeAt, longitudeStep, snap, type PixelMap } from "./pixel-map.js";

/**
 * The corners of the cells of a block in the source's pixels, with one more line of corners all around. A
 * corner's position depends only on its indices, so that neighbouring cells share it to the last bit.
 */
export interface Lattice {
  readonly block: CellBlock;
  /** Distance in the arrays between a corner and the one south of it. */
  readonly stride: number;
  /** The arrays may be longer. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /**
   * 1 at the north pole, -1 at the south pole, where a longitude means nothing; undefined for sources without longitudes.
   */
  readonly poles: Int8Array | undefined;
  /**
   * True if all corners have an image, none is at a pole, and no two are half a turn of longitude apart: steps between
   * them are differences.
   */
  readonly plain: boolean;
  /** The corners on the globe, for a source whose CRS cuts it open. */
  readonly globe: GlobePoints | undefined;
}

/** Longitudes from the source's central meridian and latitudes, in radians; the arrays may be longer. */
export interface GlobePoints {
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/** Degrees: about 0.1 mm. */
const poleTolerance = 1e-9;
/** Degrees: below half a turn by far more than rounding. */
const nearHalfTurn = 179;

/** Builds lattices, each in the memory of the previous one. */
export function latticeBuilder(grid: Grid, map: PixelMap, tolerance: number): (block: CellBlock) => Lattice {
  let allXs = new Float64Array(0);
  let allYs = new Float64Array(0);
  let globe: GlobePoints | undefined;
  const { seams } = map;
  return (block) => {
    const { top, bottom, left, right } = block;
    const stride = right - left + 3;
    const lines = bottom - top + 3;
    const count = stride * lines;
    if (allXs.length < count) {
      allXs = new Float64Array(count);
      allYs = new Float64Array(count);
      if (seams) globe = { longitudes: new Float64Array(count), latitudes: new Float64Array(count) };
    }
    const xs = allXs;
    const ys = allYs;
    const columnEdges = Float64Array.from({ length: stride }, (_, i) => grid.x.edge(left + i - 1));
    for (let line = 0; line < lines; line++) {
      // Line by line, so that projections can reuse the longitudes of a line in the next.
      const lineX = xs.subarray(line * stride, (line + 1) * stride);
      const lineY = ys.subarray(line * stride, (line + 1) * stride);
      lineX.set(columnEdges);
      lineY.fill(grid.y.edge(top + line - 1));
      if (seams && globe) {
        seams.toGlobe(lineX, lineY);
        globe.longitudes.set(lineX, line * stride);
        globe.latitudes.set(lineY, line * stride);
        seams.toPixels(lineX, lineY);
      } else {
        map.toPixels(lineX, lineY);
      }
    }
    const poles = map.turn && new Int8Array(count);
    return { block, stride, xs, ys, poles, globe, plain: snapAll(map, xs, ys, count, tolerance, poles) };
  };
}

/** Returns whether the lattice is plain. */
function snapAll(
  map: PixelMap,
  xs: Float64Array,
  ys: Float64Array,
  count: number,
  tolerance: number,
  poles: Int8Array | undefined,
): boolean {
  let missing = false;
  let atPole = 0;
  let west = Infinity;
  let north = Infinity;
  let east = -Infinity;
  let south = -Infinity;
  for (let i = 0; i < count; i++) {
    const x = (xs[i] = snap(xs[i]!, tolerance));
    const y = (ys[i] = snap(ys[i]!, tolerance));
    if (x !== x) missing = true;
    if (poles) atPole |= poles[i] = poleAt(map, x, y);
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  const { affine, turn } = map;
  const across =
    Math.abs(longitudeStep(affine, east - west, 0)) + Math.abs(longitudeStep(affine, 0, south - north));
  return !missing && atPole === 0 && (!turn || across < nearHalfTurn);
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
