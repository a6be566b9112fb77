import {
  quoteIdentifier,
  quoteLiteral,
  type DatasetConfig,
  type QuadratError,
  type Store,
} from "@quadrat/core";
import { tmpdir } from "node:os";
import { DuckDbStore } from "@quadrat/core/host";
import { inputError, readError, reasonCode, type Reason } from "../faults.js";
import { judge, sqlJudge, type Rules } from "../judge.js";
import {
  keptNames,
  type ColumnForm,
  type FurtherColumn,
  type InputColumn,
  type Piece,
  type TableReader,
  type Work,
} from "../reader.js";
import { defaultSpecies, matchColumns } from "../columns.js";
import { keyOf } from "../partitions.js";
import { sqlConstant } from "../text/column-types.js";
import type { TableFile } from "../table-files.js";
import { asText } from "./column-values.js";
import { geometryText, type PointColumn } from "./geometry.js";
import { readLayouts, type ParquetFile } from "./layouts.js";
import { keepGeometriesRaw, readParquet } from "./read-parquet.js";
import { assertAlike, commonCrs, readingOf, type Reading } from "./reading.js";

/** The records of a table with more rows are not copied. */
const largeRows = 2_000_000;

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
  /** The columns of all files, and those that their folders' names give. */
  readonly columns: readonly InputColumn[];
  /** Codes of the first records, if these have codes instead of coordinates. */
  readonly codes: readonly string[];
  reader(rules: Rules, further: readonly FurtherColumn[]): TableReader;
}

