import { quoteIdentifier } from "@quadrat/core";
import { circleColumns, type CircleFindings } from "../circles/place-circles.js";
import { emptyExtent } from "../extent.js";
import type { PlacedPiece } from "../measures/gather.js";
import { slotOf } from "../place.js";
import { placerOf } from "../placer.js";
import { failColumn, sqlChecked, sqlGiven, sqlSettled, sqlSpecies } from "./checked.js";
import { testPoints, writeTexts } from "./point-tests.js";
import type { Recorder, Recording, RecordTables } from "./recorder.js";
import { firstRecords } from "./first-records.js";
import { inOrder, sqlVerdicts, type CountedVerdict, type VerdictCount } from "./verdicts.js";

/** Copies the records into tables while they pass. */
export class CopiedRecords implements Recorder {
  readonly packs = false;
  readonly #recording: Recording;
  #misfits = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get misfits(): number {
    return this.#misfits;
  }

  async *pieces(findings: CircleFindings): AsyncGenerator<PlacedPiece> {
    const { job, grid, work } = this.#recording;
    const { store, scratch } = work;
    const { checks } = job.checks;
    await this.#reset();
    const place = placerOf(job, grid, work, emptyExtent(), findings);
    const waits = checks.some(({ comparison }) => comparison);
    const [piece, rows] = [scratch.sql("piece"), scratch.sql("rows")];
    let isFirst = true;
    for await (const part of job.reader.pieces(work, true)) {
      const placed = await place(part, true);
      await store.exec(`CREATE OR REPLACE TABLE ${piece} AS ${placed}`);
      if (part.after !== undefined) await store.exec(part.after);
      const [found] = await store.rows<{ n: number | null }>(
        `SELECT sum(misfits)::DOUBLE AS n FROM ${piece} WHERE slot <> ${slotOf("where")}`,
      );
      this.#misfits += found?.n ?? 0;
      const checked = sqlChecked(checks, await testPoints(job, work, piece));
      if (waits) {
        await store.exec(
          isFirst
            ? `CREATE OR REPLACE TABLE ${rows} AS FROM ${checked}`
            : `INSERT INTO ${rows} FROM ${checked}`,
        );
        isFirst = false;
        continue;
      }
      yield await this.#take(`(${sqlSettled(checks, checked)})`);
    }
    if (waits && !isFirst) {
      await store.exec(`DROP TABLE IF EXISTS ${piece}`);
      yield await this.#take(`(${sqlSettled(checks, await this.#compared(rows))})`);
      await store.exec(`DROP TABLE ${rows}`);
    }
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  async takeOver(from: RecordTables): Promise<void> {
    const { job, work, tables } = this.#recording;
    const copy = (to: string, source: string): string => `CREATE OR REPLACE TABLE ${to} AS FROM ${source}`;
    const nameless = "COLUMNS(lambda name: name <> 'species')";
    const chosen = (source: string): string =>
      job.species === undefined ? `(SELECT ${nameless} FROM ${source})` : source;
    const statements = [copy(tables.records, chosen(from.records)), copy(tables.verdicts, from.verdicts)];
    if (job.rejected) statements.push(copy(tables.rejected, chosen(from.rejected)));
    if (job.further.datasetKey) statements.push(copy(tables.derived, from.derived));
    await work.store.exec(statements.join(";\n"));
  }

  async verdicts(): Promise<ReadonlyMap<string, VerdictCount>> {
    const { job, work, tables } = this.#recording;
    const found = await work.store.rows<CountedVerdict>(
      `SELECT verdict, count(*)::DOUBLE AS n, min(record, ${firstRecords})::DOUBLE[] AS first
       FROM ${tables.verdicts} GROUP BY verdict`,
    );
    return inOrder(found, job);
  }

  async discard(): Promise<void> {
    const { work, tables } = this.#recording;
    const names: readonly string[] = Object.values(tables);
    await work.store.exec(names.map((name) => `DROP TABLE IF EXISTS ${name}`).join(";\n"));
  }

  /** Creates the tables anew. */
  async #reset(): Promise<void> {
    const { job, work, tables } = this.#recording;
    const { keep, datasetKey } = job.further;
    this.#misfits = 0;
    const names = sqlSpecies(job) === undefined ? [] : ["species VARCHAR"];
    const kept = keep.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
    const list = (columns: readonly string[]): string => columns.join(", ");
    const statements = [
      `CREATE OR REPLACE TABLE ${tables.records} (${list(["record BIGINT", "cell BIGINT", "x DOUBLE", "y DOUBLE", ...names, ...kept])})`,
      `CREATE OR REPLACE TABLE ${tables.verdicts} (record BIGINT, verdict VARCHAR, detail VARCHAR, used BOOLEAN)`,
    ];
    if (job.rejected) {
      const columns = ["record BIGINT", "verdict VARCHAR", "detail VARCHAR", "x VARCHAR", "y VARCHAR"];
      statements.push(
        `CREATE OR REPLACE TABLE ${tables.rejected} (${list([...columns, ...names, ...kept])})`,
      );
    }
    if (datasetKey)
      statements.push(`CREATE OR REPLACE TABLE ${tables.derived} ("datasetKey" VARCHAR, count BIGINT)`);
    await work.store.exec(statements.join(";\n"));
    await writeTexts(job.checks.checks, work);
  }

  /** The records, in their order, with the results of the checks that compare all of them: a query. */
  async #compared(rows: string): Promise<string> {
    const { job, work } = this.#recording;
    const { store, scratch } = work;
    const records = { rows, crs: job.crs, work };
    const found: { column: string; table: string; number: string }[] = [];
    for (const [index, { comparison }] of job.checks.checks.entries()) {
      if (!comparison) continue;
      const column = failColumn(index);
      const table = scratch.sql(`failed ${index}`);
      await comparison(records, table);
      found.push({ column, table, number: `number_${column}` });
    }
    const numbers = scratch.sql("numbers");
    const joins = found.map(
      ({ table, number }) => `LEFT JOIN (SELECT record, number AS ${number} FROM ${table}) USING (record)`,
    );
    const columns = found.map(({ number }) => number).join(", ");
    // Only the numbers are sorted: the records are in their order already.
    await store.exec(`
      CREATE OR REPLACE TABLE ${numbers} AS SELECT ${columns} FROM (SELECT record FROM ${rows}) ${joins.join(" ")} ORDER BY record`);
    await store.exec(found.map(({ table }) => `DROP TABLE ${table}`).join(";\n"));
    const replaced = found.map(({ number, column }) => `${number} AS ${column}`).join(", ");
    return `(SELECT * EXCLUDE (${columns}) REPLACE (${replaced}) FROM ${rows} POSITIONAL JOIN ${numbers})`;
  }

  /** Writes the tables of records from settled ones. */
  async #take(settled: string): Promise<PlacedPiece> {
    const { job, work, tables } = this.#recording;
    const { store, scratch } = work;
    const { keep, datasetKey } = job.further;
    const species = sqlSpecies(job);
    const names = species === undefined ? [] : [species];
    const kept = keep.map(({ alias }) => alias);
    const statements = [
      `INSERT INTO ${tables.records} SELECT ${["record", "final", "gx", "gy", ...names, ...kept].join(", ")} FROM ${settled} WHERE final >= 0`,
    ];
    const left = sqlVerdicts(job, work, settled, [...names.map((name) => `${name} AS name`), ...kept]);
    const found = scratch.sql("verdicts");
    statements.push(`CREATE OR REPLACE TABLE ${found} AS ${left}`);
    statements.push(`INSERT INTO ${tables.verdicts} SELECT record, verdict, detail, used FROM ${found}`);
    if (job.rejected) {
      const columns = ["record", "verdict", "detail", "rx", "ry", ...names.map(() => "name"), ...kept];
      statements.push(
        `INSERT INTO ${tables.rejected} SELECT ${columns.join(", ")} FROM ${found} WHERE NOT used`,
      );
    }
    statements.push(`DROP TABLE ${found}`);
    if (datasetKey) {
      statements.push(
        `INSERT INTO ${tables.derived} SELECT ${datasetKey.alias}::VARCHAR, count(*) FROM ${settled} WHERE final >= 0 GROUP BY 1`,
      );
    }
    await store.exec(statements.join(";\n"));
    const circles = job.circles?.assign === "fraction" ? circleColumns : [];
    return {
      select: "",
      placed: `SELECT ${["final AS slot", sqlGiven(job), ...circles].join(", ")} FROM ${settled}`,
    };
  }
}
