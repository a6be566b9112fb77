import { quoteIdentifier, type DatasetConfig, type QuadratError, type Store } from "@quadrat/core";
import { tmpdir } from "node:os";
import { DuckDbStore } from "@quadrat/core/host";
import { inputError, readError, reasonCode, type Reason } from "../faults.js";
import { judge, sqlJudge, type Rules } from "../judge.js";
import {
  keptNames,
  type ColumnForm,
  type KeptName,
  type Piece,
  type TableReader,
  type Work,
} from "../reader.js";
import type { TableFile } from "../table-files.js";
import { asText } from "./column-values.js";
import { geometryText, type PointColumn } from "./geometry.js";
import { readLayouts, type ParquetFile } from "./layouts.js";
import { keepGeometriesRaw, readParquet } from "./read-parquet.js";
import { assertAlike, commonCrs, readingOf, type Reading } from "./reading.js";

/** The maximum number of files per query. */
const filesAtOnce = 64;

export interface ParquetRequest {
  /** The dataset's path, for messages about all files. */
  readonly path: string;
  readonly files: readonly TableFile[];
  readonly dataset: DatasetConfig;
}

/** A table of Parquet files with known schemas. */
export interface ParquetTable {
  /** The CRS of the points of GeoParquet, if the coordinates are taken from them. */
  readonly crs: string | undefined;
  reader(rules: Rules): TableReader;
}

/** Opens Parquet files: their schemas now, their columns by DuckDB. */
export async function openParquetTable({ path, files, dataset }: ParquetRequest): Promise<ParquetTable> {
  const parts = await readLayouts(files);
  const readings = parts.map((file) => readingOf(file, parts, dataset));
  const crs = commonCrs(readings, dataset);
  assertAlike(readings, dataset);
  const codes = dataset.code === undefined ? [] : await sampleCodes(path, readings);
  return { crs, reader: (rules) => ({ ...readerOf(path, readings, dataset, rules), codes }) };
}

/** The number of records whose codes show of which kind they are. */
const sampledCodes = 1000;

async function sampleCodes(path: string, readings: readonly Reading[]): Promise<string[]> {
  const store = await DuckDbStore.open(":memory:", {
    memoryBytes: 2 ** 28,
    threads: 1,
    temporaryDirectory: tmpdir(),
  });
  try {
    await keepGeometriesRaw(store);
    const found: string[] = [];
    for (const reading of readings) {
      const code = `(${asText(reading.x, ".")})`;
      const source = `SELECT ${code} AS code FROM ${readRows(reading, [reading.file.literal])} LIMIT ${sampledCodes}`;
      const rows = await store.rows<{ code: string }>(
        `SELECT DISTINCT code FROM (${source}) WHERE code IS NOT NULL ORDER BY code`,
      );
      found.push(...rows.map(({ code: text }) => text));
      if (found.length >= sampledCodes) break;
    }
    return found;
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await store.close();
  }
}

/** The first record with a fault in its code: these are found only by decoding. */
async function firstWithCode(
  { store }: Work,
  select: string,
  forms: TableReader["forms"],
  rules: Rules,
  reason: Reason,
): Promise<number | undefined> {
  for await (const batch of store.query(`SELECT x, row::DOUBLE AS row FROM (${select})`)) {
    const [codes, rows] = [batch.getChild("x")!, batch.getChild("row")!];
    for (let i = 0; i < batch.numRows; i++) {
      const code = (codes.get(i) as string | null) ?? "";
      if (judge(code, code, "", forms, { ...rules, third: "none" }) === reason) return rows.get(i) as number;
    }
  }
  return undefined;
}

function readerOf(
  path: string,
  readings: readonly Reading[],
  dataset: DatasetConfig,
  rules: Rules,
): TableReader {
  const decimal = dataset.decimal === "," ? "," : ".";
  const hasText = (which: KeptName): boolean => readings.some((reading) => reading[which]?.is === "text");
  const formOf = (which: KeptName): ColumnForm =>
    hasText(which) || (which === "v" && rules.third !== "number")
      ? { kind: "text", decimal }
      : { kind: "number" };
  const forms = { x: formOf("x"), y: formOf("y"), v: formOf("v"), u: formOf("u") };
  const warnings: string[] = [];

  const kept = (reading: Reading): readonly string[] =>
    keptNames.flatMap((alias) => {
      const value = reading[alias];
      if (!value) return [];
      return `${forms[alias].kind === "text" ? asText(value, decimal) : value.sql} AS ${alias}`;
    });
  const select = (reading: Reading, literals: readonly string[], row?: string): string => {
    const { points, file } = reading;
    const source = row === undefined ? readRows(reading, literals) : readNumbered(file, points);
    const from = points?.text
      ? `(SELECT *, ${points.text} AS ${quoteIdentifier(geometryText)} FROM ${source})`
      : source;
    return `SELECT ${[...kept(reading), ...(row === undefined ? [] : [`${rowNumber} AS ${row}`])].join(", ")} FROM ${from}`;
  };

  const firstRow = async (reading: Reading, reason: Reason, work: Work): Promise<number | undefined> => {
    const numbered = select(reading, [reading.file.literal], "row");
    if (rules.code && !reason.startsWith("value")) return firstWithCode(work, numbered, forms, rules, reason);
    // The codes may be what they are: only the value is judged.
    const number = { kind: "number" } as const;
    const judged = rules.code
      ? sqlJudge(
          `SELECT * REPLACE (1 AS x, 1 AS y) FROM (${numbered})`,
          { ...forms, x: number, y: number },
          { ...rules, longitudes: undefined },
          ["row"],
        )
      : sqlJudge(numbered, forms, rules, ["row"]);
    const [found] = await work.store.rows<{ row: number | null }>(
      `SELECT min(row)::DOUBLE AS row FROM (${judged}) WHERE reason = ${reasonCode(reason)}`,
    );
    return found?.row ?? undefined;
  };

  return {
    file: path,
    warnings,
    forms,
    async *pieces(work) {
      warnings.length = 0;
      warnings.push(...warningsOfLacking(readings, dataset));
      await keepGeometriesRaw(work.store);
      let beyond = 0;
      for (const group of groups(readings, kept)) {
        const [first] = group;
        const literals = group.map(({ file }) => file.literal);
        if (first!.beyond !== undefined) beyond += await countOf(work, first!, literals);
        yield { select: select(first!, literals) } satisfies Piece;
      }
      if (beyond > 0) {
        warnings.push(
          `${beyond} whole numbers of column "${dataset.value ?? ""}" are beyond 2^53 and are rounded to the nearest double`,
        );
      }
    },
    broken: () => Promise.resolve([]),
    async firstWith(reason, work) {
      for (const reading of readings) {
        const row = await firstRow(reading, reason, work);
        if (row === undefined) continue;
        const place = { number: row + 1, unit: "row" } as const;
        return readings.length > 1 ? { ...place, file: reading.file.path } : place;
      }
      return undefined;
    },
    async faultBehind(error, { store }) {
      if (!isInvalidInput(error)) return undefined;
      for (const reading of readings) {
        const damaged = await findDamaged(store, reading);
        if (damaged) return damaged;
      }
      return undefined;
    },
  };
}

