import type { Grid } from "@quadrat/core";
import { gatherShares } from "./circles/gather-shares.js";
import { countRecords, failBit, type RecordCounts } from "./counting/count-records.js";
import { reasonOf, type Reason } from "./faults.js";
import { gather, type Gathered, type PlacedPiece } from "./measures/gather.js";
import { makeCells } from "./measures/make-cells.js";
import { gatherSpread, makeSpreadCells } from "./measures/spread.js";
import type { Work } from "./reader.js";
import type { TableJob } from "./table-job.js";

/** The records of a table once they have been read, and the values that come of them. */
export interface Gathering {
  /** Set if only the numbers of records are known, which other datasets of the same records may use. */
  readonly counted?: RecordCounts;
  /** By the number of a check, the records that fail it, if slots carry that. Must be called before all else. */
  failed(): Promise<readonly number[]>;
  found(): Promise<Found>;
  /** Creates the table of cells; returns the labels of its columns if they are several. */
  make(table: string): Promise<string[] | undefined>;
}

interface Found {
  readonly used: number;
  /** Records left out. */
  readonly leftOut: ReadonlyMap<Reason, number>;
  /** Used records without a name, if names are counted, or without a column, if there are several. */
  readonly nameless: number;
}

/** Reads a table of which only numbers of records or names are asked for; undefined if it is another, or has too many names. */
export async function countAll(
  job: TableJob,
  grid: Grid,
  work: Work,
  pieces: () => AsyncIterable<PlacedPiece>,
  { packed, memoryBytes }: { readonly packed: boolean; readonly memoryBytes: number },
): Promise<Gathering | undefined> {
  const { plan, spread, circles, rules } = job;
  if (plan.fromCounts === undefined || spread || circles?.assign === "fraction") return undefined;
  const named = rules.third === "name";
  const counted = await countRecords(work, pieces(), { grid, named, packed, memoryBytes });
  return counted && gatheringOf(job, work, counted);
}

/** What has been counted, for a dataset that asks for some of it. */
export function gatheringOf({ plan }: TableJob, { store }: Work, counted: RecordCounts): Gathering {
  return {
    counted,
    failed: () => Promise.resolve(counted.failed),
    found: () => Promise.resolve({ ...counted, nameless: plan.third === "name" ? counted.nameless : 0 }),
    async make(table) {
      const values = `SELECT cell, ${plan.fromCounts!} AS value FROM ${counted.table}`;
      await store.exec(`CREATE OR REPLACE TABLE ${table} AS ${values}`);
      return undefined;
    },
  };
}

/** Reads a table whose records DuckDB groups. */
export async function gatherAll(
  job: TableJob,
  grid: Grid,
  work: Work,
  pieces: () => AsyncIterable<PlacedPiece>,
): Promise<Gathering> {
  const { plan, spread, circles, reader } = job;
  const gathered = spread
    ? await gatherSpread(work, plan, pieces())
    : circles?.assign === "fraction"
      ? await gatherShares(work, grid, circles, pieces())
      : await gather(work, plan, pieces);
  return {
    failed: () => unpack(work, gathered),
    found: () => findingsOf(job, work, gathered),
    async make(table) {
      if (spread) return makeSpreadCells(work, plan, spread, gathered, table, reader.file);
      await makeCells(work, plan, gathered, table);
      return undefined;
    },
  };
}

/** Counts the checks that records fail, and leaves the slots alone in what was gathered. */
async function unpack({ store }: Work, { table, kept }: Gathered): Promise<number[]> {
  const unit = 2 ** failBit;
  const n = kept === "groups" ? "sum(n)" : "count(*)";
  const packed = `slot NOT BETWEEN ${1 - unit} AND ${unit - 1}`;
  const rows = await store.rows<{ fails: number; n: number }>(
    `SELECT (abs(slot) // ${unit})::INTEGER AS fails, ${n}::DOUBLE AS n FROM ${table} WHERE ${packed} GROUP BY 1`,
  );
  const failed: number[] = [];
  for (const { fails, n } of rows)
    for (let check = 0; fails >>> check !== 0; check++)
      if ((fails >>> check) & 1) failed[check] = (failed[check] ?? 0) + n;
  if (rows.length > 0) await store.exec(`UPDATE ${table} SET slot = slot % ${unit} WHERE ${packed}`);
  return failed;
}

async function findingsOf(
  { plan, spread }: TableJob,
  { store }: Work,
  { table, kept }: Gathered,
): Promise<Found> {
  const n = kept === "groups" ? "sum(n)" : "count(*)";
  const nameless = spread
    ? "count_if(slot >= 0 AND label IS NULL)"
    : plan.third === "name"
      ? "count_if(slot >= 0 AND v IS NULL)"
      : "0";
  const rows = await store.rows<{ slot: number; n: number; nameless: number }>(`
    SELECT least(slot, 0)::INTEGER AS slot, ${n}::DOUBLE AS n, ${nameless}::DOUBLE AS nameless
    FROM ${table} GROUP BY 1 ORDER BY 1`);
  const leftOut = new Map<Reason, number>();
  for (const { slot, n } of rows) if (slot < 0) leftOut.set(reasonOf(-1 - slot), n);
  const used = rows.find(({ slot }) => slot === 0);
  return { used: used?.n ?? 0, leftOut, nameless: used?.nameless ?? 0 };
}
