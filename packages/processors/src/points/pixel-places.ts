import type { Grid, RasterSource } from "@quadrat/core";
import { createTransform, hasLongitudes, parseCrs, placeOf } from "@quadrat/crs";
import {
  pixelMap,
  pixelTolerance,
  pixelUnder,
  snap,
  turnsOnto,
  type PixelMap,
} from "../resample/mapping/pixel-map.js";

/** Where points are in the pixels of a raster, (0, 0) being the outer corner of the first one. */
export interface PixelPlaces {
  /** Without turns of longitude that lead away from the raster; NaN where the raster's CRS has no image. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** The pixel under each point; a column is -1 where there is none. */
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

/** Finds points of the grid's CRS in a raster. */
export interface PixelFinder {
  readonly map: PixelMap;
  /** Whether the last column of pixels is followed by the first: the raster goes around the globe. */
  readonly isAround: boolean;
  /** The arrays are overwritten. */
  readonly find: (xs: Float64Array, ys: Float64Array) => PixelPlaces;
}

export function pixelFinder(source: RasterSource, crs: string, grid: Grid): PixelFinder {
  const own = parseCrs(crs);
  const transform = createTransform(parseCrs(grid.crs), own, placeOf(source, own));
  const map = pixelMap({ source, grid, transform, geographicSource: hasLongitudes(own) });
  const { width, height, westward, northward, turn } = map;
  const isAround = turn !== undefined && turn.y === 0 && Math.abs(Math.abs(turn.x) - width) < 1e-3;

  return {
    map,
    isAround,
    find(xs, ys) {
      map.pointsToPixels(xs, ys);
      const columns = new Float64Array(xs.length).fill(-1);
      const rows = new Float64Array(xs.length).fill(-1);
      for (let i = 0; i < xs.length; i++) {
        const [x, y] = [xs[i]!, ys[i]!];
        if (!(x - x === 0 && y - y === 0)) {
          xs[i] = ys[i] = NaN;
          continue;
        }
        const [first, last] = turnsOnto(
          map,
          x - pixelTolerance,
          y - pixelTolerance,
          x + pixelTolerance,
          y + pixelTolerance,
        );
        for (let k = first; k <= last && columns[i]! < 0; k++) {
          const turnedX = x + (k === 0 ? 0 : k * turn!.x);
          const turnedY = y + (k === 0 ? 0 : k * turn!.y);
          const column = pixelUnder(turnedX, westward, pixelTolerance);
          const row = pixelUnder(turnedY, northward, pixelTolerance);
          if (column < 0 || column >= width || row < 0 || row >= height) continue;
          [xs[i], ys[i], columns[i], rows[i]] = [turnedX, turnedY, column, row];
        }
        if (columns[i]! < 0) onOuterEdge(i, xs, ys, columns, rows);
      }
      return { xs, ys, columns, rows };
    },
  };

  /** A point on the outermost border that would belong to a pixel beyond it belongs to the last one. */
  function onOuterEdge(
    i: number,
    xs: Float64Array,
    ys: Float64Array,
    columns: Float64Array,
    rows: Float64Array,
  ): void {
    const [x, y] = [snap(xs[i]!, pixelTolerance), snap(ys[i]!, pixelTolerance)];
    if (x < 0 || x > width || y < 0 || y > height) return;
    columns[i] = Math.min(Math.max(pixelUnder(x, westward, pixelTolerance), 0), width - 1);
    rows[i] = Math.min(Math.max(pixelUnder(y, northward, pixelTolerance), 0), height - 1);
  }
}
