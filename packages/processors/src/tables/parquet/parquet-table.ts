import { quoteIdentifier, quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { findColumn, findColumns, hasColumn, thirdColumn } from "../columns.js";
import { inputError, reasonCode, usageError } from "../faults.js";
import { sqlJudge, type Rules } from "../judge.js";
import { keyOf } from "../partitions.js";
import { keptNames, type ColumnForm, type Piece, type TableReader, type Work } from "../reader.js";
import type { TableFile } from "../table-files.js";
import { asText, beyondDoubles, coordinateValue, measuredValue, nameValue } from "./column-values.js";
import type { ColumnValue } from "./column-values.js";
import { assertCrs, geometryText, pointColumn, type PointColumn } from "./geometry.js";
import { readLayouts, type ParquetFile } from "./layouts.js";
import { keepGeometriesRaw, readParquet } from "./read-parquet.js";

/** Files that one query reads at most. */
const filesAtOnce = 64;

export interface ParquetRequest {
  /** The dataset's path, for messages that are about all files. */
  readonly path: string;
  readonly files: readonly TableFile[];
  readonly dataset: DatasetConfig;
}

/** A table of Parquet files whose schemas are known. */
export interface ParquetTable {
  /** Of the points of GeoParquet, where the coordinates are taken from them. */
  readonly crs: string | undefined;
  reader(rules: Rules): TableReader;
}

/** What is read of one file: the values x, y and, where the measure has one, v. */
interface Reading {
  readonly file: ParquetFile;
  readonly x: ColumnValue;
  readonly y: ColumnValue;
  readonly v: ColumnValue | undefined;
  readonly points: PointColumn | undefined;
  /** Counts values that doubles can't hold. */
  readonly beyond: string | undefined;
  /** Whether the file lacks the column of the value. */
  readonly lacking: boolean;
}

/** Opens Parquet files: their schemas now, their columns by DuckDB. */
export async function openParquetTable({ path, files, dataset }: ParquetRequest): Promise<ParquetTable> {
  const parts = await readLayouts(files);
  const readings = parts.map((file) => readingOf(file, parts, dataset));
  const crs = commonCrs(readings, dataset);
  assertAlike(readings, dataset);
  return { crs, reader: (rules) => readerOf(path, readings, dataset, rules) };
}

function readingOf(file: ParquetFile, parts: readonly ParquetFile[], dataset: DatasetConfig): Reading {
  const { path, layout, keys } = file;
  const names = layout.columns.map(({ name }) => name);
  const { x = [], y = [], value = [] } = dataset.nodataValues ?? {};
  const points = pointsInstead(path, file, names, dataset);
  const third = thirdColumn(path, names, dataset);
  const key = third && keyOf(keys, third.name);
  const lacking =
    third !== undefined &&
    key === undefined &&
    !hasColumn(names, third.name) &&
    parts.some(({ layout: { columns } }) =>
      hasColumn(
        columns.map(({ name }) => name),
        third.name,
      ),
    );
  const column =
    third === undefined || key !== undefined || lacking
      ? undefined
      : layout.columns[findColumn(path, names, third.name, third.key)]!;
  const coordinates = points ?? coordinateColumns(file, names, dataset);
  const common = { file, points, lacking };
  const number = { is: "number" } as const;
  const place =
    "crs" in coordinates
      ? { x: { sql: coordinates.x, ...number }, y: { sql: coordinates.y, ...number } }
      : {
          x: coordinateValue(path, coordinates.x, "x", x),
          y: coordinateValue(path, coordinates.y, "y", y),
        };
  if (third === undefined) return { ...common, ...place, v: undefined, beyond: undefined };
  if (!column) {
    const sql = typeof key === "string" ? quoteLiteral(key) : "NULL::VARCHAR";
    return { ...common, ...place, v: { sql, is: "text" }, beyond: undefined };
  }
  const isName = third.key === "species";
  return {
    ...common,
    ...place,
    v: isName ? nameValue(path, column) : measuredValue(path, column, value),
    beyond: isName ? undefined : beyondDoubles(column, value),
  };
}

function coordinateColumns({ path, layout }: ParquetFile, names: readonly string[], dataset: DatasetConfig) {
  const found = findColumns(path, names, { ...dataset, measure: "records" });
  return { x: layout.columns[found.x]!, y: layout.columns[found.y]! };
}

/** The points of a file that has neither of the columns that coordinates are in unless the configuration names some. */
function pointsInstead(
  path: string,
  { layout }: ParquetFile,
  names: readonly string[],
  { x, y }: DatasetConfig,
): PointColumn | undefined {
  const named = x !== "decimalLongitude" || y !== "decimalLatitude";
  if (named || hasColumn(names, x) || hasColumn(names, y)) return undefined;
  return pointColumn(path, layout);
}

/** The CRS of the points of all files. @throws QuadratError where it differs, or is not known and not given */
function commonCrs(readings: readonly Reading[], { crs: given }: DatasetConfig): string | undefined {
  if (given !== undefined) return undefined;
  const [first, ...rest] = readings;
  const crsOf = ({ points }: Reading): string | undefined => points?.crs;
  const unknown = readings.find(({ points }) => points && points.crs === undefined);
  if (unknown) {
    throw inputError(
      unknown.file.path,
      `the CRS of column "${unknown.points!.name}" is not known, as the file says`,
      {
        hint: "give it in the configuration, such as `crs: EPSG:4326`",
      },
    );
  }
  const other = rest.find((reading) => crsOf(reading) !== crsOf(first!));
  if (!other) {
    const { file, points } = first!;
    if (points?.crs !== undefined) assertCrs(file.path, points, points.crs);
    return points?.crs;
  }
  const name = (reading: Reading): string => `${crsOf(reading) ?? "plain columns"} in ${reading.file.path}`;
  throw inputError(
    other.file.path,
    `the points of the files differ in CRS: ${name(first!)}, ${name(other)}`,
    {
      hint: "make a dataset of the files of each CRS",
    },
  );
}

/** Days can't be told from plain numbers once they are taken together. */
function assertAlike(readings: readonly Reading[], dataset: DatasetConfig): void {
  const [time, other] = [true, false].map((isTime) =>
    readings.find(({ v, lacking }) => v !== undefined && !lacking && (v.is === "time") === isTime),
  );
  if (!time || !other) return;
  throw usageError(
    other.file.path,
    "value",
    `column "${dataset.value ?? ""}" holds dates in ${time.file.path}, and none here`,
    "make the files alike, or a dataset of each",
  );
}

function readerOf(
  path: string,
  readings: readonly Reading[],
  dataset: DatasetConfig,
  rules: Rules,
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
          `${beyond} whole numbers of column "${dataset.value ?? ""}" lie beyond 2^53 and are rounded to the nearest double`,
        );
      }
    },
    broken: () => Promise.resolve([]),
    async firstWith(reason, { store }) {
      for (const reading of readings) {
        const judged = sqlJudge(select(reading, [reading.file.literal], "row"), forms, rules, ["row"]);
        const [found] = await store.rows<{ row: number | null }>(
          `SELECT min(row)::DOUBLE AS row FROM (${judged}) WHERE reason = ${reasonCode(reason)}`,
        );
        if (typeof found?.row !== "number") continue;
        const place = { number: found.row + 1, unit: "row" } as const;
        return readings.length > 1 ? { ...place, file: reading.file.path } : place;
      }
      return undefined;
    },
  };
}

/** Files in a row that the same query reads. */
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

/** Geometries are bytes, which DuckDB would check for being text otherwise. */
function readRows({ points }: Reading, literals: readonly string[]): string {
  return readParquet(literals, { binary: points?.text !== undefined });
}

const rowNumber = quoteIdentifier("number of the row");

/** The rows of a file with their numbers from 0. DuckDB can't give them where the file has a column of that name. */
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
