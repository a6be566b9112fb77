import type { Bounds, CellReport, CellTarget, Grid } from "@quadrat/core";
import type { CoordinateTransform } from "../crs/index.js";
import { withAbort } from "./abort.js";
import { emptyExtent, type Extent } from "./extent.js";
import { readError, reasonOf, type Reason } from "./faults.js";
import { sqlJudge, type Rules } from "./judge.js";
import { makeCells } from "./make-cells.js";
import type { MeasurePlan } from "./measure-plan.js";
import { placeByTransform, placeDirectly, slotOf } from "./place.js";
import type { Piece, TableReader, Work } from "./reader.js";
import { makeReport, type Findings, type MissedExtent } from "./report.js";
import { openScratch } from "./scratch.js";

export interface TableJob {
  /** The dataset's name. */
  readonly name: string;
  readonly reader: TableReader;
  readonly rules: Rules;
  readonly plan: MeasurePlan;
  readonly strict: boolean;
  readonly crs: string;
  /** From the table's CRS to the grid's; undefined when they are the same. */
  readonly toGrid: CoordinateTransform | undefined;
  /** Back, for messages. */
  readonly fromGrid: CoordinateTransform | undefined;
  readonly crsWarnings: readonly string[];
}

/**
 * Puts the records of a table on the grid: every piece of it is grouped by slot (a cell, or the reason for being left
 * out), then the cells' values are made from all the groups.
 */
export async function stageTable(
  job: TableJob,
  { grid, store, table, signal }: CellTarget,
): Promise<CellReport> {
  return withAbort(signal, store, async () => {
    const scratch = await openScratch(store, job.name);
    const work = { store, scratch, signal };
    const groups = scratch.sql("groups");
    try {
      await store.exec(`CREATE TABLE ${groups} (${groupColumns(job.plan).join(", ")})`);
      for await (const piece of job.reader.pieces(work)) {
        await run(
          work,
          groupInto(groups, job.plan, await place(job, piece, grid, work, emptyExtent())),
          piece,
        );
      }
      const findings = await collect(job, work, groups, () => findMissed(job, grid, work));
      const report = await makeReport(job, grid, findings, work);
      await makeCells(work, job.plan, groups, table);
      await scratch.drop();
      return report;
    } catch (error) {
      await scratch.drop().catch(() => undefined);
      throw readError(job.reader.file, error);
    }
  });
}

function groupColumns({ key, state }: MeasurePlan): string[] {
  return [
    "slot BIGINT",
    ...(key ? [`key ${key.type}`] : []),
    "n BIGINT",
    ...(state ? [`s ${state.type}`] : []),
  ];
}

function groupInto(groups: string, { key, state, ungrouped }: MeasurePlan, placed: string): string {
  const keys = ["slot", ...(key ? [`CASE WHEN slot >= 0 THEN ${key.sql} END`] : [])];
  if (ungrouped) return `INSERT INTO ${groups} SELECT ${keys.join(", ")}, 1 FROM (${placed})`;
  const aggregates = ["count(*)", ...(state ? [state.sql] : [])];
  const positions = keys.map((_, index) => index + 1);
  return `INSERT INTO ${groups} SELECT ${[...keys, ...aggregates].join(", ")} FROM (${placed}) GROUP BY ${positions.join(", ")}`;
}

/** A query of the piece's records with their slots. */
async function place(
  { reader, rules, toGrid }: TableJob,
  piece: Piece,
  grid: Grid,
  work: Work,
  extent: Extent,
): Promise<string> {
  const judged = sqlJudge(piece.select, reader.forms, rules);
  return toGrid ? placeByTransform(judged, grid, work, toGrid, extent) : placeDirectly(judged, grid);
}

async function run({ store }: Work, sql: string, { after }: Piece): Promise<void> {
  await store.exec(after === undefined ? sql : `${sql};\n${after}`);
}

async function collect(
  { reader, plan }: TableJob,
  work: Work,
  groups: string,
  missed: () => Promise<MissedExtent>,
): Promise<Findings> {
  const counts = new Map<Reason, number>();
  const broken = await reader.broken(work);
  for (const { reason, count } of broken) counts.set(reason, count);
  const nameless = plan.third === "name" ? "sum(n) FILTER (slot >= 0 AND key IS NULL)" : "0";
  const rows = await work.store.rows<{ slot: number; n: number; nameless: number }>(`
    SELECT least(slot, 0)::INTEGER AS slot, sum(n)::DOUBLE AS n, coalesce(${nameless}, 0)::DOUBLE AS nameless
    FROM ${groups} GROUP BY 1 ORDER BY 1`);
  for (const { slot, n } of rows) if (slot < 0) counts.set(reasonOf(-1 - slot), n);
  const used = rows.find(({ slot }) => slot === 0);
  return { used: used?.n ?? 0, counts, broken, nameless: used?.nameless ?? 0, missed };
}

/** Reads the table once more for the extent of the records outside the grid: for the message that none is inside. */
async function findMissed(job: TableJob, grid: Grid, work: Work): Promise<MissedExtent> {
  const inGrid = emptyExtent();
  const table = work.scratch.sql("missed");
  await work.store.exec(`CREATE TABLE ${table} (xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)`);
  for await (const piece of job.reader.pieces(work)) {
    const placed = await place(job, piece, grid, work, inGrid);
    const outside = `slot IN (${slotOf("outside")}, ${slotOf("domain")})`;
    const insert = `INSERT INTO ${table} SELECT min(x), min(y), max(x), max(y) FROM (${placed}) WHERE ${outside}`;
    await run(work, insert, piece);
  }
  const [row] = await work.store.rows<{ bounds: Bounds }>(
    `SELECT [min(xmin), min(ymin), max(xmax), max(ymax)] AS bounds FROM ${table}`,
  );
  return { own: row!.bounds, inGrid: inGrid.bounds };
}
