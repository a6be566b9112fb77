/** The batch size with which streaming begins. */
export interface FirstBatch {
  readonly rows: number;
  /** The reason, in words. */
  readonly reason: string;
}

/** Share of the memory limit that batches may use: one being joined, one being written, and Arrow's copies of both. */
const batchShare = 0.1;
const batchCopies = 4;

/** The minimum of `merge.streaming_chunk_size`. */
const leastRows = 100;

/** The configured number of rows, or fewer if these would take more than a tenth of the limit. */
export function firstBatch(bytesPerRow: number, configured: number, limitBytes: number): FirstBatch {
  const fitting = Math.max(leastRows, Math.floor((batchShare * limitBytes) / (batchCopies * bytesPerRow)));
  if (fitting >= configured) return { rows: configured, reason: "as configured" };
  return { rows: fitting, reason: "fewer than configured, to take no more than a tenth of the limit" };
}
