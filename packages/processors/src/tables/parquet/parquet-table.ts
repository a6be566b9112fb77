import { quoteIdentifier, type DatasetConfig } from "@quadrat/core";
import { reasonCode, type Reason } from "../faults.js";
import { sqlJudge, type Rules } from "../judge.js";
import {
  keptNames,
  type ColumnForm,
  type FurtherColumn,
  type InputColumn,
  type Piece,
  type TableReader,
  type Work,
} from "../reader.js";
import { defaultSpecies } from "../columns.js";
import type { TableFile } from "../table-files.js";
import { firstWithCode, sampleCodes } from "./codes.js";
import { asText } from "./column-values.js";
import { columnsOf, sqlFurther, warningsOfFurther } from "./columns.js";
import { findDamaged, isInvalidInput } from "./damaged.js";
import { geometryText } from "./geometry.js";
import { readLayouts } from "./layouts.js";
import { keepGeometriesRaw } from "./read-parquet.js";
import { assertAlike, commonCrs, readingOf, type Reading } from "./reading.js";
import {
  countBeyond,
  groups,
  readAllNumbered,
  readNumbered,
  readRows,
  rowNumber,
  rowsBefore,
} from "./rows.js";

/** The records of a table with more rows are not copied. */
const largeRows = 2_000_000;

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
        if (first!.beyond !== undefined) beyond += await countBeyond(work, first!, literals);
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

function warningsOfLacking(readings: readonly Reading[], dataset: DatasetConfig): string[] {
  const lacking = readings.filter((reading) => reading.lacking);
  if (lacking.length === 0) return [];
  const column = dataset.value ?? dataset.species ?? "";
  return [
    `${lacking.length} of ${readings.length} files have no column "${column}", such as ${lacking[0]!.file.path}: their records have none`,
  ];
}
