import type { Config } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import {
  cacheBytes,
  datasetBytes,
  stagingBytes,
  tablesBytes,
  type Footprint,
} from "../pipeline/footprint.js";
import { isGrouped, isHalved, roundBytes } from "../table/column-groups.js";
import type { MergeMode } from "../table/merge-mode.js";
import { isPlain } from "./plain.js";
import { pointDemand, pointOutlook } from "./point-demand.js";
import { columnCount, type TableOutlook } from "./rows.js";
import { scratchAtOnce } from "./scratch.js";
import { exportSeconds, mergeSeconds, seconds, stagingSeconds } from "./work.js";

/** The needs of one stage. */
export interface StageDemand {
  readonly name: string;
  /** Maximum resident set of the process while it runs, in bytes. */
  readonly peak_memory_bytes: number;
  readonly seconds: number;
  /** Rows that it produces. */
  readonly rows: number;
}

/** The needs of a run. */
export interface Demand {
  readonly rows: number;
  /** The maximum of the stages, held below the memory limit as a run is. */
  readonly peak_memory_bytes: number;
  /** The same without a limit. */
  readonly unlimited_memory_bytes: number;
  /** The part of it that no limit makes a run give up. */
  readonly firm_memory_bytes: number;
  /** The store's file. */
  readonly store_bytes: number;
  /** The exported files. */
  readonly output_bytes: number;
  /** Files that exist only while rasters are resampled. */
  readonly scratch_bytes: number;
  /** Files beside the outputs that exist only while one of these is put together from them. */
  readonly parts_bytes: number;
  readonly seconds: number;
  readonly stages: readonly StageDemand[];
}

export interface DemandInput {
  readonly grid: Grid;
  readonly outlook: TableOutlook;
  readonly config: Pick<Config, "merge" | "export" | "points">;
  readonly mode: MergeMode;
  readonly footprint: Footprint;
  readonly limitBytes: number;
  readonly batchRows: number;
  /** Fraction of the pixels and records that an earlier run has staged. */
  readonly stagedShare: number;
  /** Whether all outputs exist already, so that nothing is merged in memory or exported. */
  readonly exported?: boolean | undefined;
}

const MiB = 2 ** 20;

/** Resident set with all modules loaded and nothing to do. Measured, like everything here, on Linux with Node 20. */
export const idleBytes = 100 * MiB;

/**
 * DuckDB with a file open; a thread that resamples; the maximum of an export's buffers, and their size per value while
 * they fill.
 */
const parts = { engine: 30 * MiB, thread: 20 * MiB, export: 30 * MiB, exportedValue: 60, tiles: 48 * MiB };

/** The merged table is in memory once, and the part that is being joined a second time. */
const copies = 1.2;

/** Share of the limit at which a run settles that would need more. */
const settlesAt = 0.9;

/** Maximum garbage that is not yet collected, and the share of the limit below which collection does not hurry. */
const garbage = { bytes: 90 * MiB, share: 0.05, perValue: 4 };

/** The bytes of an empty store, of a dense dataset, and of a sparse one with what it leaves behind. */
const storeParts = { empty: 0.8e6, dense: 0.13e6, sparse: 0.6e6 };

/** The size of a gzip relative to its CSV, of a Parquet file relative to its stored values, and of tiles relative to theirs. */
const packing = { gzip: 0.3, parquet: 0.4, tiles: 0.6 };

/** The bytes of a geometry and its bounding box, of which hardly a number occurs only once. */
const geometryBytes = { point: 0.6, polygon: 4 };

/** What the overviews of a raster add to it, the height of its strips of tiles, and what waits of them for overviews. */
const pyramid = { overviews: 4 / 3, tile: 512, waiting: 1.5 };

/** The needs of a run by its sizes alone, before experience corrects them. */
export function estimateDemand(input: DemandInput): Demand {
  const { grid, outlook, limitBytes } = input;
  const stages = stagesOf(input);
  const unlimited = Math.max(...stages.map(({ peak_memory_bytes: peak }) => peak));
  const firm = firmBytes(input);
  const ceiling = Math.max(firm, settlesAt * limitBytes);
  const points = pointsOf(input);
  const store =
    points.store +
    storeParts.empty +
    outlook.columns.reduce((sum, column) => sum + storedBytes(column, grid.size), 0);
  return {
    rows: outlook.rows,
    peak_memory_bytes: Math.round(Math.min(unlimited, ceiling)),
    unlimited_memory_bytes: Math.round(unlimited),
    firm_memory_bytes: Math.round(firm),
    store_bytes: Math.round(store),
    output_bytes: Math.round(outputBytes(input) + points.output),
    parts_bytes: Math.round(partsBytes(input)),
    scratch_bytes: Math.round(Math.max(scratchOf(input) * (input.stagedShare < 1 ? 1 : 0), points.scratch)),
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, seconds.run),
    stages: stages.map((stage) => ({
      ...stage,
      peak_memory_bytes: Math.round(Math.min(stage.peak_memory_bytes, ceiling)),
    })),
  };
}

