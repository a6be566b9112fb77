import type { DatasetConfig, SeveralColumns } from "@quadrat/core";
import { defaultSpecies, listColumns } from "../columns.js";
import { inputError, usageError } from "../faults.js";
import type { FurtherColumn, InputColumn, Work } from "../reader.js";
import type { FurtherRequests } from "../further.js";
import { nameValue, numeric } from "../parquet/column-values.js";
import { sqlIsMissing } from "../numbers.js";
import { runPiece, type Gathered, type PlacedPiece } from "./gather.js";
import { makeCells } from "./make-cells.js";
import type { MeasurePlan } from "./measure-plan.js";

/** How the records of a dataset are spread over several columns. */
export interface SpreadPlan {
  readonly each: SeveralColumns["each"];
  /** SQL of the text that names a record's column, NULL if it belongs to none; from the further columns. */
  readonly label: string;
  /** The maximum number of columns: those with the most records. */
  readonly top: number | undefined;
  /** The minimum number of records of a column. */
  readonly minRecords: number;
}

/** The spread of a dataset, undefined if it becomes one column. */
export function planSpread(
  file: string,
  columns: readonly InputColumn[],
  dataset: DatasetConfig,
  requests: FurtherRequests,
): SpreadPlan | undefined {
  const names = columns.map(({ name }) => name);
  const { expand, by, species = defaultSpecies(names), top, minRecords = 1 } = dataset;
  if (expand !== undefined) {
    const label = sqlName(file, requests.need(species, "species"));
    return { each: "species", label, top, minRecords };
  }
  if (by === undefined) return undefined;
  const [year, date] = [requests.find("year"), requests.find("eventDate")];
  const years = [...(year ? [sqlYear(year)] : []), ...(date ? [sqlYearOfDate(date)] : [])];
  if (years.length === 0) {
    throw usageError(
      file,
      "by",
      `a column per ${by} needs a column year or eventDate`,
      `the file has ${listColumns(names)}`,
    );
  }
  const found = years.length === 1 ? years[0]! : `coalesce(${years.join(", ")})`;
  const label = by === "year" ? found : `(${found}) // 10 * 10`;
  return { each: by, label: `(${label})::VARCHAR`, top: undefined, minRecords: 1 };
}

/** SQL of a species' name; NULL without one. */
export function sqlName(file: string, { name, alias, type }: FurtherColumn): string {
  const text = nameValue(file, { name, sql: alias, type }).sql;
  return `CASE WHEN NOT ${sqlIsMissing(`(${text})`)} THEN ${text} END`;
}

/** Four digits at most: what is beyond is a mistake. */
function sqlYear({ alias }: FurtherColumn): string {
  const number = `try_cast(trim(${alias}::VARCHAR) AS DOUBLE)`;
  return `CASE WHEN ${number} BETWEEN 1 AND 9999 AND ${number} = floor(${number}) THEN ${number}::INTEGER END`;
}

/** The year of a date, a time, or a text in ISO 8601; that of an interval if it begins and ends in the same year. */
function sqlYearOfDate(column: FurtherColumn): string {
  const { alias, type } = column;
  if (/^(DATE|TIMESTAMP)/.test(type)) return `year(${alias})::INTEGER`;
  if (numeric.test(type)) return sqlYear(column);
  const text = `trim(${alias}::VARCHAR)`;
  const start = `regexp_extract(${text}, '^([0-9]{4})($|[-/]|[0-9]{4}($|[T/]))', 1)`;
  const end = `regexp_extract(${text}, '/([0-9]{4})($|[-]|[0-9]{4}($|T))', 1)`;
  return `CASE WHEN ${end} = '' OR ${end} = ${start} THEN nullif(try_cast(${start} AS INTEGER), 0) END`;
}

/** The records of a table that is spread over columns: their slots, labels and values. */
export async function gatherSpread(
  work: Work,
  plan: MeasurePlan,
  pieces: AsyncIterable<PlacedPiece>,
): Promise<Gathered> {
  const { store, scratch } = work;
  const table = scratch.sql("records");
  const v = { name: "VARCHAR", number: "DOUBLE", none: undefined }[plan.third];
  const value = v === undefined ? "" : ", CASE WHEN slot >= 0 THEN v END";
  await store.exec(`CREATE TABLE ${table} (slot BIGINT, label VARCHAR${v === undefined ? "" : `, v ${v}`})`);
  for await (const piece of pieces) {
    const columns = `slot, CASE WHEN slot >= 0 THEN label END${value}`;
    await runPiece(work, `INSERT INTO ${table} SELECT ${columns} FROM (${piece.placed})`, piece);
  }
  return { table, kept: "records" };
}

/** Labels that one statement inserts. */
const labelsAtOnce = 1000;

/**
 * Creates the table of cells, parts and values. A cell and a part are one number while they are made, so that every measure is
 * computed as it is for cells alone.
 * @returns the labels of the columns, in order
 */
export async function makeSpreadCells(
  work: Work,
  plan: MeasurePlan,
  spread: SpreadPlan,
  gathered: Gathered,
  table: string,
  file: string,
): Promise<string[]> {
  const { store, scratch } = work;
  const [labelled, placed, made] = [scratch.sql("labels"), scratch.sql("placed"), scratch.sql("made")];
  const labels = await chooseLabels(work, spread, gathered.table, file);
  const count = labels.length;
  await store.exec(`CREATE TABLE ${labelled} (label VARCHAR, part INTEGER)`);
  for (let from = 0; from < count; from += labelsAtOnce) {
    const rows = labels
      .slice(from, from + labelsAtOnce)
      .map((label, index) => `(${sqlText(label)}, ${from + index})`);
    await store.exec(`INSERT INTO ${labelled} VALUES ${rows.join(", ")}`);
  }
  const value = plan.third === "none" ? "" : ", v";
  await store.exec(
    `CREATE TABLE ${placed} AS SELECT slot * ${count} + part AS slot${value} ` +
      `FROM ${gathered.table} JOIN ${labelled} USING (label) WHERE slot >= 0`,
  );
  await store.exec(`DROP TABLE ${gathered.table}`);
  await makeCells(work, plan, { table: placed, kept: "records" }, made);
  await store.exec(
    `CREATE OR REPLACE TABLE ${table} AS SELECT cell // ${count} AS cell, (cell % ${count})::INTEGER AS part, value FROM ${made}`,
  );
  return labels;
}

async function chooseLabels(
  { store }: Work,
  { each, top, minRecords }: SpreadPlan,
  records: string,
  file: string,
): Promise<string[]> {
  // Texts are ordered by code point; years have as many digits only since the year 1000.
  const order = each === "species" ? "label" : "label::INTEGER";
  const chosen = `
    SELECT label, count(*) AS n FROM ${records} WHERE slot >= 0 AND label IS NOT NULL GROUP BY label
    HAVING n >= ${minRecords}${top === undefined ? "" : ` ORDER BY n DESC, ${order} LIMIT ${top}`}`;
  const rows = await store.rows<{ label: string }>(`SELECT label FROM (${chosen}) ORDER BY ${order}`);
  if (rows.length > 0) return rows.map(({ label }) => label);
  throw inputError(
    file,
    minRecords > 1 && each === "species"
      ? `no species has ${minRecords} records on the grid, so there is no column`
      : `no record on the grid has a ${each === "species" ? "species' name" : "year"}, so there is no column`,
    {
      hint:
        each === "species"
          ? "check `species`, `where` and `min_records`, or leave out `expand`"
          : "check the columns year and eventDate, or leave out `by`",
    },
  );
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
