import { kernels, type Block } from "@quadrat/kernels";
import type { CsvColumn } from "./column.js";
import { BIGINT, FLOAT32, FLOAT64, INTEGER, type Way } from "./cells.js";
import { DECIMAL_BYTES, placeBytes, quads, writeInteger } from "./decimal.js";
import { writeFloat32 } from "./float32.js";
import { writeFloat64 } from "./float64.js";
import { quotedBytes, writeText } from "./quote.js";

/** Some rows of columns. */
export interface Rows {
  readonly columns: readonly CsvColumn[];
  readonly from: number;
  readonly rows: number;
}

/** Writes rows of a number of columns. */
export interface RowWriter {
  readonly width: number;
  /** The maximum number of rows at a time, a multiple of 8. */
  readonly most: number;
  /** Makes room for the rows' text; call it before `cells`. */
  reserve(rows: Rows): void;
  /** For each column `most` numbers, NaN for none; fill them in before writing the rows. */
  cells(): Float64Array;
  /** Writes the rows, each column in its format, at `at` of `out` and returns the position after them. */
  write(rows: Rows, ways: readonly Way[], out: Uint8Array, at: number): number;
  release(): void;
}

/** As many numbers as stay in the processor's cache while they are written. */
const CELLS = 6144;
/** The bytes in which the kernel keeps the last field it wrote of a column. */
const LAST_BYTES = 16;
/** The bytes that it may touch after the text. */
const OVERRUN = 48;

/**
 * A writer of rows of `width` columns that uses the kernel; fields that are not float32 are written here, into the
 * kernel's memory.
 */
export function rowWriter(width: number): RowWriter {
  const k = kernels();
  const most = Math.min(512, 8 * Math.max(1, Math.floor(CELLS / width / 8)));
  const numbers = k.arena.take(8 * width * most);
  const lasts = k.arena.take(LAST_BYTES * width);
  const ways = k.arena.take(width);
  let text: Block | undefined;
  const cells = k.arena.view(Float64Array, numbers.at, width * most);
  const lastWritten = k.arena.view(Float64Array, lasts.at, (LAST_BYTES / 8) * width);
  const waysThere = k.arena.view(Uint8Array, ways.at, width);
  k.arena.view(Uint32Array, k.csvQuads.value, quads.length)().set(quads);
  k.arena.view(Uint8Array, k.csvPlaceBytes.value, placeBytes.length)().set(placeBytes);
  return {
    width,
    most,
    cells,
    reserve(rows) {
      const bytes = textBytes(rows) + OVERRUN;
      if (text && text.bytes >= bytes) return;
      text?.release();
      text = k.arena.take(bytes);
    },
    write(rows, columnWays, out, at) {
      const { buffer } = cells();
      const bytes = new Uint8Array(buffer);
      waysThere().set(columnWays);
      lastWritten().fill(NaN);
      k.host.writeField = fieldWriter(rows, columnWays, cells(), most, bytes);
      const end = k.writeCsvRows(rows.rows, width, text!.at, numbers.at, 8 * most, ways.at, lasts.at);
      out.set(bytes.subarray(text!.at, end), at);
      return at + end - text!.at;
    },
    release() {
      for (const block of [numbers, lasts, ways, text]) block?.release();
    },
  };
}

/** The maximum number of bytes of the rows' text. */
function textBytes({ columns, from, rows }: Rows): number {
  return columns.reduce((sum, { offsets }) => {
    if (!offsets) return sum + rows * (DECIMAL_BYTES + 1);
    return sum + rows * (quotedBytes(0) + 1) + 2 * (offsets[from + rows]! - offsets[from]!);
  }, 0);
}

/** The function that the kernel calls for fields that it does not write itself. */
function fieldWriter(
  { columns, from }: Rows,
  ways: readonly Way[],
  cells: Float64Array,
  most: number,
  bytes: Uint8Array<ArrayBuffer>,
): (column: number, row: number, at: number) => number {
  const view = new DataView(bytes.buffer);
  return (column, row, at) => {
    const value = cells[column * most + row]!;
    switch (ways[column]!) {
      case INTEGER:
        return writeInteger(view, at, value);
      case FLOAT32:
        return writeFloat32(view, at, value);
      case FLOAT64:
        return writeFloat64(view, at, value);
      case BIGINT:
        return writeBigInt(bytes, at, (columns[column]!.values as BigInt64Array)[from + row]!);
      default: {
        const { values, offsets } = columns[column]!;
        return writeText(bytes, at, values as Uint8Array, offsets![from + row]!, offsets![from + row + 1]!);
      }
    }
  };
}

function writeBigInt(out: Uint8Array, at: number, value: bigint): number {
  const text = value.toString();
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}
