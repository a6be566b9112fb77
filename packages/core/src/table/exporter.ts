import type { RecordBatch, Schema } from "apache-arrow";
import type { Grid } from "../grid/grid.js";

/**
 * The analysis-ready table: a row per cell in ascending order; the columns are `x`, `y` (float64, cell centres),
 * then one per dataset. It can be read as often as needed, and is never held whole unless the merge mode is memory.
 */
export interface MergedTable {
  readonly schema: Schema;
  readonly grid: Grid;
  /** Number of rows; known before the first batch. */
  readonly rowCount: number;
  /**
   * The rows as record batches of at most `rows` rows (default: whatever the memory allows, read anew for each
   * batch). The sizes carry no meaning: an exporter's bytes must not depend on them. Buffers belong to the receiver.
   */
  batches(options?: { readonly rows?: number }): AsyncIterable<RecordBatch>;
  /** A SELECT with the same columns and rows in the same order, for exporters that let DuckDB do the work. */
  sql(): string;
  /** Runs a statement, such as a COPY of {@link sql}, on the store. */
  exec(statement: string): Promise<void>;
}

/** Where one export goes. The host gives a temporary path, syncs it and renames it when the exporter is done. */
export interface ExportTarget {
  /** Absolute path of the file to write. */
  readonly path: string;
}

export interface ExportContext {
  readonly signal: AbortSignal;
  /** Threads that may be used beside the calling one. */
  readonly threads: number;
  /** Tells that `rows` more rows are written. */
  progress(rows: number): void;
}

/** Writes the table in one format. */
export interface Exporter {
  write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<void>;
}
