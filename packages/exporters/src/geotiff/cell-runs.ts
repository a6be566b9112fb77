import { QuadratError, type Grid } from "@quadrat/core";

/** Rows of a batch whose cells follow one another in one row of the grid. */
export interface CellRun {
  /** The first row of the batch, and their number. */
  readonly from: number;
  readonly count: number;
  /** The cell of the first one. */
  readonly row: number;
  readonly column: number;
}

/** The widest and highest grid whose centres are kept in a table. */
const largestTable = 1 << 20;

/** A function that finds the cells of rows by their coordinates, which are centres of cells to the last bit. */
export function cellRuns(
  grid: Grid,
): (xs: Float64Array, ys: Float64Array, rows: number) => Generator<CellRun, void, undefined> {
  const xOf = centres(grid.x);
  const yOf = centres(grid.y);
  return function* runs(xs, ys, rows) {
    for (let from = 0; from < rows;) {
      const y = ys[from]!;
      const row = indexOf(y, grid.y, yOf);
      const column = indexOf(xs[from]!, grid.x, xOf);
      const most = Math.min(rows - from, grid.width - column);
      let count = 1;
      while (count < most && ys[from + count] === y && xs[from + count] === xOf(column + count)) count++;
      yield { from, count, row, column };
      from += count;
    }
  };
}

function centres(axis: Grid["x"]): (index: number) => number {
  if (axis.count > largestTable) return (index) => axis.centre(index);
  const table = Float64Array.from({ length: axis.count }, (_, index) => axis.centre(index));
  return (index) => table[index]!;
}

function indexOf(
  coordinate: number,
  { first, step, count }: Grid["x"],
  centre: (index: number) => number,
): number {
  const near = Math.min(count - 1, Math.max(0, Math.floor((coordinate - first) / step)));
  for (const index of [near, near - 1, near + 1])
    if (index >= 0 && index < count && centre(index) === coordinate) return index;
  throw new QuadratError(
    "internal",
    `the table has a row at ${coordinate}, which is not the centre of a cell`,
  );
}
