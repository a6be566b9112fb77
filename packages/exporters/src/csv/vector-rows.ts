import { instantiate, placesFrom } from "@quadrat/core/wasm";
import { DECIMAL_BYTES } from "./decimal.js";
import { FLOAT64, type Way } from "./load.js";
import { writeNumber, writeOther, type RowWriter, type Rows } from "./rows.js";
import { LAST_BYTES, otherSource, OVERRUN, rowsFunction } from "./rows-code.js";
import { fillTables, layout, layoutBytes } from "./rows-layout.js";

/** Numbers that lie in the processor's cache while they are written. */
const CELLS = 6144;

/**
 * {@link scalarRows} in WebAssembly, for columns of numbers; undefined where that is not to be had. The text is written
 * in its memory, and copied.
 */
export function vectorRows(width: number): RowWriter | undefined {
  const most = Math.min(512, 8 * Math.max(1, Math.floor(CELLS / width / 8)));
  const places = placesFrom(layoutBytes);
  const cells = places.take(8 * width * most);
  const lasts = places.take(LAST_BYTES * width);
  const ways = places.take(width);
  const text = places.take((DECIMAL_BYTES + 1) * width * most + OVERRUN);

  let current: Rows | undefined;
  const other = (column: number, row: number, at: number): number => {
    const { columns, from } = current!;
    const way = written[ways + column] as Way;
    if (way > FLOAT64) return writeOther(written, at, columns[column]!, from + row);
    return writeNumber(view, at, numbers[column * most + row]!, way);
  };
  const imports = { other: { ...otherSource, call: other } };
  const made = instantiate({ writeRows: rowsFunction }, places.bytes, imports);
  if (!made) return undefined;
  const { writeRows } = made;
  const { buffer } = made.memory;
  fillTables(buffer);
  const written: Uint8Array = new Uint8Array(buffer);
  const view = new DataView(buffer);
  const numbers = new Float64Array(buffer, cells, width * most);
  const lastWritten = new Float64Array(buffer, lasts, (LAST_BYTES / 8) * width);
  return {
    most,
    cells: numbers,
    write(rows, out, at) {
      current = rows;
      written.set(rows.ways, ways);
      lastWritten.fill(NaN);
      writeRows(rows.rows, width, text, cells, 8 * most, ways, lasts);
      const end = view.getUint32(layout.result, true);
      out.set(written.subarray(text, end), at);
      return at + end - text;
    },
  };
}
