import type { ExportFormat } from "../config/types.js";
import type { MergeMode } from "../table/merge-mode.js";
import type { ColumnOutlook, TableOutlook } from "./rows.js";

/**
 * How long work takes on two cores of an otherwise idle AMD EPYC, from the suites P1 to P3 of the benchmarks, and for tables
 * from their CPU time. How much slower another machine is has to be learned.
 */

/** Seconds of a run, and of its stages, with nothing to do; of opening a dataset, and of starting to stage it. */
export const seconds = {
  ...{ run: 0.15, load: 0.1, resample: 0.1, merge: 0.02, export: 0.03 },
  ...{ opened: 0.01, raster: 0.03, cells: 0.1 },
};

/** Nanoseconds in the two threads that resample. */
const threaded = {
  /** Per pixel, to decode it and put it into its cell, by resampling method. */
  pixel: { summed: 3, weighted: 8, sorted: 6 },
  /** Per cell and per pixel when cells are put onto pixels of another CRS: at the cell's centre, or by its outline. */
  centre: { cell: 35, pixel: 0 },
  outline: { cell: 85, pixel: 20 },
};

/**
 * Nanoseconds per value that is appended, joined, or printed, and per record, which DuckDB assigns to cells and
 * groups.
 */
const each = { appended: 30, joined: 8, record: 900 };

/**
 * Nanoseconds per value in a file, including the coordinates of a text, that comes from memory. From the store it is also
 * joined.
 */
const written = { csv: 20, "csv.gz": 31, packed: 20, geotiff: 90 };

/** Nanoseconds per row to make a geometry. */
const geometry = { point: 700, polygon: 1600 };

const sorted: readonly string[] = ["mode", "med", "q1", "q3", "variety", "fractions"];
const weighted: readonly string[] = [
  "bilinear",
  "cubic",
  "cubicspline",
  "lanczos",
  "rms",
  "stdev",
  "variance",
];
const centred: readonly string[] = ["near", "bilinear", "cubic", "cubicspline", "lanczos"];

/** Seconds to put all columns on a grid with this many cells. */
export function stagingSeconds({ columns }: TableOutlook, cells: number, threads: number): number {
  return columns.reduce((sum, column) => {
    if (column.kind === "cells") {
      return sum + seconds.cells + 1e-9 * (each.record * column.reads + each.appended * column.values);
    }
    return sum + seconds.raster + 1e-9 * (rasterWork(column, cells) * (2 / threads) + each.appended * cells);
  }, 0);
}

/** Nanoseconds in two threads. */
function rasterWork(
  { method = "", reprojected = false, reads }: Pick<ColumnOutlook, "method" | "reprojected" | "reads">,
  cells: number,
): number {
  const kind = sorted.includes(method) ? "sorted" : weighted.includes(method) ? "weighted" : "summed";
  const placed = centred.includes(method) ? threaded.centre : threaded.outline;
  const own = threaded.pixel[kind] * reads;
  return reprojected ? own + placed.cell * cells + placed.pixel * reads : own;
}

/** Nanoseconds in one thread to put these pixels of a raster onto so many cells. */
export function rasterNanoseconds(
  raster: Pick<ColumnOutlook, "method" | "reprojected" | "reads">,
  cells: number,
): number {
  return 2 * rasterWork(raster, cells);
}

/** Seconds to join this many values in memory. */
export function mergeSeconds(values: number): number {
  return seconds.merge + 1e-9 * each.joined * values;
}

/** Seconds to write this many rows, made of this many values. */
export function exportSeconds(
  { use, options }: ExportFormat,
  gzip: boolean,
  { rows, joined, mode }: { readonly rows: number; readonly joined: number; readonly mode: MergeMode },
): number {
  const text = use === "csv";
  const own = text ? written[gzip ? "csv.gz" : "csv"] : use === "geotiff" ? written.geotiff : written.packed;
  const shape = options["geometry"] === "polygon" ? geometry.polygon : geometry.point;
  const shapes = use === "geoparquet" ? shape * rows : 0;
  const values = text ? joined + 2 * rows : joined;
  return seconds.export + 1e-9 * (own * values + shapes + (mode === "streaming" ? each.joined * joined : 0));
}
