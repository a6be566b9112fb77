import type { Config } from "../config/types.js";
import { columnCount, type TableOutlook } from "./rows.js";

/** What is expected of the table of points. */
export interface PointOutlook {
  readonly rows: number;
  readonly background: number;
  /** The same columns as those of the merged table, with as many rows as there are points. */
  readonly outlook: TableOutlook;
}

/** Bytes of a row in the store and characters in a text, of what is not a dataset's value: place, species, presence, fold. */
const rowParts = { stored: 20, characters: 20 };

/** Nanoseconds for sorting a point, for finding a value of it, and for a value of the merged table that is passed. Measured. */
const nanoseconds = { point: 4000, value: 150, passed: 20 };

/** The share of memory for values that wait for their rows; more of them are written to a file. */
const valuesShare = 0.1;

/** The table of points that a configuration asks for: every record may be used, and all background that is wanted be found. */
export function pointOutlook(
  outlook: TableOutlook,
  { points }: Pick<Config, "points">,
): PointOutlook | undefined {
  if (!points) return undefined;
  const records = outlook.columns.find(({ name }) => name === points.records)?.reads ?? 0;
  const background = Math.min(points.background?.count ?? 0, outlook.rows);
  const rows = records + background;
  const columns = outlook.columns.map((column) => ({ ...column, values: rows * (column.columns ?? 1) }));
  return { rows, background, outlook: { rows, columns } };
}

/** What the table of points needs besides the merged one: bytes and seconds. */
export function pointDemand(
  points: PointOutlook | undefined,
  { joined, limitBytes }: { readonly joined: number; readonly limitBytes: number },
): {
  readonly store: number;
  readonly text: number;
  readonly scratch: number;
  readonly memory: number;
  readonly seconds: number;
} {
  if (!points) return { store: 0, text: 0, scratch: 0, memory: 0, seconds: 0 };
  const { rows, outlook } = points;
  const columns = columnCount(outlook);
  const values = rows * columns;
  const waiting = 8 * values + 8 * rows * Math.ceil(columns / 32);
  const inMemory = waiting <= valuesShare * limitBytes;
  const stored = outlook.columns.reduce(
    (sum, column) => sum + rows * (column.columns ?? 1) * column.storedBytes,
    0,
  );
  return {
    store: rows * rowParts.stored + stored,
    text: rows * rowParts.characters,
    scratch: inMemory ? 0 : waiting,
    memory: Math.min(waiting, valuesShare * limitBytes),
    seconds: 1e-9 * (nanoseconds.point * rows + nanoseconds.value * values + nanoseconds.passed * joined),
  };
}
