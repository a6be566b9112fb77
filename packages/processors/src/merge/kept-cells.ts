import { qualify, QuadratError, returnBatch, type CellRange, type Grid, type Store } from "@quadrat/core";
import { cellRanges, joinedCells, vectorRows } from "@quadrat/core/base";
import { inGroups } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { decidingColumns, maskFlags, presenceQuery, type Join, type MergeColumn } from "./merge-query.js";

/** A table with a row for every cell, in order, whose column `keep` is 1 if the join keeps the cell and 0 if not. */
const keptCells = qualify({ schema: "main", table: "kept_cells" });
const appended = { schema: "main", table: "kept_cells" };

/**
 * Calls `work` with the name of a table that says which cells the join of these dense tables keeps, or with undefined if it
 * keeps all of them. The table exists until the work is done.
 */
export async function withKeptCells<T>(
  store: Store,
  grid: Grid,
  columns: readonly MergeColumn[],
  join: Join,
  work: (kept: string | undefined) => Promise<T>,
): Promise<T> {
  if (join === "mask") return work(maskFlags);
  const deciding = decidingColumns(columns, join, grid.size);
  if (deciding.length === 0) return work(undefined);
  await store.exec(`CREATE OR REPLACE TABLE ${keptCells} (keep UTINYINT)`);
  try {
    let kept = 0;
    const flags = async function* () {
      for (const range of cellRanges(grid.size, joinedCells)) {
        const keep = await flagsOf(store, deciding, join, range);
        for (const flag of keep) kept += flag;
        yield flagBatch(keep);
      }
    };
    await store.append(appended, flags());
    return await work(kept < grid.size ? keptCells : undefined);
  } finally {
    await store.exec(`DROP TABLE IF EXISTS ${keptCells}`);
  }
}

async function flagsOf(
  store: Store,
  columns: readonly MergeColumn[],
  join: Join,
  range: CellRange,
): Promise<Uint8Array<ArrayBuffer>> {
  const keep = new Uint8Array(range.end - range.first).fill(join === "inner" ? 1 : 0);
  for (const group of inGroups(columns)) {
    let at = 0;
    for await (const batch of store.query(presenceQuery(group, join, range), {
      rows: () => 8 * vectorRows,
    })) {
      combine(keep.subarray(at, at + batch.numRows), batch.data.children[0]!.values as Uint8Array, join);
      at += batch.numRows;
      returnBatch(batch);
    }
    if (at !== keep.length)
      throw new QuadratError("internal", `a range of ${keep.length} cells has ${at} rows`);
  }
  return keep;
}

/** Updates the flags of cells with those of further columns: 1 where these columns alone would keep the cell. */
export function combine(keep: Uint8Array, present: Uint8Array, join: Join): void {
  if (join === "inner") for (let cell = 0; cell < keep.length; cell++) keep[cell]! &= present[cell]!;
  else for (let cell = 0; cell < keep.length; cell++) keep[cell]! |= present[cell]!;
}

/** Flags as a batch of a table with the one column `keep`. */
export function flagBatch(flags: Uint8Array<ArrayBuffer>): arrow.RecordBatch {
  const { length } = flags;
  const schema = new arrow.Schema([new arrow.Field("keep", new arrow.Uint8(), false)]);
  const column = arrow.makeData({ type: new arrow.Uint8(), length, nullCount: 0, data: flags });
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children: [column] }),
  );
}
