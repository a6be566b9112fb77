import type { RecordBatch, Schema } from "apache-arrow";
import type { Grid } from "../grid/grid.js";
import type { MemoryForum } from "../plugin/memory.js";
import type { ColumnType } from "../raster/raster.js";
import type { WorkerPool } from "../workers/pool.js";

/**
 * The analysis-ready table: a row per cell in ascending order; the columns are `x`, `y` (float64, cell centres),
 * then those that `cells:` asks for, then those of each dataset, which are usually one. It can be read as often as needed, and is never held in memory as a whole unless the merge
 * mode is memory.
 */
export interface MergedTable {
  readonly schema: Schema;
  readonly grid: Grid;
  /** Number of rows; undefined until known, which for a streamed join is only at its end. */
  readonly rowCount: number | undefined;
  /**
   * The rows as record batches of at most `rows` rows (default: what the memory allows, read again for each batch).
   * The sizes have no meaning: an exporter's bytes must not depend on them. Buffers belong to the receiver.
   */
  batches(options?: { readonly rows?: number }): AsyncIterable<RecordBatch>;
  /** A SELECT with the same columns and rows in the same order, for exporters that let DuckDB do the work. */
  sql(): string;
  /**
   * Whether DuckDB gets the rows of {@link sql} in the same vectors in every run, provided that it reads them in one thread,
   * so that a format whose bytes depend on the vectors can be written directly from there.
   */
  readonly sameVectors?: boolean;
  /**
   * Set if the table is better read some columns at a time, because one statement over all of them would take too much memory,
   * or keep only one core busy: calls `work` with SELECTs of a few columns each, in order, and returns its result. They have
   * the same rows in the same order as {@link sql}, all in the same vectors. `atOnce` of them can be used at the same time:
   * each until that many others have been requested after it.
   */
  readonly inParts?:
    (<T>(work: (selects: AsyncIterable<string>, atOnce: number) => Promise<T>) => Promise<T>) | undefined;
  /** Runs a statement, such as a COPY of {@link sql}, on the store; returns the number of rows that it wrote. */
  exec(statement: string): Promise<number>;
  /** The row count, and a summary of each column of the datasets. Passing a row count that is already known saves counting. */
  summary(rows?: number): Promise<{ readonly rows: number; readonly columns: readonly ColumnSummary[] }>;
}

/** A summary of a column over all rows of the table. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: string;
  /** Share of the rows without a value; null if there are no rows. */
  readonly nullShare: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Where one export goes. The host gives a temporary path, syncs it and renames it when the exporter is done. */
export interface ExportTarget {
  /** Absolute path of the file to write. */
  readonly path: string;
}

export interface ExportContext {
  readonly signal: AbortSignal;
  /** How short memory is, and a vote on what is done about it. */
  readonly memory: MemoryForum;
  /** Threads that the exporter may use. */
  readonly workers: WorkerPool;
  /** Reports that `rows` more rows were written; their sum is the file's row count in every report. */
  readonly progress: (rows: number) => void;
}

/** What is known about the table before it is made. */
export interface TableOutline {
  readonly grid: Grid;
  /**
   * Those that `cells:` asks for, then one per dataset, in order, after `x` and `y`, which are float64. A dataset whose columns are known only once it has been
   * read has none here.
   */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** What an exporter may know about the file that it has written. */
export interface WrittenFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Writes the table in one format. */
export interface Exporter {
  /**
   * Refuses, by throwing, a table that the format can't hold, before any work, because of its CRS, or the names or
   * types of its columns.
   */
  validate?(outline: TableOutline): void | Promise<void>;
  /**
   * Writes the file. An exporter that has hashed its bytes while writing may return size and hash, which saves the host
   * from reading the whole file again; if the size is not that of the file, the host reads it nevertheless.
   */
  write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<WrittenFile | void>;
}
