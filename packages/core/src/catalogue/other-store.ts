import type { CellRange } from "../grid/cell-range.js";
import { qualify, quoteIdentifier, quoteLiteral, transaction, type Store } from "../store/store.js";
import { columnTypes } from "../store/types.js";
import type { DatasetEntry } from "./dataset-entry.js";
import { listsTable } from "./listed-cells.js";
import { recordSchemas } from "./store-tables.js";
import { outsideOf } from "./why.js";

const name = "the other store";
const other = quoteIdentifier(name);

/** Copies the tables of a dataset from another database, and creates the views of its records; or copies a range of its cells alone. */
export function copyStaged(
  store: Store,
  entry: DatasetEntry,
  database: string,
  range?: CellRange,
): Promise<void> {
  return attached(store, database, async () => {
    await store.exec(transaction(range ? copiesOf(entry, range) : await copiesOfAll(store, entry)));
  });
}

/** Adds the cells of a sparse dataset in another database, which counts them from `origin` on. */
export function appendCells(
  store: Store,
  { name: dataset, dataType }: DatasetEntry,
  database: string,
  origin: number,
): Promise<void> {
  const table = qualify({ schema: "sparse", table: dataset });
  return attached(store, database, async () => {
    await store.exec(
      `CREATE TABLE IF NOT EXISTS ${table} (cell BIGINT, value ${columnTypes[dataType].sql});
       INSERT INTO ${table} SELECT cell + ${origin}, value FROM ${other}.${table} ORDER BY cell`,
    );
  });
}

async function attached(store: Store, database: string, work: () => Promise<void>): Promise<void> {
  await store.exec(`ATTACH ${quoteLiteral(database)} AS ${other} (READ_ONLY)`);
  try {
    await work();
  } finally {
    await store.exec(`DETACH ${other}`);
  }
}

async function copiesOfAll(store: Store, { name: dataset, layout }: DatasetEntry): Promise<string[]> {
  const listed = (schemas: readonly string[]): string => schemas.map(quoteLiteral).join(", ");
  const schemas = [layout, ...(layout === "dense" ? ["outside", "lists"] : []), ...recordSchemas];
  const tables = await store.rows<{ schema: string; view: string | null }>(
    `SELECT schema_name AS schema, NULL AS view FROM duckdb_tables()
     WHERE database_name = ${quoteLiteral(name)} AND table_name = $1 AND schema_name IN (${listed(schemas)})
     UNION ALL
     SELECT schema_name, sql FROM duckdb_views()
     WHERE database_name = ${quoteLiteral(name)} AND view_name = $1 AND schema_name IN (${listed(recordSchemas)})`,
    [dataset],
  );
  return tables.map(({ schema, view }) => {
    const table = qualify({ schema, table: dataset });
    return view ?? `CREATE OR REPLACE TABLE ${table} AS FROM ${other}.${table}`;
  });
}

/** The statements that copy a range of cells as if they were the only ones. */
function copiesOf({ name: dataset, layout, lists }: DatasetEntry, { first, end }: CellRange): string[] {
  const table = qualify({ schema: layout, table: dataset });
  if (layout === "sparse")
    return [
      `CREATE TABLE ${table} AS SELECT * REPLACE (cell - ${first} AS cell) FROM ${other}.${table}
       WHERE cell >= ${first} AND cell < ${end}`,
    ];
  const listed = qualify(listsTable(dataset));
  const outside = qualify(outsideOf(dataset));
  return [
    `CREATE OR REPLACE TABLE ${table} AS FROM ${other}.${table} WHERE rowid >= ${first} AND rowid < ${end} ORDER BY rowid`,
    ...(lists ? [`CREATE OR REPLACE TABLE ${listed} AS FROM ${other}.${listed}`] : []),
    `CREATE OR REPLACE TABLE ${outside} AS
     SELECT greatest(first_cell, ${first}) - ${first} AS first_cell, least(end_cell, ${end}) - ${first} AS end_cell
     FROM ${other}.${outside} WHERE first_cell < ${end} AND end_cell > ${first} ORDER BY first_cell`,
  ];
}
