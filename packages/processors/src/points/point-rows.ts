import { qualify, type Store } from "@quadrat/core";
import type { PointsConfig } from "@quadrat/core/host";
import type { Scratch } from "../tables/scratch.js";

/** The schema of the tables of which the table of points is made. */
export const pointParts = "point_parts";

/** The rows of the table of points in order, without values: its row number is the row. */
export const rowsTable = `${pointParts}.places`;

/** What is known of the records that became rows. */
export interface PointRows {
  readonly hasSpecies: boolean;
  readonly records: number;
  readonly thinned: number;
}

/** Puts the records of a dataset into the table of rows, in the order of the input. */
export async function writeRecords(
  store: Store,
  scratch: Scratch,
  { records, thin }: PointsConfig,
): Promise<PointRows> {
  const columns = await store.rows<{ name: string }>(
    `SELECT column_name AS name FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'records' AND table_name = $1`,
    [records],
  );
  const hasSpecies = columns.some(({ name }) => name === "species");
  const species = hasSpecies ? ", species" : "";
  const source = qualify({ schema: "records", table: records });
  const select = `SELECT record, cell, x, y${species}`;
  await store.exec(`
    CREATE SCHEMA IF NOT EXISTS ${pointParts};
    CREATE OR REPLACE TABLE ${rowsTable} AS ${select}, 1::UTINYINT AS presence FROM ${source} ORDER BY record`);
  const all = await countRows(store);
  if (thin === undefined) return { hasSpecies, records: all, thinned: 0 };
  const [first, kept] = [scratch.sql("first"), scratch.sql("kept")];
  await store.exec(`
    CREATE OR REPLACE TABLE ${first} AS SELECT min(record) AS record FROM ${rowsTable} GROUP BY cell${species};
    CREATE OR REPLACE TABLE ${kept} AS FROM ${rowsTable} SEMI JOIN ${first} USING (record) ORDER BY record;
    DROP TABLE ${first};
    DROP TABLE ${rowsTable};
    CREATE TABLE ${rowsTable} AS FROM ${kept};
    DROP TABLE ${kept}`);
  const left = await countRows(store);
  return { hasSpecies, records: left, thinned: all - left };
}

async function countRows(store: Store): Promise<number> {
  const [row] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${rowsTable}`);
  return row!.n;
}

/** Removes the table of points, and what it is made of. */
export function dropPoints(store: Store): Promise<number> {
  return store.exec(`DROP VIEW IF EXISTS main.points; DROP SCHEMA IF EXISTS ${pointParts} CASCADE`);
}