/** DuckDB's error for bytes that a function can't read. */
function isInvalidInput(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Invalid Input Error");
}

/** The error for the first geometry of a file that can't be read. */
async function findDamaged(store: Store, { file, points }: Reading): Promise<QuadratError | undefined> {
  if (!points?.text || !points.geometry) return undefined;
  const { name, text, geometry } = points;
  const damaged = (where: string, size: string, cause?: unknown): QuadratError =>
    inputError(file.path, `${where}column "${name}" holds a geometry that is cut short or damaged${size}`, {
      cause,
      hint: "write the file again; a geometry that is NULL counts as a missing coordinate",
    });
  try {
    const [found] = await store.rows<{ row: number | null; bytes: number | null }>(`
      SELECT min(${rowNumber})::DOUBLE AS row, arg_min(bytes, ${rowNumber}) AS bytes
      FROM (
        SELECT ${rowNumber}, ${geometry.isWkb ? `octet_length(${geometry.sql})::DOUBLE` : "NULL"} AS bytes
        FROM ${readNumbered(file, points)} WHERE ${geometry.sql} IS NOT NULL AND TRY(${text}) IS NULL
      )`);
    if (typeof found?.row !== "number") return undefined;
    return damaged(`row ${found.row + 1}: `, ` (${found.bytes} bytes of WKB)`);
  } catch (cause) {
    // DuckDB reads columns of its own type before there is a row to try.
    return !geometry.isWkb && isInvalidInput(cause) ? damaged("", "", cause) : undefined;
  }
}

/** Consecutive files that the same query reads. */
function* groups(
  readings: readonly Reading[],
  kept: (reading: Reading) => readonly string[],
): Generator<readonly Reading[]> {
  let group: Reading[] = [];
  const queryOf = (reading: Reading): string =>
    [reading.points?.text, reading.beyond, ...kept(reading)].join("\n");
  for (const reading of readings) {
    const [first] = group;
    const goesOn =
      first === undefined ||
      (first.file.layout === reading.file.layout && queryOf(first) === queryOf(reading));
    if (!goesOn || group.length === filesAtOnce) {
      yield group;
      group = [];
    }
    group.push(reading);
  }
  if (group.length > 0) yield group;
}

/** Geometries are bytes; otherwise DuckDB would check whether they are text. */
function readRows({ points }: Reading, literals: readonly string[]): string {
  return readParquet(literals, { binary: points?.text !== undefined });
}

const rowNumber = quoteIdentifier("number of the row");

/** The rows of a file with their numbers from 0. DuckDB can't return these if the file has a column of that name. */
function readNumbered({ literal, layout }: ParquetFile, points: PointColumn | undefined): string {
  const binary = points?.text !== undefined;
  const taken = layout.columns.some(({ name }) => name.toLowerCase() === "file_row_number");
  return taken
    ? `(SELECT *, row_number() OVER () - 1 AS ${rowNumber} FROM ${readParquet([literal], { binary })})`
    : `(SELECT *, file_row_number AS ${rowNumber} FROM ${readParquet([literal], { binary, numbered: true })})`;
}

async function countOf({ store }: Work, reading: Reading, literals: readonly string[]): Promise<number> {
  const [found] = await store.rows<{ n: number }>(
    `SELECT count(*)::DOUBLE AS n FROM ${readRows(reading, literals)} WHERE ${reading.beyond!}`,
  );
  return found!.n;
}

function warningsOfLacking(readings: readonly Reading[], dataset: DatasetConfig): string[] {
  const lacking = readings.filter((reading) => reading.lacking);
  if (lacking.length === 0) return [];
  const column = dataset.value ?? dataset.species ?? "";
  return [
    `${lacking.length} of ${readings.length} files have no column "${column}", such as ${lacking[0]!.file.path}: their records have none`,
  ];
}
