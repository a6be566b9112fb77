import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";

/** Takes the values of cells, ascending by cell, and makes batches of them. */
export interface CellSink {
  add(cell: number, value: number, part?: number): void;
  /** The same for cells of one row of the grid, one after the other; those of which the value is 0 have none. */
  addCounts(cell: number, counts: Int32Array): void;
  /** A batch of what was added if there is enough for one, or `all` is wanted; to be asked until there is none. */
  take(all: boolean): arrow.RecordBatch | NullRows | undefined;
}

/** The batches that a sink has. */
export function* drained(sink: CellSink, all: boolean): Generator<arrow.RecordBatch | NullRows> {
  for (let batch; (batch = sink.take(all)) !== undefined;) yield batch;
}
