import type { DataType } from "@quadrat/core";
import { allocateValues, type Column, type ColumnValues } from "./column.js";

/** Cells of some columns of the grid, row by row. */
export interface ColumnPart {
  /** The first column, if there are gaps between parts. */
  readonly left?: number;
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
  const values = new (first.values.constructor as ValuesType)(room, 0, rows * width);
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

/**
 * A band of which parts alone have values, in rows of so many cells.
 * @param buffer memory that the values may be put into
 */
export function placeColumns(
  parts: readonly ColumnPart[],
  { rows, width, type }: { readonly rows: number; readonly width: number; readonly type: DataType },
  buffer?: ArrayBuffer,
): Column {
  const values = valuesIn(type, rows * width, buffer);
  const validity = new Uint8Array(Math.ceil((rows * width) / 8));
  let [nulls, min, max] = [rows * width, Infinity, -Infinity];
  for (const { left = 0, width: own, column } of parts) {
    for (let row = 0; row < rows; row++) {
      const at = row * width + left;
      values.set(column.values.subarray(row * own, (row + 1) * own) as never, at);
      copyBits(column.validity, row * own, validity, at, own);
    }
    nulls -= rows * own - column.nulls;
    min = Math.min(min, column.min);
    max = Math.max(max, column.max);
  }
  return { values, validity: nulls === 0 ? undefined : validity, nulls, min, max };
}

/** Zeros, in a buffer if they have room there. */
function valuesIn(type: DataType, count: number, buffer: ArrayBuffer | undefined): ColumnValues {
  const fresh = allocateValues(type, buffer ? 0 : count);
  const bytes = count * fresh.BYTES_PER_ELEMENT;
  if (!buffer) return fresh;
  if (buffer.byteLength < bytes) return allocateValues(type, count);
  new Uint8Array(buffer, 0, bytes).fill(0);
  return new (fresh.constructor as ValuesType)(buffer, 0, count);
}

type ValuesType = new (room: ArrayBuffer, at: number, length: number) => ColumnValues;

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
