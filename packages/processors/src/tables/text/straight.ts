import { randomUUID } from "node:crypto";
import { quoteIdentifier, type Store } from "@quadrat/core";
import { dropRejects, readCsv, selectRejects } from "./duckdb-csv.js";
import type { Piece } from "../reader.js";
import type { Scratch } from "../scratch.js";
import type { TextTable } from "./text-head.js";

const rejectedTable = "rejected";

/** The whole file as DuckDB reads it: only the needed columns, of the records with this number of fields. */
export function readStraight(table: TextTable, fields: number, path: string, scratch: Scratch): Piece {
  const rejects = `rejects_${randomUUID().replaceAll("-", "")}`;
  return {
    select: selectPlain(table, fields, path, rejects),
    after: `CREATE OR REPLACE TABLE ${scratch.sql(rejectedTable)} AS ${selectRejects(rejects)}; ${dropRejects(rejects)}`,
  };
}

/** The same without a record of what was rejected, unless a name for it is given: then a line that is rejected is an error. */
export function selectPlain(
  { packing, dialect, keep, aliases }: TextTable,
  fields: number,
  path: string,
  rejects?: string,
): string {
  const columns = Array.from({ length: fields }, (_, index) => `c${index}`);
  const gzip = packing === "gzip";
  const file = readCsv({ path, gzip, delimiter: dialect.delimiter, header: true, columns }, rejects);
  const list = keep.map((column, index) => `${quoteIdentifier(`c${column}`)} AS ${aliases[index]!}`);
  return `SELECT ${list.join(", ")} FROM ${file}`;
}

/** How many lines DuckDB rejected while it ran the query of {@link readStraight}. */
export async function countRejected(store: Store, scratch: Scratch): Promise<number> {
  const [row] = await store.rows<{ n: number }>(
    `SELECT count(*)::DOUBLE AS n FROM ${scratch.sql(rejectedTable)}`,
  );
  return row!.n;
}
