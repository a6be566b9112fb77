import type { Column, ColumnValues } from "./column.js";

/** Cells of some columns of the grid, row by row. */
export interface ColumnPart {
  readonly width: number;
  readonly column: Column;
}

/**
 * The parts of a band side by side.
 * @param buffer memory that the values may be put into
 */
export function joinColumns(parts: readonly ColumnPart[], rows: number, buffer?: ArrayBuffer): Column {
  const [{ column: first }] = parts as readonly [ColumnPart];
  if (parts.length === 1) return first;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const bytes = rows * width * first.values.BYTES_PER_ELEMENT;
  const room = buffer && buffer.byteLength >= bytes ? buffer : new ArrayBuffer(bytes);
  const values = new (
    first.values.constructor as new (room: ArrayBuffer, at: number, length: number) => ColumnValues
  )(room, 0, rows * width);
  const nulls = parts.reduce((sum, { column }) => sum + column.nulls, 0);
  const validity = nulls === 0 ? undefined : new Uint8Array(Math.ceil((rows * width) / 8));
  let left = 0;
  for (const { width: own, column } of parts) {
    for (let row = 0; row < rows; row++) {
      values.set(column.values.subarray(row * own, (row + 1) * own) as never, row * width + left);
      if (validity) copyBits(column.validity, row * own, validity, row * width + left, own);
    }
    left += own;
  }
  const min = Math.min(...parts.map(({ column }) => column.min));
  const max = Math.max(...parts.map(({ column }) => column.max));
  return { values, validity, nulls, min, max };
}

/** Copies bits of `from` to `to`, where they are all zero; without `from` all are set. */
function copyBits(
  from: Uint8Array | undefined,
  start: number,
  to: Uint8Array,
  at: number,
  count: number,
): void {
  for (let done = 0; done < count;) {
    const place = at + done;
    const shift = place & 7;
    const length = Math.min(8 - shift, count - done);
    const source = start + done;
    const byte = source >> 3;
    const bits = from ? (from[byte]! | ((from[byte + 1] ?? 0) << 8)) >> (source & 7) : 255;
    to[place >> 3]! |= (bits & ((1 << length) - 1)) << shift;
    done += length;
  }
}
