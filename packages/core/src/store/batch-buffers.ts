import type { Data, RecordBatch } from "apache-arrow";
import { keepBuffer, returnBuffer } from "../buffers.js";

/** Returns the buffers of a batch that is no longer used, as far as they were lent. */
export function returnBatch(batch: RecordBatch): void {
  for (const data of batch.data.children) returnData(data);
}

export function returnData(data: Data): void {
  eachBuffer(data, returnBuffer);
}

/** Marks the buffers of a batch as retained, because the batch or slices of it will be read again. */
export function keepBatch(batch: RecordBatch): void {
  for (const data of batch.data.children) eachBuffer(data, keepBuffer);
}

function eachBuffer(data: Data, visit: (buffer: ArrayBufferLike) => void): void {
  const views = [data.values, data.nullBitmap, data.valueOffsets] as (ArrayBufferView | undefined)[];
  for (const view of views) if (view) visit(view.buffer);
}
