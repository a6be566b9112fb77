import * as arrow from "apache-arrow";
import type { Mask } from "../grid/mask.js";
import { quoteLiteral, type Store } from "../store/store.js";

const table = { schema: "main", table: "mask" };

/** Ranges of a batch. */
const batchRows = 65_536;

/** Writes the cells of a mask into the table `mask`: ranges of cells, ascending. Without a mask the table is absent. */
export async function writeMask(store: Store, mask: Mask | undefined): Promise<void> {
  if (!mask) {
    await store.exec("DROP TABLE IF EXISTS main.mask");
    return;
  }
  await store.exec("CREATE OR REPLACE TABLE main.mask (first_cell BIGINT, end_cell BIGINT)");
  await store.append(table, batchesOf(mask));
  await store.exec(`COMMENT ON TABLE main.mask IS ${quoteLiteral(mask.identity)}`);
}

/** The identity of the mask that was written last; undefined without one. */
export async function maskIn(store: Store): Promise<string | undefined> {
  const [row] = await store.rows<{ comment: string | null }>(
    `SELECT comment FROM duckdb_tables()
     WHERE database_name = current_database() AND schema_name = 'main' AND table_name = 'mask'`,
  );
  return row?.comment ?? undefined;
}

/** The rows of a table, given as SQL with a column `cell`, whose cells are in the mask, in any order. */
export function insideMask(rows: string): string {
  return (
    `(SELECT t.* FROM ${rows} AS t ASOF JOIN main.mask AS m ON t.cell >= m.first_cell ` +
    `WHERE t.cell < m.end_cell)`
  );
}

/** All cells of the mask, as SQL. */
export const maskCells = "(SELECT unnest(range(first_cell, end_cell)) AS cell FROM main.mask)";

function* batchesOf(mask: Mask): Generator<arrow.RecordBatch> {
  let [first, end, count] = [new BigInt64Array(batchRows), new BigInt64Array(batchRows), 0];
  for (const run of mask.runs()) {
    first[count] = BigInt(run.first);
    end[count++] = BigInt(run.end);
    if (count < batchRows) continue;
    yield batchOf(first, end);
    [first, end, count] = [new BigInt64Array(batchRows), new BigInt64Array(batchRows), 0];
  }
  if (count > 0) yield batchOf(first.slice(0, count), end.slice(0, count));
}

function batchOf(first: BigInt64Array, end: BigInt64Array): arrow.RecordBatch {
  const type = new arrow.Int64();
  const { length } = first;
  const children = [first, end].map((data) => arrow.makeData({ type, length, nullCount: 0, data }));
  const struct = new arrow.Struct([
    new arrow.Field("first_cell", type, false),
    new arrow.Field("end_cell", type, false),
  ]);
  return new arrow.RecordBatch(
    new arrow.Schema(struct.children),
    arrow.makeData({ type: struct, length, nullCount: 0, children }),
  );
}
