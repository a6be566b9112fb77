import { quoteIdentifier, quoteLiteral, type Grid } from "@quadrat/core";
import { createTransform, parseCrs, type CoordinateTransform } from "@quadrat/crs";
import { tableFromArrays, type RecordBatch } from "apache-arrow";
import { emptyExtent, type Extent } from "../extent.js";
import { reasons, type Reason } from "../faults.js";
import { failBit } from "../counting/count-records.js";
import { circleColumns, noFindings, type CircleFindings } from "../circles/place-circles.js";
import { placeDirectly, slotOf } from "../place.js";
import { placerOf } from "../placer.js";
import { sqlJudged } from "./judged.js";
import type { PlacedPiece } from "../measures/gather.js";
import { sqlName } from "../measures/spread.js";
import type { Work } from "../reader.js";
import type { TableJob } from "../table-job.js";
import { verdicts, type PlannedCheck } from "../checks/plan.js";

/** The tables of records that are made along with the cells; quoted and qualified names. */
export interface RecordTables {
  readonly records: string;
  readonly verdicts: string;
  /** The records left out, as they were given. */
  readonly rejected: string;
  /** The used records by the key of the dataset that they come from. */
  readonly derived: string;
}

/** Texts of verdicts that one statement inserts. */
const textsAtOnce = 1000;

/** Rows of a batch of points that are tested. */
const batchRows = 65_536;

/** Makes the tables of records while it passes the records on to be gathered. */
export class Recorder {
  readonly #job: TableJob;
  readonly #grid: Grid;
  readonly #work: Work;
  readonly #tables: RecordTables;
  #misfits = 0;
  /** How many unnumbered records fail each check. */
  #failed: number[] = [];
  /** The settled records of a table that is not copied. */
  #all: string | undefined;

  constructor(job: TableJob, grid: Grid, work: Work, tables: RecordTables) {
    this.#job = job;
    this.#grid = grid;
    this.#work = work;
    this.#tables = tables;
  }

  /** Texts that are not numbers in columns of numbers. */
  get misfits(): number {
    return this.#misfits;
  }

