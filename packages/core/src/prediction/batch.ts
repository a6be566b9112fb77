/** The size that streaming begins with. */
export interface FirstBatch {
  readonly rows: number;
  /** Why, in words. */
  readonly reason: string;
}

/** Share of the memory limit that batches may take: one being joined, one being written, and Arrow's copies of both. */
const batchShare = 0.1;
const batchCopies = 4;

/** The least that `merge.streaming_chunk_size` can be set to. */
const leastRows = 100;

/** The configured number of rows, or fewer where so many would take more than a tenth of the limit. */
export function firstBatch(bytesPerRow: number, configured: number, limitBytes: number): FirstBatch {
  const fitting = Math.max(leastRows, Math.floor((batchShare * limitBytes) / (batchCopies * bytesPerRow)));
  if (fitting >= configured) return { rows: configured, reason: "as configured" };
  return { rows: fitting, reason: "fewer than configured, to take no more than a tenth of the limit" };
}
