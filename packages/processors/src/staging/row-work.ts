import { columnTypes, type Grid, type OpenDataset } from "@quadrat/core";
import { rasterNanoseconds } from "@quadrat/core/host";
import { sampleCells } from "../resample/mapping/survey.js";
import type { ResamplePlan } from "../resample/index.js";

/** Bands of rows for which work is estimated, and cells of each that are looked at. */
const bands = 256;
const acrossBand = 24;

/**
 * Estimated nanoseconds to put a raster onto bands of rows of the grid: by the cells of a sample that lie on the raster, and the
 * pixels that they cover.
 */
export function rowWork(plan: ResamplePlan, { crs, dataType }: OpenDataset, grid: Grid): Float64Array {
  const { map, method } = plan;
  const count = Math.min(bands, grid.height);
  const reprojected = crs !== grid.crs;
  // Whatever has a value or none is stored.
  const stored = 1 + columnTypes[dataType].bytes / 2;
  return Float64Array.from({ length: count }, (_, band) => {
    const top = Math.floor((band * grid.height) / count);
    const bottom = Math.floor(((band + 1) * grid.height) / count);
    const row = (top + bottom) >> 1;
    const sample = sampleCells(grid, map, [0, row, grid.width, row + 1], acrossBand);
    const on = sample.filter(({ distance }) => distance === 0);
    const cells = (bottom - top) * grid.width;
    const share = cells / Math.min(acrossBand, grid.width);
    const pixels = share * on.reduce((sum, { area }) => sum + area, 0);
    return cells * stored + rasterNanoseconds({ method, reprojected, reads: pixels }, share * on.length);
  });
}
