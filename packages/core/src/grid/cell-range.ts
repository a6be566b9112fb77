/** Cells `[first, end)`, consecutive by number: row by row from the north-west. */
export interface CellRange {
  readonly first: number;
  /** The cell after the last one. */
  readonly end: number;
}

/*
 * Where cells are cut. Every length is a multiple of the one before it, so that no range of one kind ever ends within one of
 * a shorter kind: DuckDB's vectors, its row groups, what a query of the merge joins, what is committed at once.
 *
 * Two kinds of work are cut in other ways, because a multiple would cost more than it is worth: resampling takes whole rows
 * of the grid, as many as a window of pixels has room for, and its result is cut where commits end; and exporters take
 * blocks of the rows that the join left over, which need not be one for each cell.
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
    const end = Math.min(size, (Math.floor(first / length) + 1) * length);
    yield { first, end };
    first = end;
  }
}
