import { QuadratError, returnBatch, returnBuffer, takeBuffer } from "@quadrat/core";
import { reclaim } from "@quadrat/core/base";
import { recordBatch } from "@quadrat/core/host";
import { makeData, Struct, util } from "apache-arrow";
import type { DataType, RecordBatch, Schema } from "apache-arrow";
import { columnBuffer } from "./column-buffer.js";

/**
 * With at least this many columns, those of a batch share one buffer of at most this length: each buffer of its own is an object to
 * be collected and to be passed to a thread, and of hundreds of columns with few rows they would be more objects than values. And the
 * bytes that the objects of such a column take.
 */
const sharing = { columns: 16, mostBytes: 8 * 2 ** 20, objectBytes: 1024 };

/**
 * The same rows in batches of exactly `rows` rows, except for the last one, however the input was cut.
 *
 * Every batch is in one canonical form: a validity bitmap only if there are nulls, and zeros in place of nulls and in
 * unused bits. Its buffers belong to the receiver, which may return them; many columns may share one. Those of the input are
 * returned here.
 * @throws QuadratError if a batch does not have the columns of `schema`
 */
export async function* rechunk(
  batches: AsyncIterable<RecordBatch>,
  schema: Schema,
  rows: number,
): AsyncGenerator<RecordBatch, void, undefined> {
  const columns = typesOf(schema).map((type) => columnBuffer(type, rows));
  const sharedBytes = columns.reduce((sum, { roomBytes }) => sum + roomBytes, 0);
  let shared: ArrayBuffer | undefined;
  const begin = (): void => {
    if (columns.length < sharing.columns || sharedBytes === 0 || sharedBytes > sharing.mostBytes) return;
    reclaim(sharing.objectBytes * columns.length);
    shared = takeBuffer(sharedBytes);
    let byteOffset = 0;
    for (const column of columns) {
      column.useRoom({ buffer: shared, byteOffset });
      byteOffset += column.roomBytes;
    }
  };
  let length = 0;
  const take = (): RecordBatch => {
    const children = columns.map((column) => column.take(length));
    // A shorter batch has buffers of its own.
    if (shared && length < rows) returnBuffer(shared);
    shared = undefined;
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    length = 0;
    return recordBatch(schema, data);
  };
  for await (const batch of batches) {
    requireColumns(batch.schema, schema);
    for (let from = 0; from < batch.numRows;) {
      if (length === 0) begin();
      const count = Math.min(rows - length, batch.numRows - from);
      columns.forEach((column, i) => column.append(batch.data.children[i]!, from, length, count));
      from += count;
      length += count;
      if (from === batch.numRows) returnBatch(batch);
      if (length === rows) yield take();
    }
  }
  if (length > 0) yield take();
}

function requireColumns(found: Schema, wanted: Schema): void {
  if (found === wanted) return;
  const [types, wantedTypes] = [typesOf(found), typesOf(wanted)];
  if (
    types.length === wantedTypes.length &&
    wantedTypes.every((type, i) => util.compareTypes(type, types[i]))
  )
    return;
  throw new QuadratError(
    "internal",
    `a batch has columns of types ${types.map(String).join(", ")}, but the table's are ${wantedTypes.map(String).join(", ")}`,
  );
}

function typesOf(schema: Schema): DataType[] {
  return schema.fields.map((field) => field.type as DataType);
}
