import duckdb from "@duckdb/node-bindings";
import type { DuckDBDataChunk } from "@duckdb/node-api";
import type * as arrow from "apache-arrow";
import { QuadratError } from "../errors.js";
import type { Values } from "./arrow-bridge.js";
import { copyBits } from "./bits.js";

/**
 * Copies rows `[from, from + count)` of a fixed-width Arrow vector into a column of a data chunk.
 * The chunk's row count must be `count`.
 * @throws QuadratError of kind "internal" if the widths of the types differ
 */
export function writeColumn(
  chunk: DuckDBDataChunk,
  column: number,
  data: arrow.Data,
  from: number,
  count: number,
  width: number,
): void {
  const values = data.values as Values | undefined;
  if (!values || values.BYTES_PER_ELEMENT !== width) {
    throw new QuadratError(
      "internal",
      `column ${column} of Arrow type ${data.typeId} does not fit its table`,
    );
  }
  if (data.length < from + count) {
    throw new QuadratError(
      "internal",
      `column ${column} has ${data.length} rows, but ${from + count} are needed`,
    );
  }
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  // The values of a Data already start at its offset; its validity bits do not.
  duckdb.copy_data_to_vector(
    vector,
    0,
    values.buffer as ArrayBuffer,
    values.byteOffset + from * width,
    count * width,
  );
  writeValidity(vector, data, from, count);
}

/** The offset and the length of each list of a vector: numbers of 64 bits, of which the upper half is 0. */
let entries = new Uint32Array(0);

/**
 * The same for lists of values of a fixed width, none of which is NULL.
 * @param width that of a value
 */
export function writeLists(
  chunk: DuckDBDataChunk,
  column: number,
  data: arrow.Data,
  from: number,
  count: number,
  width: number,
): void {
  const offsets = data.valueOffsets as Int32Array | undefined;
  const values = data.children[0]?.values as Values | undefined;
  if (!offsets || !values || values.BYTES_PER_ELEMENT !== width || offsets.length <= from + count) {
    throw new QuadratError(
      "internal",
      `column ${column} of Arrow type ${data.typeId} does not fit its table of lists`,
    );
  }
  const first = offsets[from]!;
  const total = offsets[from + count]! - first;
  if (entries.length < 4 * count) entries = new Uint32Array(4 * count);
  for (let row = 0; row < count; row++) {
    entries[4 * row] = offsets[from + row]! - first;
    entries[4 * row + 2] = offsets[from + row + 1]! - offsets[from + row]!;
  }
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, 16 * count);
  duckdb.list_vector_reserve(vector, total);
  duckdb.list_vector_set_size(vector, total);
  if (total > 0) {
    const at = values.byteOffset + first * width;
    const child = duckdb.list_vector_get_child(vector);
    duckdb.copy_data_to_vector(child, 0, values.buffer as ArrayBuffer, at, total * width);
  }
  writeValidity(vector, data, from, count);
}

function writeValidity(vector: duckdb.Vector, data: arrow.Data, from: number, count: number): void {
  if (data.nullCount === 0) return;
  const mask = new Uint8Array(Math.ceil(count / 64) * 8);
  if (copyBits(data.nullBitmap, data.offset + from, mask, 0, count) === count) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength);
}
