import { QuadratError, takeBuffer, type Grid } from "@quadrat/core";
import * as arrow from "apache-arrow";

/** The centres of cells `first + offsets[i]`, whose offsets ascend, as Arrow float64 columns. */
export function coordinateColumns(
  grid: Grid,
  first: number,
  offsets: Float64Array,
): [x: arrow.Data<arrow.Float64>, y: arrow.Data<arrow.Float64>] {
  const xs = new Float64Array(takeBuffer(8 * offsets.length));
  const ys = new Float64Array(takeBuffer(8 * offsets.length));
  const { width } = grid;
  const columnCentres = centresOf(grid);
  let row = Math.floor(first / width);
  let rowStart = row * width - first;
  let y = grid.y.centre(row);
  for (let i = 0; i < offsets.length; i++) {
    const column = offsets[i]! - rowStart;
    if (column >= width) {
      const down = Math.floor(column / width);
      row += down;
      rowStart += down * width;
      y = grid.y.centre(row);
    }
    xs[i] = columnCentres(offsets[i]! - rowStart);
    ys[i] = y;
  }
  return [column(xs), column(ys)];
}

/** Guards the one condition on which the order of rows and the positional join depend. */
export function assertAscending(offsets: Float64Array, count: number, previous: number): number {
  let last = previous;
  for (let i = 0; i < count; i++) {
    if (offsets[i]! <= last) throw new QuadratError("internal", "the merged rows are not in cell order");
    last = offsets[i]!;
  }
  return last;
}

/** The widest grid whose column centres are kept in a table. */
const widestTable = 1 << 20;
const tables = new WeakMap<Grid, Float64Array>();

function centresOf(grid: Grid): (column: number) => number {
  if (grid.width > widestTable) return (column) => grid.x.centre(column);
  let table = tables.get(grid);
  if (!table) {
    table = Float64Array.from({ length: grid.width }, (_, index) => grid.x.centre(index));
    tables.set(grid, table);
  }
  const centres = table;
  return (column) => centres[column]!;
}

function column(values: Float64Array): arrow.Data<arrow.Float64> {
  return arrow.makeData({ type: new arrow.Float64(), length: values.length, nullCount: 0, data: values });
}
