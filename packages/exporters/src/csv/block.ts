import type { ColumnKind } from "../columns.js";
import { DECIMAL_BYTES } from "./decimal.js";
import { writeFloat32 } from "./float32.js";
import { writeFloat64 } from "./float64.js";
import { writeInteger } from "./integer.js";
import { quotedBytes, writeText } from "./quote.js";
import { loadWide } from "./wide.js";

/** A column's buffers in Arrow's layout, as they can be handed to another thread. */
export interface CsvColumn {
  readonly kind: ColumnKind;
  readonly values: ArrayBufferView;
  /** One bit per row, least significant first; undefined where there are no nulls. */
  readonly validity: Uint8Array | undefined;
  /** Of text only: where each row's bytes begin, and the end. */
  readonly offsets: Int32Array | undefined;
}

/** Rows that become one piece of text. */
export interface CsvBlock {
  readonly rows: number;
  readonly columns: readonly CsvColumn[];
}

const COMMA = 44;
const LF = 10;

/** Rows whose numbers lie in the processor's cache while they are written; a multiple of 8. */
const ROWS = 512;

const INTEGER = 0;
const FLOAT32 = 1;
const FLOAT64 = 2;
const BIGINT = 3;
const TEXT = 4;

/** The most bytes that the block's text can take, and what may be touched after them. */
export function textBound({ rows, columns }: CsvBlock): number {
  return columns.reduce((sum, { kind, values }) => {
    const fields = kind === "text" ? rows * quotedBytes(0) + 2 * values.byteLength : rows * DECIMAL_BYTES;
    return sum + fields + rows;
  }, 2 * DECIMAL_BYTES);
}

/**
 * A function that writes the text of a block at `at` of `out`, which must have room for {@link textBound} bytes there, and
 * returns the position after it.
 *
 * All numbers go through one array of doubles, NaN where there is no value: the loop over the fields then meets a
 * single kind of array, which is what makes it fast.
 */
export function createBlockWriter(): (block: CsvBlock, out: Uint8Array, at: number) => number {
  let cells = new Float64Array(0);
  return (block, out, at) => {
    const { columns } = block;
    if (cells.length < ROWS * columns.length) cells = new Float64Array(ROWS * columns.length);
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    for (let from = 0; from < block.rows; from += ROWS) {
      const rows = Math.min(ROWS, block.rows - from);
      const ways = columns.map((column, i) => load(column, from, cells.subarray(i * ROWS, i * ROWS + rows)));
      at = writeRows({ out, view }, at, block.columns, { from, rows }, Uint8Array.from(ways), cells);
    }
    return at;
  };
}

/** Fills in the column's numbers, NaN for NULL, and returns the way that they are written. */
function load({ kind, values, validity }: CsvColumn, from: number, cells: Float64Array): number {
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

function loadValues(kind: ColumnKind, values: ArrayBufferView, cells: Float64Array): number {
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

function writeRows(
  { out, view }: { readonly out: Uint8Array; readonly view: DataView },
  start: number,
  columns: readonly CsvColumn[],
  { from, rows }: { readonly from: number; readonly rows: number },
  ways: Uint8Array,
  cells: Float64Array,
): number {
  const width = columns.length;
  // The last number of each column and where its text is: coordinates and classes come in runs.
  const lastValues = new Float64Array(width).fill(NaN);
  const lastStarts = new Int32Array(width);
  const lastEnds = new Int32Array(width);
  let at = start;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      const value = cells[c * ROWS + row]!;
      if (value === lastValues[c]) {
        const end = lastEnds[c]!;
        for (let i = lastStarts[c]!; i < end; i++) out[at++] = out[i]!;
      } else if (value === value) {
        const way = ways[c]!;
        if (way <= FLOAT64) {
          lastValues[c] = value;
          lastStarts[c] = at;
          at =
            way === FLOAT32
              ? writeFloat32(view, at, value)
              : way === INTEGER
                ? writeInteger(view, at, value)
                : writeFloat64(view, at, value);
          lastEnds[c] = at;
        } else {
          at = writeOther(out, at, columns[c]!, from + row);
        }
      }
      out[at++] = COMMA;
    }
    out[at - 1] = LF;
  }
  return at;
}

function writeOther(out: Uint8Array, at: number, { values, offsets }: CsvColumn, row: number): number {
  if (offsets) return writeText(out, at, values as Uint8Array, offsets[row]!, offsets[row + 1]!);
  const text = (values as BigInt64Array)[row]!.toString();
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}
