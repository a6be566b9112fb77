import type { ColumnKind } from "../columns.js";
import { DECIMAL_BYTES } from "./decimal.js";
import { load } from "./load.js";
import { quotedBytes } from "./quote.js";
import { scalarRows, type RowWriter } from "./rows.js";
import { vectorRows } from "./vector-rows.js";

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

/** The most bytes that the block's text can take, and what may be touched after them. */
export function textBound({ rows, columns }: CsvBlock): number {
  return columns.reduce((sum, { kind, values }) => {
    const fields = kind === "text" ? rows * quotedBytes(0) + 2 * values.byteLength : rows * DECIMAL_BYTES;
    return sum + fields + rows;
  }, 2 * DECIMAL_BYTES);
}

/** What writes rows of so many columns, and whether of text too. */
type MakeRows = (width: number, text: boolean) => RowWriter;

const makeRows: MakeRows = (width, text) => (text ? undefined : vectorRows(width)) ?? scalarRows(width);

/**
 * A function that writes the text of a block at `at` of `out`, which must have room for {@link textBound} bytes there, and
 * returns the position after it.
 *
 * All numbers go through one array of doubles, NaN where there is no value: the loop over the fields then meets a
 * single kind of array, which is what makes it fast.
 */
export function createBlockWriter(
  make: MakeRows = makeRows,
): (block: CsvBlock, out: Uint8Array, at: number) => number {
  let made: { readonly rows: RowWriter; readonly width: number; readonly text: boolean } | undefined;
  return ({ columns, rows }, out, at) => {
    const width = columns.length;
    const text = columns.some(({ kind }) => kind === "text");
    if (made?.width !== width || made.text !== text) made = { rows: make(width, text), width, text };
    const { most, cells } = made.rows;
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from);
      const ways = columns.map((column, i) => load(column, from, cells.subarray(i * most, i * most + count)));
      at = made.rows.write({ columns, ways: Uint8Array.from(ways), from, rows: count }, out, at);
    }
    return at;
  };
}