  /** The records of the whole table, part by part. May be called again: the tables are then made anew. */
  async *pieces(extent: Extent, findings: CircleFindings): AsyncGenerator<PlacedPiece> {
    const { store, scratch } = this.#work;
    const { checks } = this.#job.checks;
    await this.#reset();
    const place = placerOf(this.#job, this.#grid, this.#work, extent, findings);
    const waits = checks.some(({ name }) => name === "duplicates");
    const [piece, rows] = [scratch.sql("piece"), scratch.sql("rows")];
    let isFirst = true;
    for await (const part of this.#job.reader.pieces(this.#work, true)) {
      const placed = await place(part, true);
      await store.exec(`CREATE OR REPLACE TABLE ${piece} AS ${placed}`);
      if (part.after !== undefined) await store.exec(part.after);
      const [found] = await store.rows<{ n: number | null }>(
        `SELECT sum(misfits)::DOUBLE AS n FROM ${piece} WHERE slot <> ${slotOf("where")}`,
      );
      this.#misfits += found?.n ?? 0;
      const checked = await this.#check(piece);
      if (waits) {
        await store.exec(
          isFirst
            ? `CREATE OR REPLACE TABLE ${rows} AS FROM ${checked}`
            : `INSERT INTO ${rows} FROM ${checked}`,
        );
        isFirst = false;
        continue;
      }
      yield await this.#take(`(${this.#settled(checked)})`);
    }
    if (waits && !isFirst) {
      await store.exec(`DROP TABLE IF EXISTS ${piece}`);
      yield await this.#take(`(${this.#settled(await this.#withDuplicates(rows))})`);
      await store.exec(`DROP TABLE ${rows}`);
    }
  }

  /**
   * Whether records need not be copied: DuckDB can read them again from the input whenever the tables of records, then views,
   * are queried.
   */
  async canReadAgain(): Promise<boolean> {
    const { checks, further, rejected, toGrid, reader, rules, circles } = this.#job;
    const simple = checks.checks.every(({ sql }) => sql !== undefined);
    // Slots have room for cells and checks only as long as there are not too many cells.
    if (checks.checks.length > 0 && this.#grid.size >= failUnit) return false;
    if (!simple || rejected || further.datasetKey || toGrid) return false;
    if (rules.code || circles) return false;
    return reader.isLarge(this.#work);
  }

  /** The records of a table that is not copied, part by part, without numbers. */
  async *unnumbered(): AsyncGenerator<PlacedPiece> {
    const also = this.#job.further.columns.map(({ alias }) => alias);
    for await (const piece of this.#job.reader.pieces(this.#work)) {
      const placed = placeDirectly(sqlJudged(this.#job, piece), this.#grid, { also, inGrid: false });
      const settled = this.#settled(this.#checkBySql(`(${placed})`));
      yield { ...piece, placed: `SELECT ${this.#packed} AS slot, ${this.#given} FROM (${settled})` };
    }
  }

  /**
   * The slot with the checks that the record fails in its higher bits: so that they are counted by the same groups, of which
   * there are hardly more.
   */
  get #packed(): string {
    const bits = this.#job.checks.checks.map(
      (_, index) => `(${failColumn(index)} IS NOT NULL)::BIGINT * ${failUnit * 2 ** index}`,
    );
    if (bits.length === 0) return "final";
    const any = this.#job.checks.checks.map((_, index) => `${failColumn(index)} IS NOT NULL`);
    return `CASE WHEN ${any.join(" OR ")} THEN final + (CASE WHEN final < 0 THEN -1 ELSE 1 END) * (${bits.join(" + ")}) ELSE final END`;
  }

  /** Takes the numbers of unnumbered records that fail each check, which were counted with them. */
  takeFailed(failed: readonly number[]): void {
    this.#failed = this.#job.checks.checks.map((_, index) => failed[index] ?? 0);
  }

  /** Takes over the tables of a dataset that has the same records. */
  async copyFrom(tables: RecordTables | undefined): Promise<void> {
    if (!tables) return;
    const { records, verdicts: made, rejected, derived } = this.#tables;
    const copy = (to: string, from: string): string => `CREATE OR REPLACE TABLE ${to} AS FROM ${from}`;
    const all = `COLUMNS(column -> column <> 'species')`;
    const chosen = (from: string): string =>
      this.#job.species === undefined ? `(SELECT ${all} FROM ${from})` : from;
    const statements = [copy(records, chosen(tables.records)), copy(made, tables.verdicts)];
    if (this.#job.rejected) statements.push(copy(rejected, chosen(tables.rejected)));
    if (this.#job.further.datasetKey) statements.push(copy(derived, tables.derived));
    await this.#work.store.exec(statements.join(";\n"));
  }

  /** Creates views in place of the tables, or the tables if the input turned out to need rewriting. */
  async refer(): Promise<void> {
    const { store } = this.#work;
    const { records, verdicts: made } = this.#tables;
    const later = await this.#job.reader.later(this.#work);
    if (later === undefined) {
      for await (const _ of this.pieces(emptyExtent(), noFindings()));
      return;
    }
    const { further } = this.#job;
    const also = ["record", "misfits", "rx", "ry", ...further.columns.map(({ alias }) => alias)];
    const judged = sqlJudged(this.#job, { select: later }, true);
    const placed = placeDirectly(judged, this.#grid, { also, inGrid: true });
    const settled = this.#settled(this.#checkBySql(`(${placed})`));
    this.#all = settled;
    const species = this.#species;
    const columns = [
      "record",
      "final AS cell",
      "gx AS x",
      "gy AS y",
      ...(species === undefined ? [] : [`${species} AS species`]),
      ...further.keep.map(({ alias, name }) => `${alias} AS ${quoteIdentifier(name)}`),
    ];
    const fails = this.#job.checks.checks.map((_, index) => `${failColumn(index)} IS NOT NULL`);
    const listed = [`(slot < 0 AND slot <> ${slotOf("where")})`, ...fails].join(" OR ");
    await store.exec(`
      CREATE OR REPLACE VIEW ${records} AS SELECT ${columns.join(", ")} FROM (${settled}) WHERE final >= 0;
      CREATE OR REPLACE VIEW ${made} AS
      WITH listed AS MATERIALIZED (SELECT * FROM (${settled}) WHERE ${listed})
      SELECT record, verdict, detail, used FROM (${this.#verdicts("listed", [])})`);
  }

  /**
   * Counts the verdicts, in the order of the rules. A verdict that only flags does so even if another one leaves the record
   * out.
   * @param counts of the records left out by their own faults
   */
  async verdicts(counts: ReadonlyMap<Reason, number>): Promise<ReadonlyMap<string, VerdictCount>> {
    const { checks } = this.#job.checks;
    const flagging = checks.filter(({ drop }) => !drop).map(({ name }) => verdicts[name]);
    const found = this.#all === undefined ? await this.#countTable() : await this.#countAgain(counts);
    return new Map(
      found
        .toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
        .map(({ verdict, n, first }) => {
          const [flagged, leftOut] = flagging.includes(verdict) ? [n, 0] : [0, n];
          return [verdict, { flagged, leftOut, first: [...first] }];
        }),
    );
  }

  #countTable(): Promise<CountedVerdict[]> {
    return this.#work.store.rows<CountedVerdict>(
      `SELECT verdict, count(*)::DOUBLE AS n, min(record, ${firstRecords})::DOUBLE[] AS first
       FROM ${this.#tables.verdicts} GROUP BY verdict`,
    );
  }

  /** The records of a table that is not copied have been counted; the first of each verdict are looked for again. */
  async #countAgain(counts: ReadonlyMap<Reason, number>): Promise<CountedVerdict[]> {
    const wanted: { verdict: string; n: number; is: string }[] = [...counts]
      .filter(([reason]) => reason !== "where" && reason !== "check")
      .map(([reason, n]) => ({ verdict: reasons[reason], n, is: `slot = ${slotOf(reason)}` }));
    for (const [index, { name }] of this.#job.checks.checks.entries()) {
      const n = this.#failed[index] ?? 0;
      if (n > 0) wanted.push({ verdict: verdicts[name], n, is: `${failColumn(index)} IS NOT NULL` });
    }
    const found: CountedVerdict[] = [];
    for (const { verdict, n, is } of wanted) {
      // A search for no more than there are ends at the last of them.
      const rows = await this.#work.store.rows<{ record: number }>(
        `SELECT record::DOUBLE AS record FROM (${this.#all!}) WHERE ${is} LIMIT ${Math.min(n, firstRecords)}`,
      );
      found.push({ verdict, n, first: rows.map(({ record }) => record) });
    }
    return found;
  }

  async #reset(): Promise<void> {
    const { records, verdicts: made, rejected, derived } = this.#tables;
    const { store, scratch } = this.#work;
    const { keep, datasetKey } = this.#job.further;
    this.#misfits = 0;
    const names = this.#species === undefined ? [] : ["species VARCHAR"];
    const kept = keep.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
    const list = (columns: readonly string[]): string => columns.join(", ");
    const statements = [
      `CREATE OR REPLACE TABLE ${records} (${list(["record BIGINT", "cell BIGINT", "x DOUBLE", "y DOUBLE", ...names, ...kept])})`,
      `CREATE OR REPLACE TABLE ${made} (record BIGINT, verdict VARCHAR, detail VARCHAR, used BOOLEAN)`,
    ];
    if (this.#job.rejected) {
      const columns = ["record BIGINT", "verdict VARCHAR", "detail VARCHAR", "x VARCHAR", "y VARCHAR"];
      statements.push(`CREATE OR REPLACE TABLE ${rejected} (${list([...columns, ...names, ...kept])})`);
    }
    if (datasetKey)
      statements.push(`CREATE OR REPLACE TABLE ${derived} ("datasetKey" VARCHAR, count BIGINT)`);
    for (const [index, { points }] of this.#job.checks.checks.entries()) {
      if (!points || points.texts.every((text) => text === "")) continue;
      const texts = scratch.sql(`texts ${index}`);
      statements.push(`CREATE OR REPLACE TABLE ${texts} (id BIGINT, text VARCHAR)`);
    }
    await store.exec(statements.join(";\n"));
    for (const [index, { points }] of this.#job.checks.checks.entries()) {
      if (!points || points.texts.every((text) => text === "")) continue;
      const { texts } = points;
      for (let from = 0; from < texts.length; from += textsAtOnce) {
        const rows = texts
          .slice(from, from + textsAtOnce)
          .map((text, row) => `(${from + row}, ${quoteLiteral(text)})`);
        await store.exec(`INSERT INTO ${scratch.sql(`texts ${index}`)} VALUES ${rows.join(", ")}`);
      }
    }
  }

  /** Removes the tables of a dataset that could not be finished. */
  async discard(): Promise<void> {
    const names: readonly string[] = Object.values(this.#tables);
    await this.#work.store.exec(names.map((name) => `DROP TABLE IF EXISTS ${name}`).join(";\n"));
  }

  /**
   * Adds a column for each check to the records: NULL for one that passes, else the number of its text. Duplicates are found
   * later.
   */
  async #check(piece: string): Promise<string> {
    const { checks } = this.#job.checks;
    if (checks.length === 0) return piece;
    const tested = checks.some(({ points }) => points)
      ? `${piece} POSITIONAL JOIN ${await this.#test(piece)}`
      : piece;
    return this.#checkBySql(tested);
  }

  /** The same for checks that are conditions; the columns of the others exist. */
  #checkBySql(records: string): string {
    const { checks } = this.#job.checks;
    if (checks.length === 0) return records;
    const columns = checks.flatMap((check, index) => {
      if (check.points) return [];
      const fails = check.sql === undefined ? "false" : `slot >= 0 AND (${check.sql})`;
      return [`CASE WHEN ${fails} THEN 0::BIGINT END AS ${failColumn(index)}`];
    });
    return `(SELECT ${["*", ...columns].join(", ")} FROM ${records})`;
  }

  /** Tests the points of the records in batches, into a table of the same length. */
  async #test(piece: string): Promise<string> {
    const { store, scratch, signal } = this.#work;
    const { checks } = this.#job.checks;
    const tests = scratch.sql("tests");
    const columns = testColumns(checks);
    const tested = checks.filter(({ points }) => points);
    await store.exec(
      `CREATE OR REPLACE TABLE ${tests} (${columns.map((column) => `${column} BIGINT`).join(", ")})`,
    );
    const [x, y] = ["x", "y"].map(
      (column) => `CASE WHEN slot >= 0 THEN ${column} ELSE 'NaN' END AS ${column}`,
    );
    const values = tested.flatMap(({ column }, index) =>
      column ? [`CASE WHEN slot >= 0 THEN ${column.alias}::VARCHAR END AS t${index}`] : [],
    );
    const stream = store.query(`SELECT ${[x, y, ...values].join(", ")} FROM ${piece}`, {
      rows: () => batchRows,
    });
    const toDegrees = degreesOf(this.#job.crs);
    const batches = async function* (): AsyncGenerator<RecordBatch> {
      for await (const batch of stream) {
        signal.throwIfAborted();
        const xs = Float64Array.from(batch.getChild("x")!.toArray() as Float64Array);
        const ys = Float64Array.from(batch.getChild("y")!.toArray() as Float64Array);
        toDegrees?.transform(xs, ys);
        yield* tableFromArrays(
          Object.fromEntries(
            tested.map(({ points }, index) => {
              const texts = batch.getChild(`t${index}`);
              const test = (lon: number, row: number): bigint => {
                if (!Number.isFinite(lon)) return -1n;
                const value = texts ? ((texts.get(row) as string | null) ?? "") : undefined;
                return BigInt(points!.test(wrapped(lon), ys[row]!, value));
              };
              return [columns[index]!, BigInt64Array.from(xs, test)];
            }),
          ),
        ).batches;
      }
    };
    await store.append(scratch.table("tests"), batches(), { commitEvery: 1 << 22 });
    const found = columns.map((column) => `CASE WHEN ${column} >= 0 THEN ${column} END AS ${column}`);
    return `(SELECT ${found.join(", ")} FROM ${tests})`;
  }

  /** Finds the duplicates among all records: of those of one species, place and date each but the first. */
  async #withDuplicates(rows: string): Promise<string> {
    const { store, scratch } = this.#work;
    const { checks, date } = this.#job.checks;
    const [duplicates, ordered] = [scratch.sql("duplicates"), scratch.sql("ordered")];
    const species = this.#species;
    const keys = [
      "x + 0",
      "y + 0",
      ...(species === undefined ? [] : [species]),
      ...(date ? [date.alias] : []),
    ];
    await store.exec(`
      CREATE OR REPLACE TABLE ${duplicates} AS
      SELECT record, earlier FROM (
        SELECT record, min(record) OVER (PARTITION BY ${keys.join(", ")}) AS earlier FROM ${rows} WHERE slot >= 0
      ) WHERE record <> earlier`);
    const index = checks.findIndex(({ name }) => name === "duplicates");
    await store.exec(`
      CREATE OR REPLACE TABLE ${ordered} AS
      SELECT * EXCLUDE (earlier) REPLACE (earlier AS ${failColumn(index)})
      FROM ${rows} LEFT JOIN ${duplicates} USING (record) ORDER BY record`);
    await store.exec(`DROP TABLE ${duplicates}`);
    return ordered;
  }

