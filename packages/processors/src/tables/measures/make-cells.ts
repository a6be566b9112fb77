import { columnTypes } from "@quadrat/core";
import { gatheredGroups, type Gathered } from "./gather.js";
import type { MeasurePlan } from "./measure-plan.js";
import type { Work } from "../reader.js";

/** The number of groups or records from which values are made at once. */
const rangeRows = 131_072;

/**
 * Creates the table of cells and values. Large numbers of groups or records are first sorted, which DuckDB does on
 * disk, and then processed by ranges of cells: what the values of one range are made from needs little memory.
 */
export async function makeCells(
  work: Work,
  plan: MeasurePlan,
  gathered: Gathered,
  table: string,
): Promise<void> {
  const { store, scratch } = work;
  const inCells = `${gathered.table} WHERE slot >= 0`;
  const [found] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${inCells}`);
  let cells = sqlCells(plan, gathered, inCells);
  if (found!.n > rangeRows) {
    const values = scratch.sql("values");
    await makeByRanges(work, plan, gathered, values);
    cells = `SELECT cell, value FROM ${values}`;
  }
  await store.exec(`CREATE OR REPLACE TABLE ${table} AS ${cells}`);
}

async function makeByRanges(
  { store, scratch, signal }: Work,
  plan: MeasurePlan,
  gathered: Gathered,
  values: string,
): Promise<void> {
  const sorted = scratch.sql("sorted");
  await store.exec(`CREATE TABLE ${sorted} AS SELECT * FROM ${gathered.table} WHERE slot >= 0 ORDER BY slot`);
  await store.exec(`DROP TABLE ${gathered.table}`);
  await store.exec(`CREATE TABLE ${values} (cell BIGINT, value ${columnTypes[plan.dataType].sql})`);
  const starts = await store.rows<{ slot: bigint }>(
    `SELECT DISTINCT slot FROM ${sorted} WHERE rowid % ${rangeRows} = 0 ORDER BY slot`,
  );
  for (const [index, { slot }] of starts.entries()) {
    signal.throwIfAborted();
    const next = starts[index + 1]?.slot;
    const range = `slot >= ${slot}${next === undefined ? "" : ` AND slot < ${next}`}`;
    await store.exec(`INSERT INTO ${values} ${sqlCells(plan, gathered, `${sorted} WHERE ${range}`)}`);
  }
}

function sqlCells(plan: MeasurePlan, gathered: Gathered, from: string): string {
  return `SELECT cell, value FROM (${plan.finish(gatheredGroups(gathered, plan, from))}) ORDER BY cell`;
}
