import { sqlGroups, type MeasurePlan } from "./measure-plan.js";
import type { Piece, Work } from "../reader.js";

/**
 * What has been read from a table: it is in `table`, with the column `slot`, which is a cell or the reason why records
 * are left out. It holds either groups of records, as made by {@link sqlGroups}, or the records themselves with their
 * `v`.
 */
export interface Gathered {
  readonly table: string;
  readonly kept: "groups" | "records";
}

/** A part of a table with the query of its records: slot, x, y and v. */
export interface PlacedPiece extends Piece {
  readonly placed: string;
}

/**
 * Reads a table. Groups are small and fast if many records share a cell, but DuckDB must hold all of them. Names never
 * fit; if groups of numbers don't, the table is read again and its records are kept instead.
 */
export async function gather(
  work: Work,
  plan: MeasurePlan,
  pieces: () => AsyncIterable<PlacedPiece>,
): Promise<Gathered> {
  if (plan.third === "name") return gatherRecords(work, plan, pieces());
  try {
    return await gatherGroups(work, plan, pieces());
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    await work.store.exec(`DROP TABLE ${work.scratch.sql("groups")}`);
    return gatherRecords(work, plan, pieces());
  }
}

/** The groups of the gathered cells, or of the part of them in `from`. */
export function gatheredGroups({ kept }: Gathered, plan: MeasurePlan, from: string): string {
  const cells = `(SELECT * RENAME (slot AS cell) FROM ${from})`;
  return kept === "groups" ? cells : `(${sqlGroups(plan, cells)})`;
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Out of Memory Error");
}

async function gatherGroups(
  work: Work,
  plan: MeasurePlan,
  pieces: AsyncIterable<PlacedPiece>,
): Promise<Gathered> {
  const { key, state } = plan;
  const table = work.scratch.sql("groups");
  const columns = [
    "slot BIGINT",
    ...(key ? [`key ${key.type}`] : []),
    "n BIGINT",
    ...(state ? [`s ${state.type}`] : []),
  ];
  await work.store.exec(`CREATE TABLE ${table} (${columns.join(", ")})`);
  for await (const piece of pieces) {
    const records = `(SELECT slot AS cell, CASE WHEN slot >= 0 THEN v END AS v FROM (${piece.placed}))`;
    await runPiece(work, `INSERT INTO ${table} ${sqlGroups(plan, records)}`, piece);
  }
  return { table, kept: "groups" };
}

async function gatherRecords(
  work: Work,
  plan: MeasurePlan,
  pieces: AsyncIterable<PlacedPiece>,
): Promise<Gathered> {
  const table = work.scratch.sql("records");
  const v = { name: "VARCHAR", number: "DOUBLE", none: undefined }[plan.third];
  await work.store.exec(`CREATE TABLE ${table} (slot BIGINT${v === undefined ? "" : `, v ${v}`})`);
  for await (const piece of pieces) {
    const columns = `slot${v === undefined ? "" : ", CASE WHEN slot >= 0 THEN v END"}`;
    await runPiece(work, `INSERT INTO ${table} SELECT ${columns} FROM (${piece.placed})`, piece);
  }
  return { table, kept: "records" };
}

/** Runs a statement over a part, and what the part needs to be run after it. */
export async function runPiece({ store }: Work, sql: string, { after }: Piece): Promise<void> {
  await store.exec(after === undefined ? sql : `${sql};\n${after}`);
}
