import type { RecordBatch, Schema } from "apache-arrow";
import { columnKinds } from "../columns.js";
import { columnsOf } from "./csv.js";
import { createBlockWriter, textBound } from "./block.js";
import { headerLine } from "./quote.js";

/**
 * A table as the CSV exporter writes it, part by part: the header, then a part per batch, whose rows begin at the start of
 * its buffers. A part is valid until the next one is requested.
 * @throws QuadratError of kind "output" for a column that is neither a number nor text
 */
export async function* csvText(
  schema: Schema,
  batches: AsyncIterable<RecordBatch>,
): AsyncGenerator<Uint8Array> {
  const kinds = columnKinds(schema, "csv");
  const write = createBlockWriter();
  yield headerLine(schema.fields.map(({ name }) => name));
  let out = new Uint8Array(0);
  for await (const batch of batches) {
    const block = { rows: batch.numRows, columns: columnsOf(batch, kinds) };
    const bound = textBound(block);
    if (out.length < bound) out = new Uint8Array(bound);
    yield out.subarray(0, write(block, out, 0));
  }
}
