import {
  columnTypes,
  qualify,
  returnBatch,
  type DataType,
  type Grid,
  type Store,
  type TableName,
} from "@quadrat/core";
import { cellRanges, committedCells, joinedCells, reclaim, rowGroupRows } from "@quadrat/core/base";
import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import type { ColumnValues } from "./column.js";
import { DenseBlocks } from "./dense-blocks.js";

/**
 * Writes a sparse table's values at their positions among all cells of the grid, so that it can be joined by position.
 */
export async function densify(
  store: Store,
  sparse: TableName,
  dense: TableName,
  type: DataType,
  grid: Grid,
  signal: AbortSignal,
): Promise<void> {
  await store.exec(`CREATE OR REPLACE TABLE ${qualify(dense)} (value ${columnTypes[type].sql})`);
  await store.append(dense, spread(ascending(store, sparse, grid), type, grid.size, signal), {
    commitEvery: committedCells,
  });
}

/** The rows of a sparse table in the order of cells, of which so few are sorted at a time that little memory is enough. */
async function* ascending(
  store: Store,
  sparse: TableName,
  { size }: Grid,
): AsyncGenerator<arrow.RecordBatch> {
  for (const { first, end } of cellRanges(size, joinedCells))
    yield* store.query(
      `SELECT cell::DOUBLE AS cell, value FROM ${qualify(sparse)} WHERE cell >= ${first} AND cell < ${end} ORDER BY cell`,
      { rows: () => 65_536 },
    );
}

/** The same for the lists of a dataset of several columns; a cell without a value has no list. */
export async function densifyLists(
  store: Store,
  sparse: TableName,
  dense: TableName,
  type: DataType,
  { size }: Grid,
  signal: AbortSignal,
): Promise<void> {
  const table = qualify(dense);
  await store.exec(`CREATE OR REPLACE TABLE ${table} (parts INTEGER[], vals ${columnTypes[type].sql}[])`);
  for (const { first, end } of cellRanges(size, joinedCells)) {
    signal.throwIfAborted();
    await store.exec(`
      INSERT INTO ${table} SELECT parts, vals FROM range(${first}, ${end}) AS cells(cell)
      LEFT JOIN (SELECT * FROM ${qualify(sparse)} WHERE cell >= ${first} AND cell < ${end}) USING (cell) ORDER BY cell`);
  }
}

/** The same for texts, of which so few are sorted at a time that little memory is enough. */
export async function densifyTexts(
  store: Store,
  sparse: TableName,
  dense: TableName,
  { size }: Grid,
  signal: AbortSignal,
): Promise<void> {
  const table = qualify(dense);
  await store.exec(`CREATE OR REPLACE TABLE ${table} (value VARCHAR)`);
  for (const { first, end } of cellRanges(size, rowGroupRows)) {
    signal.throwIfAborted();
    await store.exec(`
      INSERT INTO ${table} SELECT value FROM range(${first}, ${end}) AS cells(cell)
      LEFT JOIN (SELECT * FROM ${qualify(sparse)} WHERE cell >= ${first} AND cell < ${end}) USING (cell) ORDER BY cell`);
  }
}

async function* spread(
  batches: AsyncIterable<arrow.RecordBatch>,
  type: DataType,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<arrow.RecordBatch | NullRows> {
  const blocks = new DenseBlocks(type, size);
  for await (const batch of batches) {
    const cells = batch.data.children[0]!.values as Float64Array;
    const values = batch.data.children[1]!.values as ColumnValues;
    for (let row = 0; row < batch.numRows; row++) {
      const cell = cells[row]!;
      while (cell >= blocks.end) {
        signal.throwIfAborted();
        const block = blocks.finish()!;
        yield block;
        reclaim(block.numRows * columnTypes[type].bytes);
      }
      blocks.set(cell, values[row]!);
    }
    returnBatch(batch);
  }
  for (let block; (block = blocks.finish()) !== undefined;) {
    signal.throwIfAborted();
    yield block;
  }
}
