import type { Grid, Mask } from "@quadrat/core";
import * as arrow from "apache-arrow";
import type { CoordinateTransform } from "@quadrat/crs";
import type { Extent } from "./extent.js";
import { reasonCode, type Reason } from "./faults.js";
import { cellOf, sqlCellOf } from "./locate.js";
import type { Work } from "./reader.js";

/** Records that are placed at once. */
export const batchRows = 65_536;

/** Used instead of a cell for a record that is left out: a negative number for the reason. */
export function slotOf(reason: Reason): number {
  return -1 - reasonCode(reason);
}

/** The condition that a judged record has a point; its value may still be missing. */
export const hasPoint = `(reason IS NULL OR reason IN (${reasonCode("valueMissing")}, ${reasonCode("valueNotNumber")}))`;

/** Columns of judged records besides reason, x, y and v. */
export interface PlacedColumns {
  /** Those to pass on. */
  readonly also: readonly string[];
  /** Whether to add `gx` and `gy`, the coordinates in the grid's CRS. */
  readonly inGrid: boolean;
}

const plain: PlacedColumns = { also: [], inGrid: false };

/** Wraps a query of judged records into one of `slot` (the cell, or the value of {@link slotOf}), x, y and v. */
export function placeDirectly(judged: string, grid: Grid, { also, inGrid }: PlacedColumns = plain): string {
  const located = sqlCellOf(grid, judged, ["reason", "x", "y", "v", ...also]);
  return withSlots(located, slotOf("outside"), inGrid ? [...also, "x AS gx", "y AS gy"] : also);
}

/**
 * The same for points in another CRS than the grid's: they are kept in a scratch table, streamed through the
 * transformation, and their cells are joined to them by position.
 */
export async function placeByTransform(
  judged: string,
  grid: Grid,
  { store, scratch, signal, mask }: Work,
  transform: Pick<CoordinateTransform, "transform">,
  extent: Extent,
  { also, inGrid }: PlacedColumns = plain,
): Promise<string> {
  const [points, slots] = [scratch.sql("points"), scratch.sql("slots")];
  await store.exec(`CREATE OR REPLACE TABLE ${points} AS ${judged}`);
  await store.exec(`CREATE OR REPLACE TABLE ${slots} (slot DOUBLE${inGrid ? ", gx DOUBLE, gy DOUBLE" : ""})`);
  const stream = store.query(
    `SELECT CASE WHEN ${hasPoint} THEN x ELSE 'NaN' END AS x, CASE WHEN ${hasPoint} THEN y ELSE 'NaN' END AS y FROM ${points}`,
    { rows: () => batchRows },
  );
  const batches = slotsOf(stream, slotFinder(grid, mask), transform, extent, inGrid, signal);
  await store.append(scratch.table("slots"), batches, { commitEvery: 1 << 22 });
  const columns = ["reason", "x", "y", "v", ...also, ...(inGrid ? ["gx", "gy"] : [])];
  return withSlots(
    `SELECT ${columns.join(", ")}, CASE WHEN slot >= 0 THEN slot::BIGINT END AS cell, slot FROM ${points} POSITIONAL JOIN ${slots}`,
    "slot::BIGINT",
    inGrid ? [...also, "gx", "gy"] : also,
  );
}

export function withSlots(located: string, missed: number | string, also: readonly string[]): string {
  return `
    SELECT CASE
      WHEN reason IS NULL AND cell IS NOT NULL THEN cell
      WHEN ${hasPoint} AND cell IS NULL THEN ${missed}
      ELSE -1 - reason::BIGINT END AS slot, ${["x", "y", "v", ...also].join(", ")}
    FROM (${located})`;
}

/** The slot of a point on the grid, in the grid's CRS. */
export type SlotFinder = (x: number, y: number) => number;

/** @param mask the cells that are used; default: all */
export function slotFinder(grid: Grid, mask: Mask | undefined): SlotFinder {
  const [outside, domain, masked] = [slotOf("outside"), slotOf("domain"), slotOf("masked")];
  return (x, y) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return domain;
    const cell = cellOf(grid, x, y);
    if (cell < 0) return outside;
    return mask && !mask.has(cell) ? masked : cell;
  };
}

async function* slotsOf(
  points: AsyncIterable<arrow.RecordBatch>,
  slotAt: SlotFinder,
  transform: Pick<CoordinateTransform, "transform">,
  extent: Extent,
  inGrid: boolean,
  signal: AbortSignal,
): AsyncGenerator<arrow.RecordBatch> {
  for await (const batch of points) {
    signal.throwIfAborted();
    const xs = Float64Array.from(batch.getChild("x")!.toArray() as Float64Array);
    const ys = Float64Array.from(batch.getChild("y")!.toArray() as Float64Array);
    transform.transform(xs, ys);
    extent.add(xs, ys);
    const slots = xs.map((x, i) => slotAt(x, ys[i]!));
    yield* arrow.tableFromArrays(inGrid ? { slot: slots, gx: xs, gy: ys } : { slot: slots }).batches;
  }
}