  /** Adds `final`: the slot after checks that leave records out. */
  #settled(checked: string): string {
    const dropping = this.#job.checks.checks.flatMap(({ drop }, index) =>
      drop ? [`${failColumn(index)} IS NOT NULL`] : [],
    );
    const final =
      dropping.length === 0
        ? "slot"
        : `CASE WHEN slot >= 0 AND (${dropping.join(" OR ")}) THEN ${slotOf("check")} ELSE slot END`;
    return `SELECT *, ${final} AS final FROM ${checked}`;
  }

  /** Writes the tables of records from settled ones. */
  async #take(settled: string): Promise<PlacedPiece> {
    const { records, verdicts: made, rejected, derived } = this.#tables;
    const { store, scratch } = this.#work;
    const { keep, datasetKey } = this.#job.further;
    const species = this.#species;
    const names = species === undefined ? [] : [species];
    const kept = keep.map(({ alias }) => alias);
    const statements = [
      `INSERT INTO ${records} SELECT ${["record", "final", "gx", "gy", ...names, ...kept].join(", ")} FROM ${settled} WHERE final >= 0`,
    ];
    const left = this.#verdicts(settled, [...names.map((name) => `${name} AS name`), ...kept]);
    const found = scratch.sql("verdicts");
    statements.push(`CREATE OR REPLACE TABLE ${found} AS ${left}`);
    statements.push(`INSERT INTO ${made} SELECT record, verdict, detail, used FROM ${found}`);
    if (this.#job.rejected) {
      const columns = ["record", "verdict", "detail", "rx", "ry", ...names.map(() => "name"), ...kept];
      statements.push(`INSERT INTO ${rejected} SELECT ${columns.join(", ")} FROM ${found} WHERE NOT used`);
    }
    statements.push(`DROP TABLE ${found}`);
    if (datasetKey) {
      statements.push(
        `INSERT INTO ${derived} SELECT ${datasetKey.alias}::VARCHAR, count(*) FROM ${settled} WHERE final >= 0 GROUP BY 1`,
      );
    }
    await store.exec(statements.join(";\n"));
    const circles = this.#job.circles?.assign === "fraction" ? circleColumns : [];
    return {
      select: "",
      placed: `SELECT ${["final AS slot", this.#given, ...circles].join(", ")} FROM ${settled}`,
    };
  }

  /** The verdicts of settled records, in the order of the records and, for one record, of the checks. */
  #verdicts(settled: string, also: readonly string[]): string {
    const { checks } = this.#job.checks;
    const columns = this.#job.rejected ? ["rx", "ry", ...also] : [];
    const select = (verdict: string, detail: string, used: string, order: number): string =>
      `SELECT ${["record", `${verdict} AS verdict`, `${detail} AS detail`, `${used} AS used`, `${order} AS rank`, ...columns].join(", ")}`;
    const parts = [
      `${select(sqlReason, sqlReasonDetail(this.#job), "false", -1)} FROM ${settled} WHERE slot < 0 AND slot <> ${slotOf("where")}`,
    ];
    for (const [index, check] of checks.entries()) {
      const fails = failColumn(index);
      const hasTexts = check.points?.texts.some((text) => text !== "") ?? false;
      const texts = hasTexts
        ? ` LEFT JOIN ${this.#work.scratch.sql(`texts ${index}`)} AS t ON t.id = ${fails}`
        : "";
      const detail = hasTexts ? "t.text" : detailOf(check, fails);
      parts.push(
        `${select(quoteLiteral(verdicts[check.name]), detail, "final >= 0", index)} FROM ${settled}${texts} WHERE ${fails} IS NOT NULL`,
      );
    }
    return `SELECT * EXCLUDE (rank) FROM (${parts.join(" UNION ALL ")}) ORDER BY record, rank`;
  }

  /** What the measure is made from, besides the slot. */
  get #given(): string {
    const { spread } = this.#job;
    return ["x", "y", "v", ...(spread ? [`${spread.label} AS label`] : [])].join(", ");
  }

  /** SQL of the species' name, NULL without one; undefined if the dataset names no species. */
  get #species(): string | undefined {
    if (this.#job.species === undefined) return undefined;
    if (this.#job.rules.third === "name") return "v";
    const { species } = this.#job.further;
    return species && sqlName(this.#job.reader.file, species);
  }
}

function detailOf({ name, detail }: PlannedCheck, fails: string): string {
  if (name === "duplicates") return `'of record ' || ${fails}`;
  return detail ?? "NULL::VARCHAR";
}

function failColumn(index: number): string {
  return `k${index}`;
}

function testColumns(checks: readonly PlannedCheck[]): string[] {
  return checks.flatMap(({ points }, index) => (points ? [failColumn(index)] : []));
}

const sqlReason = `CASE slot ${(Object.keys(reasons) as Reason[])
  .map((reason) => `WHEN ${slotOf(reason)} THEN ${quoteLiteral(reasons[reason])}`)
  .join(" ")} END`;

/** Reasons that the coordinates as given explain. */
const explained: readonly Reason[] = ["noCode", "notNumber", "latitude", "longitude", "domain", "outside"];

function sqlReasonDetail({ rules }: TableJob): string {
  const given = rules.code ? "rx" : "rx || ', ' || ry";
  return `CASE WHEN slot IN (${explained.map(slotOf).join(", ")}) THEN ${given} END`;
}

/** From a table's CRS to longitude and latitude; undefined if its coordinates are that. */
function degreesOf(crs: string): CoordinateTransform | undefined {
  const transform = createTransform(parseCrs(crs), parseCrs("EPSG:4326"));
  return transform.identity ? undefined : transform;
}

function wrapped(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
}

interface CountedVerdict {
  readonly verdict: string;
  readonly n: number;
  readonly first: readonly number[];
}

/** The number of records named of each verdict. */
const firstRecords = 5;

/** More than there are cells, and a power of two, so that sums with slots are exact. */
const failUnit = 2 ** failBit;

/** How many records have a verdict, and the first of them. */
export interface VerdictCount {
  readonly leftOut: number;
  readonly flagged: number;
  readonly first: readonly number[];
}

const verdictOrder = [...Object.values(reasons), ...Object.values(verdicts)] as readonly string[];
