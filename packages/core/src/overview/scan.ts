import { quoteIdentifier } from "../store/store.js";
import type { StoreReader } from "../sql/reader.js";
import { numberOfName, type Names } from "./names.js";

/** A table of a store that has a cell in each row, and columns of values. */
export type ValueTable = "merged" | "points";

/** A column that is read: of numbers, or of texts that have numbers. */
export interface ScannedColumn {
  readonly name: string;
  readonly texts?: Names | undefined;
}

/** Rows of a table: of the merged one ascending by cell, of that of points in their order. NULL is NaN. */
export interface CellRows {
  readonly length: number;
  readonly cells: Float64Array;
  readonly values: readonly Float64Array[];
}

const rowsAtATime = 16_384;

/** Reads a table once, some columns of it, and hands over its rows batch by batch; arrays are valid during the call. */
export async function scanRows(
  reader: StoreReader,
  columns: readonly ScannedColumn[],
  visit: (rows: CellRows) => void,
  table: ValueTable = "merged",
): Promise<void> {
  const values = columns.map(
    ({ name, texts }, index) => `${texts ? numberOfName(name, texts) : finite(name)} AS c${index}`,
  );
  const result = await reader.query(
    `SELECT ${["cell::DOUBLE AS cell", ...values].join(", ")} FROM main.${table}`,
  );
  for await (const batch of result.batches(rowsAtATime)) {
    const [cells, ...rest] = batch.data.children.map(({ values: array }) => array as Float64Array);
    visit({ length: batch.numRows, cells: cells!, values: rest });
  }
}

/** The values of a column as doubles; NaN for NULL and for what is not finite. */
function finite(column: string): string {
  const value = `${quoteIdentifier(column)}::DOUBLE`;
  return `CASE WHEN isfinite(${value}) THEN ${value} ELSE 'NaN'::DOUBLE END`;
}

/** What a column ranges over: the least and the greatest of its finite values. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Columns asked for in one query: DuckDB needs memory for each of them. */
export const columnsAtATime = 32;

/** The rows of a table and the range of each column, which is undefined if it has no value, or texts. */
export async function readRanges(
  reader: StoreReader,
  columns: readonly ScannedColumn[],
  table: ValueTable = "merged",
): Promise<{ readonly rows: number; readonly ranges: readonly (Range | undefined)[] }> {
  const ranges: (Range | undefined)[] = [];
  let rows = 0;
  // Once also for a table without columns of numbers.
  for (let from = 0; from === 0 || from < columns.length; from += columnsAtATime) {
    const group = columns.slice(from, from + columnsAtATime);
    const values = group.map(
      ({ name, texts }, index) => `${texts ? "'NaN'::DOUBLE" : finite(name)} AS c${index}`,
    );
    const parts = group.flatMap((_, index) => [
      `min(c${index}) FILTER (c${index} < 'NaN') AS l${index}`,
      `max(c${index}) FILTER (c${index} < 'NaN') AS g${index}`,
    ]);
    const [row] = await reader.rows<Record<string, number | null>>(
      `SELECT ${["count(*)::DOUBLE AS n", ...parts].join(", ")}
       FROM (SELECT ${["cell", ...values].join(", ")} FROM main.${table})`,
    );
    rows = row!["n"]!;
    for (const index of group.keys()) {
      const [min, max] = [row![`l${index}`], row![`g${index}`]];
      ranges.push(typeof min === "number" && typeof max === "number" ? { min, max } : undefined);
    }
  }
  return { rows, ranges };
}
