import { stat } from "node:fs/promises";
import type { DatasetConfig } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import type { OpenDataset } from "../pipeline/stage.js";
import type { SeveralColumns } from "../plugin/source.js";
import { columnTypes } from "../store/types.js";
import { estimateRecordsOf } from "./records.js";
import { sampleRasters } from "./sample.js";
import { scratchBytes } from "./scratch.js";
import { assumedWidth } from "./text-width.js";

/** The expectation for a dataset's column or columns. */
export interface ColumnOutlook {
  readonly name: string;
  readonly kind: "raster" | "cells";
  /** The number of columns that the dataset becomes, if they are several: assumed, until it has been read. */
  readonly columns?: number;
  /** Cells with a value, of all columns. */
  readonly values: number;
  /** Bytes of a value in memory. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** Whether the values are noise to the last digit, with a value in each cell. */
  readonly noise: boolean;
  readonly characters: number;
  /** Pixels or records to read. */
  readonly reads: number;
  /** For a raster: how its pixels become cells, and whether they are reprojected. */
  readonly method?: string;
  readonly reprojected?: boolean;
  /** The size of the file in which its decoded blocks are kept while it is resampled, in bytes. */
  readonly scratchBytes?: number;
}

/** The expectation for the merged table. */
export interface TableOutlook {
  readonly rows: number;
  readonly columns: readonly ColumnOutlook[];
  /** Cells that get a value at all: those of the mask. Default: all of the grid. */
  readonly cells?: number;
  /** Columns that describe the cell, besides x and y, and their bytes. */
  readonly described?: { readonly columns: number; readonly bytes: number };
}

/** What is expected if only the cells of a mask become rows, which are like the others. */
export function withinMask(
  outlook: TableOutlook,
  join: "outer" | "inner" | "all",
  { cells, masked }: { readonly cells: number; readonly masked: number },
): TableOutlook {
  const share = masked / cells;
  const columns = outlook.columns.map((column) => ({
    ...column,
    values: Math.round(column.values * share),
    // Every record has to be read to know where it lies.
    reads: column.kind === "raster" ? Math.ceil(column.reads * share) : column.reads,
  }));
  const rows = join === "all" ? masked : Math.min(masked, Math.round(outlook.rows * share));
  return { ...outlook, rows, columns, cells: masked };
}

/** Estimates rows and columns from samples of the inputs: a few small windows of a raster, the first lines of a table. */
export async function lookAtInputs(
  grid: Grid,
  datasets: readonly OpenDataset[],
  join: "outer" | "inner" | "all",
  signal?: AbortSignal,
): Promise<TableOutlook> {
  const sample = await sampleRasters(grid, datasets, join, signal);
  const columns: ColumnOutlook[] = [];
  const places = new Map<string, number>();
  for (const { name, source, config, dataType, reads, method, crs } of datasets) {
    const { bytes } = columnTypes[dataType];
    const raster = sample.columns.get(name);
    if (source.kind === "raster" && raster) {
      const { share, pixels, ...width } = raster;
      const values = Math.round(share * grid.size);
      const reprojected = crs !== grid.crs;
      const how = { method, reprojected, scratchBytes: scratchBytes(source.raster, reprojected) };
      const spread = method === "fractions" && spreadOf(config.classes, values);
      columns.push({ name, kind: "raster", values, bytes, ...width, reads: pixels, ...how, ...spread });
      continue;
    }
    const width = assumedWidth(dataType, bytes);
    if (reads) {
      // At most the cells in which one of its datasets has a value: counted like those in which a raster has
      // one.
      const values = Math.round((sample.columns.size > 0 ? sample.anyShare : 1) * grid.size);
      columns.push({ name, kind: "cells", values, bytes, ...width, reads: 0 });
      continue;
    }
    const files = (source.kind === "cells" && source.cells.files) || [config.path];
    if (config.kind === "ranges") {
      const polygons = Math.ceil((await bytesOf(files)) / polygonBytes);
      const several = source.kind === "cells" ? source.cells.several : undefined;
      // Each cell may be covered; how many of them are is known once the polygons have been read.
      const values = Math.ceil(grid.size / 2);
      const spread = several && { columns: assumedColumns(several, polygons), values: 2 * values };
      places.set(config.path, values);
      columns.push({ name, kind: "cells", values, bytes, ...width, reads: polygons, ...spread });
      continue;
    }
    const records = await estimateRecordsOf(files);
    const values = Math.min(grid.size, Math.ceil(occupied(records, grid.size)));
    // Datasets made from the same points fill the same cells.
    places.set(JSON.stringify([config.path, config.x, config.y]), values);
    const several = source.kind === "cells" ? source.cells.several : undefined;
    const spread = several && {
      columns: assumedColumns(several, records),
      values: Math.min(records, values * 30),
    };
    columns.push({ name, kind: "cells", values, bytes, ...width, reads: records, ...spread });
  }
  const dense = sample.columns.size > 0 ? sample : undefined;
  return {
    rows: Math.min(grid.size, Math.round(rowsOf(grid.size, [...places.values()], dense, join))),
    columns,
  };
}

/** Classes of a raster that are assumed to be there, and to meet in a cell. */
const assumedClasses = { all: 20, ofCell: 3 };

/** What a raster becomes of which each class has a column. */
function spreadOf(
  classes: DatasetConfig["classes"],
  cells: number,
): Pick<ColumnOutlook, "columns" | "values"> {
  const columns = classes ? Object.keys(classes).length : assumedClasses.all;
  return { columns, values: cells * Math.min(columns, assumedClasses.ofCell) };
}

/** Bytes of a polygon: some thirty points. */
const polygonBytes = 500;

async function bytesOf(files: readonly string[]): Promise<number> {
  let total = 0;
  for (const file of files) total += (await stat(file).catch(() => undefined))?.size ?? 0;
  return total;
}

/** The number of columns of a dataset that has not been read: names grow about as the square root of records do. */
function assumedColumns({ each, atMost }: SeveralColumns, records: number): number {
  const assumed = {
    species: Math.ceil(Math.sqrt(records)),
    year: 60,
    decade: 10,
    class: assumedClasses.all,
  }[each];
  return Math.max(1, Math.min(atMost ?? Infinity, assumed));
}

/** The number of columns of the merged table besides the coordinates. */
export function columnCount({ columns }: Pick<TableOutlook, "columns">): number {
  return columns.reduce((sum, column) => sum + (column.columns ?? 1), 0);
}

/** Rows by the join, from the cells of each set of points and the fractions that the rasters cover. */
function rowsOf(
  cells: number,
  places: readonly number[],
  dense: { readonly anyShare: number; readonly everyShare: number } | undefined,
  join: "outer" | "inner" | "all",
): number {
  if (join === "all") return cells;
  if (join === "inner") return Math.min(...places, cells) * (dense?.everyShare ?? 1);
  const covered = dense?.anyShare ?? 0;
  // Independent sets of points: n (1 - prod(1 - k / n)).
  const sparse = -cells * Math.expm1(places.reduce((sum, count) => sum + Math.log1p(-count / cells), 0));
  return cells * covered + sparse * (1 - covered);
}

/**
 * The number of cells with a point if `records` points are spread at random: `n (1 - exp(-k / n))`, never more than
 * points.
 */
function occupied(records: number, cells: number): number {
  return -cells * Math.expm1(-records / cells);
}
