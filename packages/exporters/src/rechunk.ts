import { QuadratError, returnBatch } from "@quadrat/core";
import { makeData, RecordBatch, Struct, util } from "apache-arrow";
import type { DataType, Schema } from "apache-arrow";
import { columnBuffer } from "./column-buffer.js";

/**
 * The same rows in batches of exactly `rows` rows, except for the last one, however the input was cut.
 *
 * Every batch is in one canonical form and has buffers of its own, no longer than necessary: a validity bitmap
 * only if there are nulls, and zeros in place of nulls and in unused bits. The buffers belong to the receiver,
 * which may return them; those of the input are returned here.
 * @throws QuadratError if a batch does not have the columns of `schema`
 */
export async function* rechunk(
  batches: AsyncIterable<RecordBatch>,
  schema: Schema,
  rows: number,
): AsyncGenerator<RecordBatch, void, undefined> {
  const columns = typesOf(schema).map((type) => columnBuffer(type, rows));
  let length = 0;
  const take = (): RecordBatch => {
    const children = columns.map((column) => column.take(length));
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    length = 0;
    return new RecordBatch(schema, data);
  };
  for await (const batch of batches) {
    requireColumns(batch.schema, schema);
    for (let from = 0; from < batch.numRows;) {
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
