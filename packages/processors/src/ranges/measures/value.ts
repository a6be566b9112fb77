import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { drained, type CellSink } from "../cells/cell-sink.js";
import type { RowRecords } from "../cells/row-records.js";
import type { CellGrid } from "../cells/shape.js";
import { leastCover } from "../cells/cover.js";
import type { RangePlan } from "../plan.js";

/** The fraction from which on a cell belongs to a polygon. */
export function leastOf({ rule, threshold }: RangePlan): number {
  return rule === "coverage" ? Math.max(leastCover, threshold - leastCover) : 0;
}

/**
 * For each cell the polygon that covers most of it, of equal ones the first of the input.
 * @param least the fraction from which on a cell belongs to a polygon
 * @param codeOf the value as a number of a polygon that covers this fraction of the cell; NaN for none
 */
export function* valuesOfLargest(
  records: RowRecords,
  { width }: CellGrid,
  least: number,
  codeOf: (polygon: number, fraction: number) => number,
  sink: CellSink,
): Generator<arrow.RecordBatch | NullRows> {
  const best = new Float64Array(width).fill(-1);
  const owner = new Int32Array(width);
  /** The polygon that was looked at last, and its fraction: one around the globe may cover a cell from both sides. */
  const recent = new Int32Array(width).fill(-1);
  const parts = new Float64Array(width);
  for (const { words, doubles, rows } of records.bands()) {
    for (const { row, from, end } of rows) {
      let [low, high] = [width, 0];
      for (let at = from; at < end; at += records.size) {
        const fraction = doubles[(at + 4) / 2]!;
        if (fraction < least) continue;
        const [polygon, first, last] = [words[at + 1]!, words[at + 2]!, words[at + 3]!];
        low = Math.min(low, first);
        high = Math.max(high, last);
        for (let column = first; column < last; column++) {
          const total = recent[column] === polygon ? parts[column]! + fraction : fraction;
          recent[column] = polygon;
          parts[column] = total;
          // Equal fractions may differ by rounding.
          if (total <= best[column]! + leastCover) continue;
          best[column] = total;
          owner[column] = polygon;
        }
      }
      for (let column = low; column < high; column++) {
        if (best[column]! < 0) continue;
        const value = codeOf(owner[column]!, best[column]!);
        best[column] = -1;
        recent[column] = -1;
        if (!Number.isNaN(value)) sink.add(row * width + column, value);
      }
      yield* drained(sink, false);
    }
  }
  yield* drained(sink, true);
}
