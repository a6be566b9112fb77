import { availableParallelism } from "node:os";
import type { Config } from "../config/types.js";
import { hasAddresses, remoteBytes } from "../remote/for-config.js";
import { threadsForFiles } from "../system/open-files.js";
import { scannedAtOnce } from "../table/column-groups.js";

/** How a run divides up its memory limit, decided before it begins. */
export interface Footprint {
  /** The number of datasets, each of which DuckDB scans. */
  readonly columns: number;
  /** The number of worker threads, and of DuckDB's threads. */
  readonly threads: number;
  /** DuckDB's `memory_limit`, in bytes. */
  readonly duckDbBytes: number;
  /** Edge length of a source window, in pixels. */
  readonly windowSize: number;
}

const MiB = 2 ** 20;

/**
 * Resident set of Node with DuckDB at work, without the items counted below. Measured on Linux with Node 20 and DuckDB 1.5.
 */
const processBytes = 140 * MiB;

/** An idle worker thread. Measured likewise. */
const threadBytes = 20 * MiB;

/** The minimum with which DuckDB can join and compress. */
export const leastDuckDbBytes = 32 * MiB;

/** For each column that is scanned at the same time, the blocks of it that two threads work on. */
const columnBytes = MiB;

/** For each dataset, what keeps its input open and its tables in DuckDB's catalogue. Measured likewise, with 1,000 of them. */
export const datasetBytes = 128 * 1024;

/**
 * Bytes that DuckDB needs to join so many dense tables, of which it scans at most {@link scannedAtOnce} at a time: for each table the block of its values and that of its validity,
 * as much again for the next ones, and what it buffers of the result.
 */
export function scanBytes(columns: number): number {
  return (6 + scannedAtOnce(columns)) * MiB;
}

/**
 * Bytes that DuckDB needs to append to `atOnce` tables of one column at the same time, of `tables` in all: for each the row
 * group that is being filled and its compressed blocks, and some for every small table that no checkpoint has written yet.
 * Half of it has been enough for tables of doubles, and for 200 tables of few rows; in a store of earlier runs, whose tables about
 * these runs are read and written again, 4 MiB in place of 8 was not. Of `lists`, tables of lists that are appended
 * to at the same time, a row group is larger.
 */
export function stagingBytes(atOnce: number, tables: number, lists = 0): number {
  return (8 + 2 * atOnce + 32 * lists) * MiB + tables * 160 * 1024;
}

/**
 * Share of the limit for sorting and grouping the records of tables. An ordered scan of rasters gains nothing from more.
 */
const tableShare = 0.15;

/** Share of the limit that a source of cells may use besides DuckDB's, to count records for instance. */
export const sourceShare = 0.1;

/** Share of the limit that a run uses while it stages tables, which it does before rasters: below all thresholds. */
const tablesShare = 0.7;

/** Bytes that DuckDB may take while tables are staged, one after another, and no raster. */
export function tablesBytes(limitBytes: number, datasets: number): number {
  const others = processBytes + datasets * datasetBytes + limitBytes * sourceShare;
  return Math.floor(Math.max(leastDuckDbBytes, limitBytes * tableShare, limitBytes * tablesShare - others));
}

/**
 * Share of the limit for which a run is planned, so that the thresholds are not reached when everything goes as
 * planned.
 */
const plannedShare = 0.85;

const leastWindow = 256;

/**
 * Bytes of decoded blocks that a thread keeps for the next windows. The minimum holds a row of tiles of a float32
 * raster 12,288 pixels wide: with less, small windows would decode the same tiles again and again.
 */
export function cacheBytes(windowSize: number): number {
  return Math.max(12 * MiB, windowSize * 16 * 1024);
}

/** A source window, the cells made from it and their column, twice: one in work, one waiting. */
function windowBytes(windowSize: number): number {
  return windowSize * windowSize * 11;
}

/** What would be used without a limit, and what the datasets require. */
export interface FootprintWish {
  /** Whether inputs are read from addresses; default no. */
  readonly remote?: boolean;
  readonly threads: number;
  readonly windowSize: number;
  /** Datasets. */
  readonly columns?: number;
  /** Whether any of them is a table; default yes. */
  readonly tables?: boolean;
}

export function footprintWish(
  config: Pick<Config, "threads" | "resampling" | "datasets"> & Partial<Pick<Config, "grid" | "mask">>,
): FootprintWish {
  const datasets = Object.values(config.datasets);
  return {
    threads: threadsForFiles(config.threads ?? availableParallelism()),
    windowSize: config.resampling.windowSize,
    columns: datasets.length,
    tables: datasets.some(({ kind }) => kind !== "raster"),
    remote: hasAddresses(config),
  };
}

/**
 * The number of threads, DuckDB's share and the window that fit into the limit; the minimum of each if nothing fits.
 */
export function planFootprint(limitBytes: number, wanted: FootprintWish): Footprint {
  const { columns = 1, tables = true, remote = false } = wanted;
  const share = tables ? Math.floor(limitBytes * tableShare) : 0;
  const duckDbBytes = Math.max(leastDuckDbBytes + scannedAtOnce(columns) * columnBytes, share);
  const fetched = remote ? remoteBytes(limitBytes) : 0;
  const room = limitBytes * plannedShare - processBytes - columns * datasetBytes - duckDbBytes - fetched;
  for (let { threads } = wanted; threads >= 1; threads--) {
    // Windows below 512 pixels decode the same blocks again and again: one thread fewer is better.
    const least = Math.min(wanted.windowSize, threads > 1 ? 2 * leastWindow : leastWindow);
    for (let { windowSize } = wanted; windowSize >= least; windowSize = halved(windowSize, least)) {
      const each = threadBytes + cacheBytes(windowSize) + windowBytes(windowSize);
      if (threads * each <= room) return { columns, threads, duckDbBytes, windowSize };
      if (windowSize === least) break;
    }
  }
  return { columns, threads: 1, duckDbBytes, windowSize: Math.min(wanted.windowSize, leastWindow) };
}

/**
 * The minimum bytes for a run of this many datasets: one thread, the smallest window, and what DuckDB needs.
 * @param remote whether any is read from an address
 */
export function leastBytes(datasets: number, remote = false): number {
  const duckDbBytes = leastDuckDbBytes + scannedAtOnce(datasets) * columnBytes;
  const oneThread = threadBytes + cacheBytes(leastWindow) + windowBytes(leastWindow);
  return processBytes + datasets * datasetBytes + duckDbBytes + oneThread + (remote ? remoteBytes(0) : 0);
}

function halved(size: number, least: number): number {
  return Math.max(least, Math.floor(size / 2));
}
