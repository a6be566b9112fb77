/** One reading of memory, in bytes. */
export interface MemorySample {
  readonly used: number;
  readonly limit: number;
}

/** Measures memory. Called a few times a second: it must be cheap and must not block. */
export interface MemoryBackend {
  sample(): MemorySample | Promise<MemorySample>;
  close?(): void | Promise<void>;
}

/** What the pipeline reads before every batch; whoever watches the memory changes it in between. */
export interface Sizes {
  /** Rows of a streamed batch. */
  readonly batchRows: number;
  /** Edge of a source window, in pixels: at most its square is read at once. */
  readonly windowSize: number;
  /** Whether a merge must be streamed from here on. */
  readonly streaming: boolean;
}

export type MemoryLevel = "warning" | "critical" | "recovered";

/** Something that was changed because of memory. */
export interface Adaptation {
  /** ISO 8601. */
  readonly time: string;
  readonly level: MemoryLevel;
  /** Used memory as a share of the limit. */
  readonly ratio: number;
  readonly action: string;
}

/** Whoever watches the memory of a run. The run starts it, reads its sizes and puts its findings into the report. */
export interface MemoryWatch {
  readonly limitBytes: number;
  readonly sizes: Sizes;
  /** The smallest batch there was, in rows. */
  readonly minBatchRows: number;
  readonly adaptations: readonly Adaptation[];
  /** High-water mark of the resident set, in bytes. */
  peakRss(): number;
  /** Merges must stream from here on. */
  startStreaming(): void;
  start(listener: (level: MemoryLevel) => void): void;
  stop(): Promise<void>;
}
