import type { RecordBatch, Schema } from "apache-arrow";
import { CollectingFileWriter } from "./file-writer.js";

/** Record batches as the bytes of an Arrow IPC file, part by part. */
export async function* arrowBytes(
  schema: Schema,
  batches: AsyncIterable<RecordBatch>,
): AsyncGenerator<Uint8Array> {
  const writer = new CollectingFileWriter();
  writer.reset(undefined, schema);
  for await (const batch of batches) {
    writer.write(batch);
    yield* writer.take();
  }
  writer.close();
  yield* writer.take();
}
