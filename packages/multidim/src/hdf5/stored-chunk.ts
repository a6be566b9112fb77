/** Where a chunk is stored. */
export interface StoredChunk {
  readonly address: number;
  readonly bytes: number;
  /** Bit i: filter i was left out. */
  readonly mask: number;
}

/** Finds a chunk by its index in the grid of chunks; undefined: it was never written. */
export type ChunkFinder = (index: readonly number[]) => Promise<StoredChunk | undefined>;