/** The table of points: what it needs, and the bytes of its files. */
function pointsOf(input: DemandInput): ReturnType<typeof pointDemand> & { readonly output: number } {
  const { outlook, config, grid, limitBytes } = input;
  const points = pointOutlook(outlook, config);
  const { cells = grid.size } = outlook;
  const demand = pointDemand(points, { joined: cells * columnCount(outlook), limitBytes });
  const files = config.export.formats.length;
  const output = points ? outputBytes({ ...input, outlook: points.outlook }) + files * demand.text : 0;
  return { ...demand, output };
}

/** Width of a merged row in memory: x and y as float64, then the columns. */
export function bytesPerRow({ columns, described }: TableOutlook): number {
  const before = 16 + (described?.bytes ?? 0);
  return columns.reduce((sum, { bytes, columns: own = 1 }) => sum + own * bytes, before);
}

function stagesOf(input: DemandInput): StageDemand[] {
  const { grid, outlook, config, mode, footprint, limitBytes, batchRows, stagedShare, exported } = input;
  const { rows, columns } = outlook;
  const dense = columns.some(({ kind }) => kind === "raster") || config.merge.join === "all";
  const count = columnCount(outlook);
  const { cells = grid.size } = outlook;
  const joined = (dense ? cells : rows) * count;
  const table = rows * bytesPerRow(outlook);
  const resample = firmBytes(input) + windowsBytes(outlook, grid, footprint) * (1 - stagedShare);
  const batch = 3 * Math.min(rows, batchRows) * bytesPerRow(outlook);
  const waste = Math.min(garbage.bytes, garbage.share * limitBytes, garbage.perValue * joined);
  const kept = mode === "memory" ? copies * table : 0;
  const lists = columns.some((column) => column.columns !== undefined);
  const grouped = (dense || lists) && isGrouped(count);
  const pulls = !grouped || config.export.formats.some(({ use }) => !isParquet(use));
  const batches = pulls ? batch + waste + (grouped ? joiningBytes(input) : 0) : 0;

  const tiled = config.export.formats.some(({ use }) => use === "geotiff");
  const exportBytes = tiled ? parts.tiles : parts.export;
  const points = pointsOf(input);
  const outlookOfPoints = pointOutlook(outlook, config);

  const first = [
    stage("load", idleBytes, seconds.load + seconds.opened * columns.length, 0),
    stage(
      "resample",
      resample,
      seconds.resample + (1 - stagedShare) * stagingSeconds(outlook, cells, footprint.threads),
      grid.size * columns.length,
    ),
  ];
  const second = outlookOfPoints
    ? [stage("points", resample + kept + points.memory, seconds.merge + points.seconds, outlookOfPoints.rows)]
    : [];
  if (exported)
    return [...first, stage("merge", resample, 0.01, 0), ...second, stage("export", resample, 0.01, rows)];
  return [
    ...first,
    stage("merge", resample + 0.7 * kept, mode === "memory" ? mergeSeconds(joined) : 0.01, rows),
    ...second,
    stage(
      "export",
      resample + Math.min(exportBytes, parts.exportedValue * joined) + batches + kept,
      config.export.formats.reduce((sum, format) => {
        const packed = isGzip(format, config);
        const more = outlookOfPoints?.rows ?? 0;
        const of = { rows: rows + more, joined: joined + more * count, mode };
        return sum + exportSeconds(format, packed, of);
      }, 0),
      rows,
    ),
  ];
}

/** What a table takes, besides its batches, whose columns are read in groups. */
function joiningBytes({ grid, outlook, limitBytes }: DemandInput): number {
  const cellBytes = bytesPerRow(outlook) - 16;
  return Math.min(grid.size * cellBytes, roundBytes(cellBytes, limitBytes));
}

/** The memory that is kept however short memory is: the program, its threads, and what DuckDB needs. */
function firmBytes({ grid, outlook: { columns }, footprint, limitBytes, stagedShare }: DemandInput): number {
  const rasters = columns.some(({ kind, reads }) => kind === "raster" && reads > 0);
  const threads = rasters ? footprint.threads : 1;
  const tables = columns.some(({ kind }) => kind === "cells");
  const lists = columns.filter(({ kind, columns: own }) => kind === "raster" && own !== undefined).length;
  const duckDb = tables
    ? Math.max(footprint.duckDbBytes, tablesBytes(limitBytes, columns.length))
    : Math.min(
        footprint.duckDbBytes,
        stagingBytes(Math.min(threads, columns.length), columns.length, Math.min(threads, lists)),
      );
  const stored = columns.reduce((sum, column) => sum + storedBytes(column, grid.size), 0);
  const program = idleBytes + parts.engine + threads * parts.thread + columns.length * datasetBytes;
  return program + Math.min(duckDb, stored) * (1 - stagedShare);
}

function stage(name: string, peak: number, seconds: number, rows: number): StageDemand {
  return { name, peak_memory_bytes: peak, seconds, rows };
}

