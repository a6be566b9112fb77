import type { Bounds, CellReport, CellTarget, Grid } from "@quadrat/core";
import { withAbort } from "./abort.js";
import { noFindings, type CircleFindings } from "./circles/place-circles.js";
import { emptyExtent, type Extent } from "./extent.js";
import { readError } from "./faults.js";
import { countAll, gatherAll, gatheringOf } from "./gathering.js";
import { runPiece, type PlacedPiece } from "./measures/gather.js";
import { placerOf } from "./placer.js";
import { slotOf } from "./place.js";
import type { Work } from "./reader.js";
import { openRecorder } from "./records/open-recorder.js";
import type { Recorder, RecordTables } from "./records/recorder.js";
import { makeReport, type MissedExtent } from "./report.js";
import { openScratch } from "./scratch.js";
import type { SharedPass } from "./shared-pass.js";
import type { Table, TableJob } from "./table-job.js";
import { transformsFor } from "./transforms.js";

/** Bytes that records may take while they are counted, unless the host says more. */
const defaultBytes = 32 * 2 ** 20;

/**
 * Puts the records of a table on the grid: reads it, reports what was found, and creates the table of cells. What another dataset
 * has counted of the same records is taken from there.
 * @param pass set if other datasets may ask for numbers of the same records
 */
export async function stageTable(
  from: Table,
  { grid, mask, store, table, signal, records: recordTables, memoryBytes = defaultBytes }: CellTarget,
  pass?: SharedPass,
): Promise<CellReport> {
  return withAbort(signal, store, async () => {
    const scratch = await openScratch(store, from.name);
    const work = { store, scratch, signal, mask };
    let recorder: Recorder | undefined;
    try {
      const before = pass?.countedFor(from);
      const job = before
        ? { ...before.job, name: from.name, plan: from.plan, species: from.species }
        : { ...from, ...(await transformsFor(from, grid, work)) };
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
      const packed = made?.packs === true && job.checks.checks.length > 0;
      const gathering = before
        ? gatheringOf(job, work, before.counted)
        : ((await countAll(job, grid, work, pieces, { packed, memoryBytes })) ??
          (await gatherAll(job, grid, work, pieces)));
      const failed = packed ? await gathering.failed() : [];
      const first = gathering.counted?.first;
      if (before?.tables) await made?.takeOver(before.tables, failed, first);
      else await made?.finish(failed, first);
      const broken = before ? before.broken : await job.reader.broken(work);
      const found = await gathering.found();
      const counts = new Map([
        ...broken.map(({ reason, count }) => [reason, count] as const),
        ...found.leftOut,
      ]);
      const findings = {
        ...{ used: found.used, nameless: found.nameless, counts, broken },
        missed: () => findMissed(job, grid, work),
        verdicts: (await made?.verdicts(counts)) ?? new Map<string, never>(),
        misfits: before?.misfits ?? made?.misfits ?? 0,
        ...(job.circles && { circles: before?.circles ?? circles }),
      };
      const report = await makeReport(job, grid, findings, work);
      const columns = await gathering.make(table);
      const { counted } = gathering;
      const { misfits } = findings;
      const drop = (): Promise<void> => scratch.drop();
      const isLent =
        !before &&
        counted &&
        pass?.offer({ job, counted, tables: recordTables, broken, misfits, circles, drop });
      if (!isLent) await scratch.drop();
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
