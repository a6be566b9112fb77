import { columnTypes, type Bounds, type Grid, type Mask, type OpenDataset } from "@quadrat/core";
import { rasterNanoseconds } from "@quadrat/core/host";
import { createTransform, parseCrs } from "@quadrat/crs";
import { projectBounds } from "../grid/extent.js";
import { sampleCells } from "../resample/mapping/survey.js";
import type { PixelMap } from "../resample/mapping/pixel-map.js";
import type { ResamplePlan } from "../resample/index.js";

/** Bands of rows for which work is estimated, and cells of each that are looked at. */
const bands = 256;
const acrossBand = 16;

/** With fewer cells of a row on the raster, they are looked for where it should be. */
const enough = 4;

/** The pixels that the cells of a band cover. */
interface BandSize {
  readonly pixels: number;
}

/** Rasters mostly have the geometry of another. */
const known = new WeakMap<PixelMap, readonly BandSize[]>();

/**
 * Estimated nanoseconds to put a raster onto bands of rows of the grid: by a sample of the cells that lie on the raster, and the
 * pixels that they cover.
 */
export function rowWork(plan: ResamplePlan, dataset: OpenDataset, grid: Grid, mask?: Mask): Float64Array {
  const { map, method } = plan;
  const series = dataset.source.kind === "raster" ? dataset.source.series : undefined;
  const steps = series?.steps ?? 1;
  const reprojected = dataset.crs !== grid.crs;
  const sizes = known.get(map) ?? measureBands(plan, dataset, grid);
  known.set(map, sizes);
  const cells = grid.size / sizes.length;
  // Whether it has a value or not, each cell is placed and stored.
  const stored = 1 + columnTypes[dataset.dataType].bytes / 2;
  return Float64Array.from(sizes, ({ pixels }, band) => {
    const share = mask ? shareOf(mask, band, sizes.length) : 1;
    const resampled = rasterNanoseconds({ method, reprojected, reads: share * pixels }, share * cells);
    return cells * stored + steps * resampled;
  });
}

/** The fraction of a band's cells that are in the mask. */
function shareOf(mask: Mask, band: number, bands: number): number {
  const [first, end] = [band, band + 1].map((at) => Math.floor((at * mask.height) / bands)) as [
    number,
    number,
  ];
  return end > first ? mask.count(first, end) / ((end - first) * mask.width) : 0;
}

function measureBands({ map, sourceBounds }: ResamplePlan, { crs }: OpenDataset, grid: Grid): BandSize[] {
  const there = projectBounds(sourceBounds, createTransform(parseCrs(crs!), parseCrs(grid.crs)));
  const box = there && cellsOf(there, grid);
  const count = Math.min(bands, grid.height);
  return Array.from({ length: count }, (_, band) => {
    const top = Math.floor((band * grid.height) / count);
    const bottom = Math.floor(((band + 1) * grid.height) / count);
    const whole = sizeOf(map, grid, [0, top, grid.width, bottom]);
    if (whole.hits >= enough || !box) return whole;
    const within = [box[0], Math.max(top, box[1]), box[2], Math.min(bottom, box[3])] as const;
    if (within[0] >= within[2] || within[1] >= within[3]) return whole;
    const closer = sizeOf(map, grid, within);
    return closer.hits > whole.hits ? closer : whole;
  });
}

/** The pixels under the cells of some rows and columns, and how many cells of a row in their middle lie on the raster. */
function sizeOf(
  map: PixelMap,
  grid: Grid,
  [left, top, right, bottom]: readonly [number, number, number, number],
): BandSize & { readonly hits: number } {
  const row = (top + bottom) >> 1;
  const sample = sampleCells(grid, map, [left, row, right, row + 1], acrossBand);
  const on = sample.filter(({ distance }) => distance === 0);
  const share = ((right - left) * (bottom - top)) / Math.min(acrossBand, right - left);
  return {
    pixels: share * on.reduce((sum, { area }) => sum + area, 0),
    hits: on.length,
  };
}

/** Columns and rows of the grid within some bounds. */
function cellsOf([xmin, ymin, xmax, ymax]: Bounds, grid: Grid): [number, number, number, number] {
  const [west, south, east, north] = grid.bounds;
  const at = (value: number, from: number, to: number, count: number): number =>
    Math.min(count, Math.max(0, ((value - from) / (to - from)) * count));
  return [
    Math.floor(at(xmin, west, east, grid.width)),
    Math.floor(at(ymax, north, south, grid.height)),
    Math.ceil(at(xmax, west, east, grid.width)),
    Math.ceil(at(ymin, north, south, grid.height)),
  ];
}
