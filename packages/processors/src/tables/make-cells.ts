import { columnTypes } from "@quadrat/core";
import type { MeasurePlan } from "./measure-plan.js";
import type { Work } from "./reader.js";

/** Groups from which values are made at once. */
const rangeGroups = 65_536;

/**
 * Makes the table of cells and values from all groups. Many groups are sorted first, which DuckDB does on disk, and taken
 * by ranges of cells: what a value is made from then fits into any memory.
 */
export async function makeCells(work: Work, plan: MeasurePlan, groups: string, table: string): Promise<void> {
  const { store, scratch } = work;
  const [found] = await store.rows<{ n: number }>(
    `SELECT count(*)::DOUBLE AS n FROM ${groups} WHERE slot >= 0`,
  );
  let cells = sqlCells(plan, `${groups} WHERE slot >= 0`);
  if (found!.n > rangeGroups) {
    await makeByRanges(work, plan, groups, scratch.sql("values"));
    cells = `SELECT cell, value FROM ${scratch.sql("values")}`;
  }
  await store.exec(`CREATE OR REPLACE TABLE ${table} AS ${cells}`);
}

async function makeByRanges(
  { store, scratch, signal }: Work,
  plan: MeasurePlan,
  groups: string,
  values: string,
): Promise<void> {
  const sorted = scratch.sql("sorted");
  await store.exec(`CREATE TABLE ${sorted} AS SELECT * FROM ${groups} WHERE slot >= 0 ORDER BY slot`);
  await store.exec(`DROP TABLE ${groups}`);
  await store.exec(`CREATE TABLE ${values} (cell BIGINT, value ${columnTypes[plan.dataType].sql})`);
  const starts = await store.rows<{ slot: bigint }>(
    `SELECT DISTINCT slot FROM ${sorted} WHERE rowid % ${rangeGroups} = 0 ORDER BY slot`,
  );
  for (const [index, { slot }] of starts.entries()) {
    signal.throwIfAborted();
    const next = starts[index + 1]?.slot;
    const range = `slot >= ${slot}${next === undefined ? "" : ` AND slot < ${next}`}`;
    await store.exec(`INSERT INTO ${values} ${sqlCells(plan, `${sorted} WHERE ${range}`)}`);
  }
}

function sqlCells({ finish }: MeasurePlan, from: string): string {
  return `SELECT cell, value FROM (${finish(`(SELECT * RENAME (slot AS cell) FROM ${from})`)}) ORDER BY cell`;
}
