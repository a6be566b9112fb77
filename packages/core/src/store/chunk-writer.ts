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
  if (data.nullCount === 0) return;
  const mask = new Uint8Array(Math.ceil(count / 64) * 8);
  if (copyBits(data.nullBitmap, data.offset + from, mask, 0, count) === count) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength);
}
