import type { CsvColumn } from "./block.js";
import { writeFloat32 } from "./float32.js";
import { writeFloat64 } from "./float64.js";
import { writeInteger } from "./integer.js";
import { FLOAT32, FLOAT64, INTEGER, type Way } from "./load.js";
import { writeText } from "./quote.js";

const COMMA = 44;
const LF = 10;

/** Rows of a block whose numbers are in the cells. */
export interface Rows {
  readonly columns: readonly CsvColumn[];
  readonly ways: Uint8Array;
  readonly from: number;
  readonly rows: number;
}

/** Writes rows of a number of columns. */
export interface RowWriter {
  /** The most rows at a time, a multiple of 8. */
  readonly most: number;
  /** Of each column so many numbers, NaN where there is none, to be filled in before the rows are written. */
  readonly cells: Float64Array;
  /** Writes the rows at `at` of `out` and returns the position after them. */
  write(rows: Rows, out: Uint8Array, at: number): number;
}

/** Rows whose numbers lie in the processor's cache while they are written. */
const ROWS = 512;

/** A writer of rows of any columns. */
export function scalarRows(width: number): RowWriter {
  const cells = new Float64Array(ROWS * width);
  return {
    most: ROWS,
    cells,
    write: (rows, out, at) => {
      const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
      return writeRows({ out, view }, at, rows, cells);
    },
  };
}

function writeRows(
  { out, view }: { readonly out: Uint8Array; readonly view: DataView },
  start: number,
  { columns, ways, from, rows }: Rows,
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
          at = writeNumber(view, at, value, way as Way);
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

export function writeNumber(view: DataView, at: number, value: number, way: Way): number {
  if (way === FLOAT32) return writeFloat32(view, at, value);
  return way === INTEGER ? writeInteger(view, at, value) : writeFloat64(view, at, value);
}

export function writeOther(out: Uint8Array, at: number, { values, offsets }: CsvColumn, row: number): number {
  if (offsets) return writeText(out, at, values as Uint8Array, offsets[row]!, offsets[row + 1]!);
  const text = (values as BigInt64Array)[row]!.toString();
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}
