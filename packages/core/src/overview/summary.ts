import type { StoreReader } from "../sql/reader.js";
import { Bins } from "./bins.js";
import { isText, readColumns, readDatasets, type OverviewSource } from "./columns.js";
import { CorrelationPass } from "./correlation-pass.js";
import type { Correlations } from "./correlation.js";
import { Moments } from "./moments.js";
import { quartilesOf } from "./quartiles.js";
import { readRunRecord } from "./run-record.js";
import { readRanges, scanRows, type ValueTable } from "./scan.js";

/** The values of a column of numbers. */
export interface SummarisedColumn {
  readonly name: string;
  readonly type: string;
  /** Undefined for a column of the table's own. */
  readonly dataset: string | undefined;
  /** Rows with a value, and without. */
  readonly count: number;
  readonly nulls: number;
  /** Undefined if there is no value. */
  readonly values:
    | {
        readonly mean: number;
        /** Of a sample: divided by n - 1; undefined for one value. */
        readonly stdev: number | undefined;
        readonly min: number;
        /** As R's type 7 and SQL's `quantile_cont`, exact. */
        readonly quartiles: readonly [q1: number, median: number, q3: number];
        readonly max: number;
      }
    | undefined;
}

export interface TableSummary {
  readonly table: ValueTable;
  readonly rows: number;
  readonly columns: readonly SummarisedColumn[];
  /** Columns that are not numbers. */
  readonly others: readonly string[];
  readonly correlations: Correlations;
}

/** Columns read together: DuckDB needs half a megabyte for each. More than these are correlated by a sample. */
const together = 128;

/**
 * Summarises the columns of a table: one pass for ranges, one for moments and correlations, and another or a few for quartiles, which
 * are exact. Memory does not grow with the number of rows.
 * @throws QuadratError of kind "usage" if the store has no such table
 */
export async function readSummary(reader: StoreReader, table: ValueTable): Promise<TableSummary> {
  const run = await readRunRecord(reader);
  const found = await readColumns(reader, await readDatasets(reader, run.config), table);
  const columns = found.columns.filter((column) => !isText(column)).map(asRole);
  const texts = found.columns.filter(isText).map(({ name }) => name);
  const { rows, ranges } = await readRanges(reader, columns, table);
  const share = columns.length <= together ? 1 : undefined;
  const correlations = new CorrelationPass(columns, ranges, rows, together, share);
  const summarised: SummarisedColumn[] = [];
  for (let from = 0; from < columns.length; from += together) {
    const group = columns.slice(from, from + together);
    const passes = group.map((_, index) => {
      const range = ranges[from + index];
      return { bins: range && new Bins(range), moments: new Moments() };
    });
    await scanRows(
      reader,
      group,
      ({ length, cells, values }) => {
        passes.forEach(({ bins, moments }, index) => {
          const column = values[index]!;
          for (let row = 0; row < length; row++) {
            const value = column[row]!;
            if (Number.isNaN(value)) continue;
            moments.add(value);
            bins!.add(value);
          }
        });
        correlations.add(from, length, cells, values);
      },
      table,
    );
    const counted = passes.map(({ bins, moments }) => ({ bins, values: moments.count }));
    const quartiles = await quartilesOf(reader, group, counted, table);
    group.forEach(({ name, type, dataset }, index) => {
      const { bins, moments } = passes[index]!;
      const { count, mean, stdev } = moments;
      const values = bins && {
        ...{ mean, stdev, min: bins.range.min, max: bins.range.max },
        quartiles: quartiles[index] as unknown as readonly [number, number, number],
      };
      const nulls = rows - count;
      summarised.push({ name, type, dataset: dataset?.name, count, nulls, values });
    });
  }
  return {
    table,
    rows,
    columns: summarised,
    others: [...texts, ...found.others],
    correlations: correlations.result(),
  };
}

/** Of the table of points: presence is what a model explains, and folds are numbers of groups. */
export function asRole(column: OverviewSource): OverviewSource {
  if (column.dataset) return column;
  if (column.name === "presence") return { ...column, counted: true };
  return column.name === "fold" ? { ...column, categorical: true } : column;
}
