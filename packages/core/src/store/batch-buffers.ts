import type { Data, RecordBatch } from "apache-arrow";
import { keepBuffer, returnBuffer } from "../buffers.js";

/** Gives back the buffers of a batch that nothing uses any more, as far as they were lent. */
export function returnBatch(batch: RecordBatch): void {
  for (const data of batch.data.children) returnData(data);
}

export function returnData(data: Data): void {
  eachBuffer(data, returnBuffer);
}

/** Says that a batch will be read again, by slices of it too: its buffers are not lent any longer. */
export function keepBatch(batch: RecordBatch): void {
  for (const data of batch.data.children) eachBuffer(data, keepBuffer);
}

function eachBuffer(data: Data, visit: (buffer: ArrayBufferLike) => void): void {
  const views = [data.values, data.nullBitmap, data.valueOffsets] as (ArrayBufferView | undefined)[];
  for (const view of views) if (view) visit(view.buffer);
}
