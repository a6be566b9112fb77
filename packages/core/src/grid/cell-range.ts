/** Cells `[first, last)`, consecutive by number: row by row from the north-west. The unit of all work on a grid. */
export interface CellRange {
  readonly first: number;
  /** The cell after the last one. */
  readonly last: number;
}

/*
 * Where cells are cut. Every length is a multiple of the one before it, so that no range of one kind ever ends within one of
 * a shorter kind: DuckDB's vectors, its row groups, what a query of the merge joins, what is committed at once. Resampling
 * works on whole rows of the grid; its result is cut where commits end.
 */

/** Rows of DuckDB's vectors: those in a chunk of a result or an appender. */
export const vectorRows = 2048;
/** Rows of DuckDB's row groups, the units of its zone maps and compression. */
export const rowGroupRows = 60 * vectorRows;
/** Cells of one query of the merge. */
export const joinedCells = 8 * rowGroupRows;
/** Cells that become durable at once, with a row in the ledger: the most that an interruption can cost. */
export const committedCells = 2 * joinedCells;

/** Cells `[from, size)` cut at the multiples of `length`. */
export function* cellRanges(size: number, length: number, from = 0): Generator<CellRange> {
  for (let first = from; first < size;) {
    const last = Math.min(size, (Math.floor(first / length) + 1) * length);
    yield { first, last };
    first = last;
  }
}
