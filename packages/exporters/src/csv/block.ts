import { DECIMAL_BYTES } from "./decimal.js";
import { loadCells } from "./cells.js";
import type { CsvColumn } from "./column.js";
import { quotedBytes } from "./quote.js";
import { rowWriter, type RowWriter } from "./rows.js";

/** Rows that are written as one block of text. */
export interface CsvBlock {
  readonly rows: number;
  readonly columns: readonly CsvColumn[];
}

/** The maximum number of bytes of an integer of 32 bits. */
const integerBytes = 11;

/** The maximum number of bytes of the block's text, including bytes after it that may be overwritten. */
export function textBound({ rows, columns }: CsvBlock): number {
  return columns.reduce((sum, { kind, values }) => {
    const number = kind === "integer" ? integerBytes : DECIMAL_BYTES;
    const fields = kind === "text" ? rows * quotedBytes(0) + 2 * values.byteLength : rows * number;
    return sum + fields + rows;
  }, 2 * DECIMAL_BYTES);
}

/**
 * A function that writes the text of a block at `at` of `out`, which must have room for {@link textBound} bytes there, and
 * returns the position after it.
 *
 * All numbers go through one array of doubles, with NaN for no value: the loop over the fields then sees a single kind of
 * array, which makes it fast.
 */
export function createBlockWriter(): (block: CsvBlock, out: Uint8Array, at: number) => number {
  let writer: RowWriter | undefined;
  return ({ columns, rows }, out, at) => {
    const width = columns.length;
    if (writer?.width !== width) {
      writer?.release();
      writer = rowWriter(width);
    }
    const { most } = writer;
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from);
      const part = { columns, from, rows: count };
      writer.reserve(part);
      const cells = writer.cells();
      const ways = columns.map((column, i) =>
        loadCells(column, from, cells.subarray(i * most, i * most + count)),
      );
      at = writer.write(part, ways, out, at);
    }
    return at;
  };
}
