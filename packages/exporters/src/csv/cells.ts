import type { ColumnKind } from "../columns.js";
import type { CsvColumn } from "./column.js";

/** The formats of a column; the kernel knows them by these numbers. */
export const INTEGER = 0;
export const FLOAT32 = 1;
export const FLOAT64 = 2;
export const BIGINT = 3;
const TEXT = 4;
export type Way = 0 | 1 | 2 | 3 | 4;

/** Fills in the column's numbers, NaN for NULL, and returns the column's format. */
export function loadCells({ kind, values, validity }: CsvColumn, from: number, cells: Float64Array): Way {
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

const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
/** Integers below 2^53 have upper words below this. */
const SAFE = 2 ** 21;

/** Fills in 64-bit integers as doubles if all of them fit; returns whether they do. */
function loadWide(values: BigInt64Array | BigUint64Array, cells: Float64Array): boolean {
  const { buffer, byteOffset, length } = values;
  const lows = new Uint32Array(buffer, byteOffset, 2 * length);
  const highs =
    values instanceof BigInt64Array
      ? new Int32Array(buffer, byteOffset, 2 * length)
      : new Uint32Array(buffer, byteOffset, 2 * length);
  for (let i = 0; i < length; i++) {
    const high = highs[2 * i + 1 - LOW]!;
    if (high >= SAFE || high < -SAFE) return false;
    cells[i] = high * 0x1_0000_0000 + lows[2 * i + LOW]!;
  }
  return true;
}
