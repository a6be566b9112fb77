import { invertAffine } from "../grid/affine.js";
import type { Bounds, Grid } from "../grid/grid.js";
import type { OpenDataset } from "../pipeline/stage.js";
import type { RasterSource, Window } from "../raster/raster.js";

/** A part of the grid in fractions of its width and height: u from west to east, v from north to south, 0 to 1. */
export interface Box {
  readonly u0: number;
  readonly v0: number;
  readonly u1: number;
  readonly v1: number;
}

export const wholeGrid: Box = { u0: 0, v0: 0, u1: 1, v1: 1 };

/** A raster with its position on the grid. */
export interface PlacedRaster {
  readonly raster: RasterSource;
  /** The part of the grid that it covers, according to its bounds. */
  readonly box: Box;
  /** Pixels across the whole grid, in both directions. */
  readonly pixels: readonly [across: number, down: number];
  /** The window of pixels under a part of the grid; undefined if there is none. */
  window(part: Box): Window | undefined;
  /** Column and row of the pixel under a place. */
  pixelAt(u: number, v: number): readonly [col: number, row: number];
}

/** Undefined if the position of the raster on the grid is not known. */
export function placeRaster(
  { extent, gridExtent, crs }: Pick<OpenDataset, "extent" | "gridExtent" | "crs">,
  raster: RasterSource,
  grid: Pick<Grid, "crs" | "bounds">,
): PlacedRaster | undefined {
  const seen = gridExtent ?? (crs === grid.crs ? grid.bounds : undefined);
  if (!seen || !extent) return undefined;
  const [west, , , north] = seen;
  const [width, height] = [seen[2] - west, north - seen[1]];
  const box = clip({
    u0: (extent[0] - west) / width,
    v0: (north - extent[3]) / height,
    u1: (extent[2] - west) / width,
    v1: (north - extent[1]) / height,
  });
  if (!(area(box) > 0)) return undefined;
  const { a, b, c, d, e, f } = invertAffine(raster.affine);
  const pixelAt = (u: number, v: number): readonly [number, number] => {
    const [x, y] = [west + u * width, north - v * height];
    return [Math.floor(a * x + b * y + c), Math.floor(d * x + e * y + f)];
  };
  return {
    raster,
    box,
    pixels: [Math.hypot(a, d) * width, Math.hypot(b, e) * height],
    pixelAt,
    window: ({ u0, v0, u1, v1 }) => {
      const corners = [pixelAt(u0, v0), pixelAt(u1, v0), pixelAt(u0, v1), pixelAt(u1, v1)];
      const [cols, rows] = [corners.map(([col]) => col), corners.map(([, row]) => row)];
      const [col, row] = [Math.max(0, Math.min(...cols)), Math.max(0, Math.min(...rows))];
      const right = Math.min(raster.width, Math.max(...cols) + 1);
      const bottom = Math.min(raster.height, Math.max(...rows) + 1);
      return right > col && bottom > row ? { col, row, width: right - col, height: bottom - row } : undefined;
    },
  };
}

/** Fraction of the grid. */
export function area({ u0, v0, u1, v1 }: Box): number {
  return Math.max(0, u1 - u0) * Math.max(0, v1 - v0);
}

export function inBox({ u0, v0, u1, v1 }: Box, u: number, v: number): boolean {
  return u >= u0 && u <= u1 && v >= v0 && v <= v1;
}

/** The smallest box around all, or their intersection. */
export function combine(boxes: readonly Box[], how: "union" | "intersection"): Box {
  const [outer, inner] = how === "union" ? [Math.min, Math.max] : [Math.max, Math.min];
  return {
    u0: outer(...boxes.map(({ u0 }) => u0)),
    v0: outer(...boxes.map(({ v0 }) => v0)),
    u1: inner(...boxes.map(({ u1 }) => u1)),
    v1: inner(...boxes.map(({ v1 }) => v1)),
  };
}

function clip({ u0, v0, u1, v1 }: Box): Box {
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return { u0: within(u0), v0: within(v0), u1: within(u1), v1: within(v1) };
}

/** Grid extents that are finite and not empty. */
export function isExtent(bounds: Bounds): boolean {
  return bounds.every(Number.isFinite) && bounds[2] > bounds[0] && bounds[3] > bounds[1];
}