/** Opens Parquet files: their schemas now, their columns by DuckDB. */
export async function openParquetTable({
  path,
  files,
  dataset: given,
}: ParquetRequest): Promise<ParquetTable> {
  const parts = await readLayouts(files);
  const names = parts.flatMap(({ layout, keys }) => [
    ...layout.columns.map(({ name }) => name),
    ...keys.keys(),
  ]);
  // The default of the species is the same for all files.
  const dataset = { ...given, species: given.species ?? defaultSpecies(names) };
  const readings = parts.map((file) => readingOf(file, parts, dataset));
  const crs = commonCrs(readings, dataset);
  assertAlike(readings, dataset);
  return {
    crs,
    columns: columnsOf(parts),
    codes: dataset.code === undefined ? [] : await sampleCodes(path, readings),
    reader: (rules, further) => readerOf(path, readings, dataset, rules, further),
  };
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

/** The columns of all files in the order in which they first occur; where their types differ they are text. */
function columnsOf(parts: readonly ParquetFile[]): InputColumn[] {
  const found = new Map<string, InputColumn>();
  const layouts = new Set<ParquetFile["layout"]>();
  const add = (name: string, type: string): void => {
    const before = found.get(name);
    if (!before) found.set(name, { name, type });
    else if (before.type !== type) found.set(name, { name, type: "VARCHAR" });
  };
  for (const { layout } of parts) {
    if (layouts.has(layout)) continue;
    layouts.add(layout);
    for (const { name, type } of layout.columns) add(name, type);
  }
  const own = [...found.keys()];
  const keys = new Map<string, boolean>();
  for (const part of parts) {
    for (const [name, value] of part.keys) {
      if (matchColumns(own, name).length > 0) continue;
      keys.set(name, (keys.get(name) ?? true) && (value === null || /^-?\d{1,18}$/.test(value)));
    }
  }
  for (const [name, isWhole] of keys) add(name, isWhole ? "BIGINT" : "VARCHAR");
  return [...found.values()];
}

/** The SQL of a further column in one file; undefined if the file lacks it. */
function sqlFurther({ file }: Reading, { name, type }: FurtherColumn): string | undefined {
  const { columns } = file.layout;
  const [index] = matchColumns(
    columns.map((column) => column.name),
    name,
  );
  if (index !== undefined) {
    const column = columns[index]!;
    return column.type === type ? column.sql : `CAST(${column.sql} AS ${type})`;
  }
  const key = keyOf(file.keys, name);
  return key === undefined ? undefined : sqlConstant(key, type);
}

function readerOf(
  path: string,
  readings: readonly Reading[],
  dataset: DatasetConfig,
  rules: Rules,
  further: readonly FurtherColumn[],
): TableReader {
  const decimal = dataset.decimal === "," ? "," : ".";
  const hasText = (which: "x" | "y" | "v"): boolean =>
    readings.some((reading) => reading[which]?.is === "text");
  const formOf = (which: "x" | "y" | "v"): ColumnForm =>
    hasText(which) || (which === "v" && rules.third !== "number")
      ? { kind: "text", decimal }
      : { kind: "number" };
  const forms = { x: formOf("x"), y: formOf("y"), v: formOf("v") };
  const warnings: string[] = [];

  const kept = (reading: Reading): readonly string[] => [
    ...keptNames.flatMap((alias) => {
      const value = reading[alias];
      if (!value) return [];
      return `${forms[alias].kind === "text" ? asText(value, decimal) : value.sql} AS ${alias}`;
    }),
    ...further.map((column) => `${sqlFurther(reading, column) ?? `NULL::${column.type}`} AS ${column.alias}`),
  ];
  const selectFrom = (reading: Reading, rows: string, also: readonly string[] = []): string => {
    const { points } = reading;
    const from = points?.text
      ? `(SELECT *, ${points.text} AS ${quoteIdentifier(geometryText)} FROM ${rows})`
      : rows;
    return `SELECT ${[...kept(reading), ...also].join(", ")} FROM ${from}`;
  };
  const select = (reading: Reading, literals: readonly string[]): string =>
    selectFrom(reading, readRows(reading, literals));
  const selectNumbered = (group: readonly Reading[], before: ReadonlyMap<string, number>): string => {
    const [first] = group;
    return selectFrom(first!, readAllNumbered(group, before), [
      `${rowNumber}::BIGINT + 1 AS record`,
      "NULL::UTINYINT AS broken",
      "0::UTINYINT AS misfits",
    ]);
  };
  let count = 0;
  const firstRow = async (numbered: string, reason: Reason, work: Work): Promise<number | undefined> => {
    if (rules.code && !reason.startsWith("value")) return firstWithCode(work, numbered, forms, rules, reason);
    // Whatever the codes are, only the value is judged.
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
    get count() {
      return count;
    },
    async *pieces(work, numbered = false) {
      warnings.length = 0;
      warnings.push(...warningsOfLacking(readings, dataset), ...warningsOfFurther(readings, further));
      await keepGeometriesRaw(work.store);
      let beyond = 0;
      const before = numbered ? await rowsBefore(work.store, readings) : undefined;
      count = before?.get("") ?? 0;
      for (const group of groups(readings, kept)) {
        const [first] = group;
        const literals = group.map(({ file }) => file.literal);
        if (first!.beyond !== undefined) beyond += await countOf(work, first!, literals);
        yield { select: before ? selectNumbered(group, before) : select(first!, literals) } satisfies Piece;
      }
      if (beyond > 0) {
        warnings.push(
          `${beyond} whole numbers of column "${dataset.value ?? ""}" are beyond 2^53 and are rounded to the nearest double`,
        );
      }
    },
    async isLarge({ store }) {
      const before = await rowsBefore(store, readings);
      return before.get("")! > largeRows;
    },
    async later({ store }) {
      const before = await rowsBefore(store, readings);
      const parts = [...groups(readings, kept)].map((group) => selectNumbered(group, before));
      return parts.join("\nUNION ALL ");
    },
    broken: () => Promise.resolve([]),
    async firstWith(reason, work) {
      for (const reading of readings) {
        const numbered = selectFrom(reading, readNumbered(reading.file, reading.points), [
          `${rowNumber} AS row`,
        ]);
        const row = await firstRow(numbered, reason, work);
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

/** The rows of files that are read by one query, with their numbers among those of all files, from 0. */
function readAllNumbered(group: readonly Reading[], before: ReadonlyMap<string, number>): string {
  const [{ file, points }] = group as [Reading];
  const taken = ["file_row_number", "file_index"].some((name) =>
    file.layout.columns.some((column) => column.name.toLowerCase() === name),
  );
  const first = (reading: Reading): number => before.get(reading.file.path)!;
  if (taken || group.length === 1) {
    const parts = group.map(
      (reading) =>
        `SELECT * REPLACE (${rowNumber} + ${first(reading)} AS ${rowNumber}) FROM ${readNumbered(reading.file, points)}`,
    );
    return `(${parts.join(" UNION ALL ")})`;
  }
  const starts = `[${group.map(first).join(", ")}]::BIGINT[]`;
  const source = readParquet(
    group.map((reading) => reading.file.literal),
    { binary: points?.text !== undefined },
  );
  return `(SELECT *, list_extract(${starts}, file_index::BIGINT + 1) + file_row_number AS ${rowNumber} FROM ${source})`;
}

/** The number of rows in the files before each one, by its path, and those of all under "". */
async function rowsBefore(store: Store, readings: readonly Reading[]): Promise<Map<string, number>> {
  const before = new Map<string, number>();
  let sum = 0;
  for (let start = 0; start < readings.length; start += filesAtOnce) {
    const some = readings.slice(start, start + filesAtOnce);
    const list = some.map(({ file }) => quoteLiteral(file.literal)).join(", ");
    const rows = await store.rows<{ file: string; n: number }>(
      `SELECT file_name AS file, num_rows::DOUBLE AS n FROM parquet_file_metadata([${list}])`,
    );
    const counts = new Map(rows.map(({ file, n }) => [file, n]));
    for (const { file } of some) {
      before.set(file.path, sum);
      sum += counts.get(file.path) ?? 0;
    }
  }
  before.set("", sum);
  return before;
}

function warningsOfFurther(readings: readonly Reading[], further: readonly FurtherColumn[]): string[] {
  return further.flatMap((column) => {
    const lacking = readings.filter((reading) => sqlFurther(reading, column) === undefined);
    if (lacking.length === 0) return [];
    return [
      `${lacking.length} of ${readings.length} files have no column "${column.name}", such as ${lacking[0]!.file.path}: their records have none`,
    ];
  });
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
