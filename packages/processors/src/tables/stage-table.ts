import type { Bounds, CellReport, CellTarget, Grid } from "@quadrat/core";
import { withAbort } from "./abort.js";
import { gatherShares } from "./circles/gather-shares.js";
import { noFindings, placeWithCircles, randomPlacer, type CircleFindings } from "./circles/place-circles.js";
import { placeCodes } from "./codes/place-codes.js";
import { emptyExtent, type Extent } from "./extent.js";
import { readError, reasonOf, type Reason } from "./faults.js";
import { sqlJudge, sqlNumberOf } from "./judge.js";
import { makeCells } from "./measures/make-cells.js";
import { gather, runPiece, type Gathered, type PlacedPiece } from "./measures/gather.js";
import { placeByTransform, placeDirectly, slotOf } from "./place.js";
import type { Work } from "./reader.js";
import { makeReport, type Findings, type MissedExtent } from "./report.js";
import { openScratch } from "./scratch.js";
import type { Table, TableJob } from "./table-job.js";
import { transformsFor } from "./transforms.js";

/** Puts the records of a table on the grid: reads it, reports what was found, and creates the table of cells. */
export async function stageTable(
  from: Table,
  { grid, store, table, signal }: CellTarget,
): Promise<CellReport> {
  return withAbort(signal, store, async () => {
    const scratch = await openScratch(store, from.name);
    const work = { store, scratch, signal };
    try {
      const job = { ...from, ...(await transformsFor(from, grid, work)) };
      let circles = noFindings();
      const pieces = (): AsyncIterable<PlacedPiece> =>
        placedPieces(job, grid, work, emptyExtent(), (circles = noFindings()));
      const gathered =
        job.circles?.assign === "fraction"
          ? await gatherShares(work, grid, job.circles, pieces())
          : await gather(work, job.plan, pieces);
      const found = await collect(job, work, gathered, () => findMissed(job, grid, work));
      const findings = { ...found, ...(job.circles && { circles }) };
      const report = await makeReport(job, grid, findings, work);
      await makeCells(work, job.plan, gathered, table);
      await scratch.drop();
      return report;
    } catch (error) {
      await scratch.drop().catch(() => undefined);
      signal.throwIfAborted();
      throw readError(from.reader.file, (await from.reader.faultBehind?.(error, work)) ?? error);
    }
  });
}

async function* placedPieces(
  job: TableJob,
  grid: Grid,
  work: Work,
  extent: Extent,
  findings: CircleFindings = noFindings(),
): AsyncGenerator<PlacedPiece> {
  const { reader, rules, toGrid, circles } = job;
  const drawn = circles?.assign === "random" ? randomPlacer(grid, work, circles, findings) : undefined;
  for await (const piece of reader.pieces(work)) {
    if (rules.code) {
      yield { select: piece.select, placed: await placeCodes(job, piece, grid, work, extent) };
      continue;
    }
    const also = circles ? [`${sqlNumberOf("u", reader.forms.u)} AS u`] : [];
    const judged = sqlJudge(piece.select, reader.forms, rules, also);
    if (drawn) yield { ...piece, placed: await drawn(judged, extent) };
    else if (circles)
      yield { ...piece, placed: await placeWithCircles(judged, grid, work, circles, extent, findings) };
    else if (toGrid) yield { ...piece, placed: await placeByTransform(judged, grid, work, toGrid, extent) };
    else yield { ...piece, placed: placeDirectly(judged, grid) };
  }
}

async function collect(
  { reader, plan }: TableJob,
  { store, scratch, signal }: Work,
  { table, kept }: Gathered,
  missed: () => Promise<MissedExtent>,
): Promise<Findings> {
  const counts = new Map<Reason, number>();
  const broken = await reader.broken({ store, scratch, signal });
  for (const { reason, count } of broken) counts.set(reason, count);
  const n = kept === "groups" ? "sum(n)" : "count(*)";
  const nameless = plan.third === "name" ? "count_if(slot >= 0 AND v IS NULL)" : "0";
  const rows = await store.rows<{ slot: number; n: number; nameless: number }>(`
    SELECT least(slot, 0)::INTEGER AS slot, ${n}::DOUBLE AS n, ${nameless}::DOUBLE AS nameless
    FROM ${table} GROUP BY 1 ORDER BY 1`);
  for (const { slot, n } of rows) if (slot < 0) counts.set(reasonOf(-1 - slot), n);
  const used = rows.find(({ slot }) => slot === 0);
  return { used: used?.n ?? 0, counts, broken, nameless: used?.nameless ?? 0, missed };
}

/** Reads the table again for the extent of the records outside the grid, for the message that none is inside. */
async function findMissed(job: TableJob, grid: Grid, work: Work): Promise<MissedExtent> {
  const inGrid = emptyExtent();
  const table = work.scratch.sql("missed");
  await work.store.exec(`CREATE TABLE ${table} (xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)`);
  const outside = `slot IN (${slotOf("outside")}, ${slotOf("domain")})`;
  for await (const piece of placedPieces(job, grid, work, inGrid)) {
    const extent = `SELECT min(x), min(y), max(x), max(y) FROM (${piece.placed}) WHERE ${outside}`;
    await runPiece(work, `INSERT INTO ${table} ${extent}`, piece);
  }
  const [row] = await work.store.rows<{ bounds: Bounds }>(
    `SELECT [min(xmin), min(ymin), max(xmax), max(ymax)] AS bounds FROM ${table}`,
  );
  return { own: row!.bounds, inGrid: inGrid.bounds };
}
