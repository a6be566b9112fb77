import { randomUUID } from "node:crypto";
import { quoteIdentifier, type Store } from "@quadrat/core";
import { dropRejects, readCsv, selectRejects } from "./duckdb-csv.js";
import { namedLines, type BrokenRecords, type Reason } from "./faults.js";
import { keptNames, type Piece } from "./reader.js";
import type { Scratch } from "./scratch.js";
import type { TextTable } from "./text-head.js";

const brokenTable = "broken";

/** The whole file as DuckDB reads it, only the needed columns. */
export function readStraight(
  { names, gzip, dialect, keep }: TextTable,
  path: string,
  scratch: Scratch,
): Piece {
  const rejects = `rejects_${randomUUID().replaceAll("-", "")}`;
  const columns = names.map((_, index) => `c${index}`);
  const file = readCsv({ path, gzip, delimiter: dialect.delimiter, header: true, columns }, rejects);
  const list = keep.map((column, index) => `${quoteIdentifier(`c${column}`)} AS ${keptNames[index]!}`);
  return {
    select: `SELECT ${list.join(", ")} FROM ${file}`,
    after: `CREATE OR REPLACE TABLE ${scratch.sql(brokenTable)} AS ${selectRejects(rejects)}; ${dropRejects(rejects)}`,
  };
}

/** What DuckDB rejected while it ran the query of {@link readStraight}. */
export async function straightBroken(store: Store, scratch: Scratch): Promise<BrokenRecords[]> {
  const rows = await store.rows<{ reason: Reason; count: number; lines: string }>(`
    SELECT reason, count(*)::DOUBLE AS count, array_to_string(min(line, ${namedLines}), ' ') AS lines
    FROM ${scratch.sql(brokenTable)} GROUP BY reason ORDER BY reason`);
  return rows.map(({ reason, count, lines }) => ({ reason, count, lines: lines.split(" ").map(Number) }));
}
