import type { Bounds, CellReport, CellTarget, Grid } from "@quadrat/core";
import { withAbort } from "./abort.js";
import { gatherShares } from "./circles/gather-shares.js";
import { noFindings, type CircleFindings } from "./circles/place-circles.js";
import { emptyExtent, type Extent } from "./extent.js";
import { readError, reasonOf, type Reason } from "./faults.js";
import { gatherSpread, makeSpreadCells } from "./measures/spread.js";
import { makeCells } from "./measures/make-cells.js";
import { gather, runPiece, type Gathered, type PlacedPiece } from "./measures/gather.js";
import { placerOf } from "./placer.js";
import { slotOf } from "./place.js";
import type { Work } from "./reader.js";
import { openRecorder } from "./records/open-recorder.js";
import type { Recorder, RecordTables } from "./records/recorder.js";
import { makeReport, type Findings, type MissedExtent } from "./report.js";
import { openScratch } from "./scratch.js";
import type { Table, TableJob } from "./table-job.js";
import { transformsFor } from "./transforms.js";

/** Puts the records of a table on the grid: reads it, reports what was found, and creates the table of cells. */
export async function stageTable(
  from: Table,
  { grid, store, table, signal, records: recordTables }: CellTarget,
): Promise<CellReport> {
  return withAbort(signal, store, async () => {
    const scratch = await openScratch(store, from.name);
    const work = { store, scratch, signal };
    let recorder: Recorder | undefined;
    try {
      const job = { ...from, ...(await transformsFor(from, grid, work)) };
      recorder = needsRecords(job, recordTables)
        ? await openRecorder(
            { job, grid, work, tables: recordTables ?? scratchTables(work) },
            recordTables !== undefined,
          )
        : undefined;
      const made = recorder;
      let circles = noFindings();
      const pieces = (): AsyncIterable<PlacedPiece> => {
        circles = noFindings();
        return made?.pieces(circles) ?? placedPieces(job, grid, work, emptyExtent(), circles);
      };
      const gathered = job.spread
        ? await gatherSpread(work, job.plan, pieces())
        : job.circles?.assign === "fraction"
          ? await gatherShares(work, grid, job.circles, pieces())
          : await gather(work, job.plan, pieces);
      await made?.finish(gathered);
      const found = await collect(job, work, gathered, () => findMissed(job, grid, work));
      const findings = {
        ...found,
        verdicts: (await made?.verdicts(found.counts)) ?? new Map<string, never>(),
        misfits: made?.misfits ?? 0,
        ...(job.circles && { circles }),
      };
      const report = await makeReport(job, grid, findings, work);
      const { file } = from.reader;
      const columns =
        job.spread && (await makeSpreadCells(work, job.plan, job.spread, gathered, table, file));
      if (!job.spread) await makeCells(work, job.plan, gathered, table);
      await scratch.drop();
      return columns ? { ...report, columns } : report;
    } catch (error) {
      await recorder?.discard().catch(() => undefined);
      await scratch.drop().catch(() => undefined);
      signal.throwIfAborted();
      throw readError(from.reader.file, (await from.reader.faultBehind?.(error, work)) ?? error);
    }
  });
}

/** Whether records must be written: a check that leaves some out needs them too. */
function needsRecords({ checks, rejected, spread }: Table, tables: CellTarget["records"]): boolean {
  return tables !== undefined || spread !== undefined || rejected || checks.checks.some(({ drop }) => drop);
}

function scratchTables({ scratch }: Work): RecordTables {
  return {
    records: scratch.sql("used"),
    verdicts: scratch.sql("judged"),
    rejected: scratch.sql("left"),
    derived: scratch.sql("derived"),
  };
}

async function* placedPieces(
  job: TableJob,
  grid: Grid,
  work: Work,
  extent: Extent,
  findings: CircleFindings = noFindings(),
): AsyncGenerator<PlacedPiece> {
  const place = placerOf(job, grid, work, extent, findings);
  for await (const piece of job.reader.pieces(work)) {
    yield { ...piece, placed: await place(piece, false) };
  }
}

async function collect(
  { reader, plan, spread }: TableJob,
  { store, scratch, signal }: Work,
  { table, kept }: Gathered,
  missed: () => Promise<MissedExtent>,
): Promise<Omit<Findings, "verdicts" | "misfits">> {
  const counts = new Map<Reason, number>();
  const broken = await reader.broken({ store, scratch, signal });
  for (const { reason, count } of broken) counts.set(reason, count);
  const n = kept === "groups" ? "sum(n)" : "count(*)";
  const nameless = spread
    ? "count_if(slot >= 0 AND label IS NULL)"
    : plan.third === "name"
      ? "count_if(slot >= 0 AND v IS NULL)"
      : "0";
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
