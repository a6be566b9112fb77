import { QuadratError, type Grid, type MergedTable, type Store } from "@quadrat/core";
import type * as arrow from "apache-arrow";
import type { ValueTable } from "./value-table.js";

/** Rows of points by their cells. */
export interface PointsByCell {
  readonly store: Store;
  /** A table with columns `cell` and `pos`, sorted by both. */
  readonly table: string;
}

const pointsAtOnce = 1 << 16;

/**
 * Gives points the values of their cells: the merged table and the points sorted by cell are each read once, side by side. A point
 * whose cell is not in the merged table gets none.
 * @param before the number of columns of the merged table before those of the datasets
 */
export async function putCellValues(
  { store, table }: PointsByCell,
  merged: MergedTable,
  before: number,
  tables: readonly ValueTable[],
  signal: AbortSignal,
  advance: (points: number) => void,
): Promise<void> {
  const points = store.query(`SELECT cell::DOUBLE AS cell, pos::DOUBLE AS pos FROM ${table}`, {
    rows: () => pointsAtOnce,
  });
  const cellsOf = cellFinder(merged.grid);
  const found = new Matches(pointsAtOnce);
  let previous = -1;
  const rows = merged.batches()[Symbol.asyncIterator]();
  let batch = await nextRows(rows, cellsOf);
  let at = 0;
  try {
    for await (const some of points) {
      signal.throwIfAborted();
      const [cells, positions] = some.data.children.map(({ values }) => values as Float64Array);
      const count = some.numRows;
      previous = lastOf(cells!, count, previous);
      for (let i = 0; i < count;) {
        while (batch && (at >= batch.cells.length || batch.cells[batch.cells.length - 1]! < cells![i]!)) {
          batch = await nextRows(rows, cellsOf);
          at = 0;
        }
        if (!batch) break;
        found.find(batch.cells, at, { cells: cells!, positions: positions! }, i, count);
        if (found.count > 0) put(batch.batch, before, found, tables);
        i = found.nextPoint;
        at = found.nextRow;
      }
      advance(count);
      if (!batch) break;
    }
  } finally {
    await rows.return?.(undefined);
  }
}

/** The last of some cells, which must not come before others. */
function lastOf(cells: Float64Array, count: number, previous: number): number {
  let last = previous;
  for (let i = 0; i < count; i++) {
    if (cells[i]! < last) throw new QuadratError("internal", "the points are not in cell order");
    last = cells[i]!;
  }
  return last;
}

interface Rows {
  readonly batch: arrow.RecordBatch;
  readonly cells: Float64Array;
}

async function nextRows(
  rows: AsyncIterator<arrow.RecordBatch>,
  cellsOf: (batch: arrow.RecordBatch) => Float64Array,
): Promise<Rows | undefined> {
  for (;;) {
    const next = await rows.next();
    if (next.done) return undefined;
    const batch = next.value;
    if (batch.numRows > 0) return { batch, cells: cellsOf(batch) };
  }
}

/** The points whose cells are among those of a batch. */
class Matches {
  count = 0;
  /** For each, its row in the batch and that in the table of points. */
  readonly from: Int32Array;
  readonly to: Float64Array;
  nextPoint = 0;
  nextRow = 0;

  /** @param most the maximum number of points */
  constructor(most: number) {
    this.from = new Int32Array(most);
    this.to = new Float64Array(most);
  }

  /** Follows a batch from a row, and points from one of them, to the end of either. */
  find(
    cells: Float64Array,
    firstRow: number,
    points: { readonly cells: Float64Array; readonly positions: Float64Array },
    firstPoint: number,
    end: number,
  ): void {
    const { from, to } = this;
    const { cells: wanted, positions } = points;
    let [count, row, point] = [0, firstRow, firstPoint];
    const last = cells[cells.length - 1]!;
    for (; point < end; point++) {
      const cell = wanted[point]!;
      if (cell > last) break;
      while (cells[row]! < cell) row++;
      if (cells[row] !== cell) continue;
      from[count] = row;
      to[count++] = positions[point]!;
    }
    this.count = count;
    this.nextPoint = point;
    this.nextRow = row;
  }
}

function put(
  batch: arrow.RecordBatch,
  before: number,
  { count, from, to }: Matches,
  tables: readonly ValueTable[],
): void {
  for (const table of tables) {
    const columns = table.columns.map(({ type, position }, column) => {
      const data = batch.data.children[before + position]!;
      if (type === "text") {
        const vector = batch.getChildAt(before + position)!;
        return Float64Array.from({ length: count }, (_, i) => {
          const text = vector.get(from[i]!) as string | null;
          return text === null ? NaN : table.code(column, text);
        });
      }
      return gather(data, from, count);
    });
    table.put(count, to, columns);
  }
}

function gather(data: arrow.Data, from: Int32Array, count: number): Float64Array {
  const out = new Float64Array(count);
  const values = data.values as ArrayLike<number | bigint>;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < count; i++) out[i] = Number(values[from[i]!]);
  } else {
    const numbers = values as ArrayLike<number>;
    for (let i = 0; i < count; i++) out[i] = numbers[from[i]!]!;
  }
  if (data.nullCount === 0) return out;
  const { nullBitmap, offset } = data;
  if (nullBitmap.length === 0) return out;
  for (let i = 0; i < count; i++) {
    const bit = offset + from[i]!;
    if (((nullBitmap[bit >> 3]! >> (bit & 7)) & 1) === 0) out[i] = NaN;
  }
  return out;
}

/** Finds the cells of rows from the coordinates of their centres. */
export function cellFinder({ x, y, width }: Grid): (batch: arrow.RecordBatch) => Float64Array {
  const [stepX, stepY] = [x.step, y.step];
  return (batch) => {
    const [xs, ys] = batch.data.children.map(({ values }) => values as Float64Array);
    const cells = new Float64Array(batch.numRows);
    for (let i = 0; i < cells.length; i++) {
      const column = Math.round((xs![i]! - x.first) / stepX - 0.5);
      const row = Math.round((ys![i]! - y.first) / stepY - 0.5);
      cells[i] = row * width + column;
    }
    return cells;
  };
}
