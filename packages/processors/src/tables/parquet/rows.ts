import { quoteIdentifier, quoteLiteral, type Store } from "@quadrat/core";
import type { Work } from "../reader.js";
import type { PointColumn } from "./geometry.js";
import type { ParquetFile } from "./layouts.js";
import { readParquet } from "./read-parquet.js";
import type { Reading } from "./reading.js";

/** The maximum number of files per query. */
const filesAtOnce = 64;

/** Consecutive files that the same query reads. */
export function* groups(
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
export function readRows({ points }: Reading, literals: readonly string[]): string {
  return readParquet(literals, { binary: points?.text !== undefined });
}

export const rowNumber = quoteIdentifier("number of the row");

/** The rows of a file with their numbers from 0. DuckDB can't return these if the file has a column of that name. */
export function readNumbered({ literal, layout }: ParquetFile, points: PointColumn | undefined): string {
  const binary = points?.text !== undefined;
  const taken = layout.columns.some(({ name }) => name.toLowerCase() === "file_row_number");
  return taken
    ? `(SELECT *, row_number() OVER () - 1 AS ${rowNumber} FROM ${readParquet([literal], { binary })})`
    : `(SELECT *, file_row_number AS ${rowNumber} FROM ${readParquet([literal], { binary, numbered: true })})`;
}

/** The rows of files that are read by one query, with their numbers among those of all files, from 0. */
export function readAllNumbered(group: readonly Reading[], before: ReadonlyMap<string, number>): string {
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
export async function rowsBefore(store: Store, readings: readonly Reading[]): Promise<Map<string, number>> {
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

/** The number of whole numbers that a double can't hold exactly. */
export async function countBeyond(
  { store }: Work,
  reading: Reading,
  literals: readonly string[],
): Promise<number> {
  const [found] = await store.rows<{ n: number }>(
    `SELECT count(*)::DOUBLE AS n FROM ${readRows(reading, literals)} WHERE ${reading.beyond!}`,
  );
  return found!.n;
}
