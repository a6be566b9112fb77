import type { ColumnKind } from "../columns.js";
import type { CsvColumn } from "./block.js";
import { loadWide } from "./wide.js";

/** The ways that a column is written. */
export const INTEGER = 0;
export const FLOAT32 = 1;
export const FLOAT64 = 2;
export const BIGINT = 3;
export const TEXT = 4;
export type Way = 0 | 1 | 2 | 3 | 4;

/** Fills in the column's numbers, NaN for NULL, and returns the way that they are written. */
export function load({ kind, values, validity }: CsvColumn, from: number, cells: Float64Array): Way {
  const way = loadValues(kind, (values as Float64Array).subarray(from, from + cells.length), cells);
  if (validity) {
    for (let row = 0; row < cells.length; row += 8) {
      const bits = validity[(from + row) >> 3]!;
      if (bits === 0xff) continue;
      const end = Math.min(row + 8, cells.length);
      for (let at = row; at < end; at++) if (((bits >> (at & 7)) & 1) === 0) cells[at] = NaN;
    }
  }
  return way;
}

function loadValues(kind: ColumnKind, values: ArrayBufferView, cells: Float64Array): Way {
  switch (kind) {
    case "text":
      cells.fill(0);
      return TEXT;
    case "int64":
      if (loadWide(values as BigInt64Array, cells)) return INTEGER;
      cells.fill(0);
      return BIGINT;
    case "integer":
    case "float32":
    case "float64":
      cells.set(values as Float64Array);
      return kind === "integer" ? INTEGER : kind === "float32" ? FLOAT32 : FLOAT64;
  }
}
