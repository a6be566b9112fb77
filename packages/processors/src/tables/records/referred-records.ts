import { quoteIdentifier } from "@quadrat/core";
import { verdicts } from "../checks/plan.js";
import { noFindings } from "../circles/place-circles.js";
import { reasons, type Reason } from "../faults.js";
import type { PlacedPiece } from "../measures/gather.js";
import { failBit, type FirstRecords } from "../counting/count-records.js";
import { placeDirectly, slotOf } from "../place.js";
import { failColumn, sqlChecked, sqlFails, sqlGiven, sqlSettled, sqlSpecies } from "./checked.js";
import { CopiedRecords } from "./copied-records.js";
import { sqlJudged } from "./judged.js";
import type { Recorder, Recording, RecordTables } from "./recorder.js";
import { firstRecords } from "./first-records.js";
import { inOrder, sqlVerdicts, type CountedVerdict, type VerdictCount } from "./verdicts.js";

/** The number that the lowest bit of a check stands for. */
const failUnit = 2 ** failBit;

/**
 * Whether records need not be copied: DuckDB can read them again from the input whenever the tables of records, then views, are
 * queried.
 */
export async function canReadAgain({ job, grid, work }: Recording): Promise<boolean> {
  const { checks, further, rejected, toGrid, reader, rules, circles } = job;
  // Slots have room for cells and checks only as long as there are not too many cells.
  if (checks.checks.length > 0 && grid.size >= failUnit) return false;
  const simple = checks.checks.every(({ sql }) => sql !== undefined);
  if (!simple || rejected || further.datasetKey || toGrid) return false;
  if (rules.code || circles || work.mask) return false;
  return reader.isLarge(work);
}

/** A verdict with the number of its records, the first of them if they are known, and their condition. */
interface Wanted {
  readonly verdict: string;
  readonly n: number;
  readonly first: readonly number[] | undefined;
  readonly is: string;
}

/** Counts the records of a large table without copying them: the tables of records are views over the input. */
export class ReferredRecords implements Recorder {
  readonly packs = true;
  readonly #recording: Recording;
  /** How many records fail each check. */
  #failed: readonly number[] = [];
  #first: FirstRecords | undefined;
  /** The settled records. */
  #all = "";
  /** Set if the input turned out to need rewriting, so that its records have to be copied after all. */
  #copied: CopiedRecords | undefined;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get misfits(): number {
    return this.#copied?.misfits ?? 0;
  }

  /** The records without their numbers. */
  async *pieces(): AsyncGenerator<PlacedPiece> {
    const { job, grid, work } = this.#recording;
    const also = job.further.columns.map(({ alias }) => alias);
    for await (const piece of job.reader.pieces(work)) {
      const settled = this.#settled(placeDirectly(sqlJudged(job, piece), grid, { also, inGrid: false }));
      yield { ...piece, placed: `SELECT ${this.#packed} AS slot, ${sqlGiven(job)} FROM (${settled})` };
    }
  }

  async finish(failed: readonly number[], first?: FirstRecords): Promise<void> {
    this.#failed = failed;
    this.#first = first;
    await this.#refer();
  }

  takeOver(_tables: RecordTables, failed: readonly number[], first?: FirstRecords): Promise<void> {
    return this.finish(failed, first);
  }

  async verdicts(counts: ReadonlyMap<Reason, number>): Promise<ReadonlyMap<string, VerdictCount>> {
    const { job } = this.#recording;
    if (this.#copied) return this.#copied.verdicts();
    const wanted: Wanted[] = [...counts]
      .filter(([reason]) => reason !== "where" && reason !== "check")
      .map(([reason, n]) => {
        const first = this.#first?.leftOut.get(reason);
        return { verdict: reasons[reason], n, first, is: `slot = ${slotOf(reason)}` };
      });
    for (const [index, { name }] of job.checks.checks.entries()) {
      const n = this.#failed[index] ?? 0;
      const first = this.#first?.failed[index];
      if (n > 0) wanted.push({ verdict: verdicts[name], n, first, is: `${failColumn(index)} IS NOT NULL` });
    }
    const found: CountedVerdict[] = [];
    for (const one of wanted) found.push({ ...one, first: one.first ?? (await this.#search(one)) });
    return inOrder(found, job);
  }

  /** Looks again for the first records of a verdict. */
  async #search({ n, is }: Wanted): Promise<number[]> {
    // A search for no more than there are ends at the last of them.
    const rows = await this.#recording.work.store.rows<{ record: number }>(
      `SELECT record::DOUBLE AS record FROM (${this.#all}) WHERE ${is} LIMIT ${Math.min(n, firstRecords)}`,
    );
    return rows.map(({ record }) => record);
  }

  async discard(): Promise<void> {
    await new CopiedRecords(this.#recording).discard();
  }

  #settled(placed: string): string {
    const { checks } = this.#recording.job.checks;
    return sqlSettled(checks, sqlChecked(checks, `(${placed})`));
  }

  /**
   * The slot with the checks that the record fails in its higher bits: so that they are counted by the same groups, of which
   * there are hardly more.
   */
  get #packed(): string {
    const any = sqlFails(this.#recording.job.checks.checks);
    if (any.length === 0) return "final";
    const bits = any.map((fails, index) => `(${fails})::BIGINT * ${failUnit * 2 ** index}`);
    return `CASE WHEN ${any.join(" OR ")} THEN final + (CASE WHEN final < 0 THEN -1 ELSE 1 END) * (${bits.join(" + ")}) ELSE final END`;
  }

  /** Creates views in place of the tables, or the tables if the input turned out to need rewriting. */
  async #refer(): Promise<void> {
    const { job, grid, work, tables } = this.#recording;
    const later = await job.reader.later(work);
    if (later === undefined) {
      this.#copied = new CopiedRecords(this.#recording);
      for await (const _ of this.#copied.pieces(noFindings()));
      return;
    }
    const { further } = job;
    const also = ["record", "misfits", "rx", "ry", ...further.columns.map(({ alias }) => alias)];
    const judged = sqlJudged(job, { select: later }, true);
    const settled = this.#settled(placeDirectly(judged, grid, { also, inGrid: true }));
    this.#all = settled;
    const species = sqlSpecies(job);
    const columns = [
      "record",
      "final AS cell",
      "gx AS x",
      "gy AS y",
      ...(species === undefined ? [] : [`${species} AS species`]),
      ...further.keep.map(({ alias, name }) => `${alias} AS ${quoteIdentifier(name)}`),
    ];
    const fails = sqlFails(job.checks.checks);
    const listed = [`(slot < 0 AND slot <> ${slotOf("where")})`, ...fails].join(" OR ");
    await work.store.exec(`
      CREATE OR REPLACE VIEW ${tables.records} AS SELECT ${columns.join(", ")} FROM (${settled}) WHERE final >= 0;
      CREATE OR REPLACE VIEW ${tables.verdicts} AS
      WITH listed AS MATERIALIZED (SELECT * FROM (${settled}) WHERE ${listed})
      SELECT record, verdict, detail, used FROM (${sqlVerdicts(job, work, "listed", [])})`);
  }
}