/** Pixels that a thread works on, window and cells together: more if it is one of several for a single raster. */
const pixelsInHand = { own: 2 ** 19, shared: 2 ** 21 };

/** The number of rows of a raster whose decoded blocks are kept. */
const keptRows = 264;

/** Source windows with their decoded blocks, in every thread; a small raster needs less than the plan allows. */
function windowsBytes({ columns }: TableOutlook, grid: Grid, { threads, windowSize }: Footprint): number {
  const reads = columns.filter(({ kind }) => kind === "raster").map((column) => column.reads);
  if (reads.length === 0) return 0;
  const shared = reads.length % threads === 1;
  const most = Math.min(windowSize ** 2, shared ? pixelsInHand.shared : pixelsInHand.own);
  const largest = Math.max(...reads);
  const pixels = Math.min(most, Math.max(largest, Math.min(grid.size, 2 ** 18)));
  const kept = Math.min(cacheBytes(windowSize), 4 * largest, 4 * keptRows * Math.sqrt(largest));
  return (shared ? threads : Math.min(threads, reads.length)) * (11 * pixels + kept);
}

function storedBytes(column: TableOutlook["columns"][number], cells: number): number {
  const { kind, values, bytes, storedBytes: width } = column;
  if (isPlain(column, cells)) return storeParts.dense + cells * (bytes + 1 / 8);
  if (kind === "raster") return storeParts.dense + values * width + cells / 16;
  return storeParts.sparse + values * (width + 2);
}

function scratchOf({ outlook, footprint }: DemandInput): number {
  return scratchAtOnce(
    outlook.columns.map((column) => column.scratchBytes ?? 0),
    footprint.threads,
  );
}

function isGzip(format: Config["export"]["formats"][number], config: DemandInput["config"]): boolean {
  return format.use === "csv" && (format.options["compress"] ?? config.export.compress) === true;
}

/** Whether DuckDB writes a Parquet file in parts. */
function inParts({ grid, outlook: { columns }, config, footprint }: DemandInput, count: number): boolean {
  if (columns.some((column) => column.columns !== undefined)) return isGrouped(count);
  const dense = columns.some(({ kind }) => kind === "raster") || config.merge.join === "all";
  return dense && (isGrouped(count) || isHalved(count, grid.size, footprint.threads));
}

function isParquet(use: string): boolean {
  return use === "parquet" || use === "geoparquet";
}

/** The largest of what stands beside an output until it is complete. */
function partsBytes(input: DemandInput): number {
  const { grid, outlook, config } = input;
  const parted = inParts(input, columnCount(outlook));
  const strip = Math.min(pyramid.tile, grid.height) * grid.width * (bytesPerRow(outlook) - 16);
  const bytes = config.export.formats.map((format) => {
    const own = { ...input, config: { ...config, export: { ...config.export, formats: [format] } } };
    if (format.use === "geotiff") return outputBytes(own) + (1 + pyramid.waiting) * strip;
    return parted && isParquet(format.use) ? outputBytes(own) : 0;
  });
  return Math.max(0, ...bytes);
}

/** Characters of a column that describes the cell, with the comma. */
const describedCharacters = 12;

function outputBytes({ grid, outlook, config }: DemandInput): number {
  const { rows, columns } = outlook;
  const text = columns.reduce((sum, { values, characters }) => sum + Math.min(values, rows) * characters, 0);
  const count = columnCount(outlook);
  const described = (outlook.described?.columns ?? 0) * describedCharacters;
  const csv = text + rows * (count + 2 + described + coordinateCharacters(grid));
  const stored = columns.reduce(
    (sum, { values, storedBytes: width }) => sum + Math.min(values, rows) * width,
    0,
  );
  return config.export.formats.reduce((sum, format) => {
    if (format.use === "csv") return sum + (isGzip(format, config) ? packing.gzip : 1) * csv;
    if (format.use === "geotiff")
      return sum + 1000 + 200 * count + pyramid.overviews * packing.tiles * stored;
    if (isParquet(format.use))
      return (
        sum +
        geometriesOf(format, rows) +
        1500 +
        100 * (count - columns.length) +
        1.5 * rows +
        packing.parquet * stored
      );
    return sum + 1000 + rows * (bytesPerRow(outlook) + count / 8);
  }, 0);
}

function geometriesOf({ use, options }: Config["export"]["formats"][number], rows: number): number {
  if (use !== "geoparquet") return 0;
  return geometryBytes[options["geometry"] === "polygon" ? "polygon" : "point"] * rows;
}

/** Characters of x and y together, on average over the grid. */
function coordinateCharacters({ x, y, width, height }: Grid): number {
  const mean = (axis: Grid["x"], count: number): number => {
    const places = Array.from({ length: 97 }, (_, index) => Math.floor(((index + 0.5) / 97) * count));
    return places.reduce((sum, index) => sum + String(axis.centre(index)).length, 0) / places.length;
  };
  return mean(x, width) + mean(y, height);
}
