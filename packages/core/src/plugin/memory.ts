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

/** Memory that grew from batch to batch and was not given back. */
export interface SuspectedLeak {
  readonly stage: string;
  /** Where what is held was allocated. */
  readonly operation: string;
  readonly batches: number;
  readonly bytesPerBatch: number;
  readonly grownBytes: number;
}

/** Told of what is measured, beside the levels. */
export interface MemoryObserver {
  /** Every measurement, after the levels that it reached. */
  reading?(sample: MemorySample & { readonly time: number }): void;
  /** Nothing is left to give up, and memory is still critical: the run can't be held to its limit. Called once. */
  exhausted?(sample: MemorySample): void;
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
  /** Batches begin at, and grow back to, so many rows. */
  startBatches?(rows: number): void;
  /** Writes down something else that was changed because of memory, with the ratio of the moment. */
  note(level: MemoryLevel, action: string): void;
  /** Measurements so far in order of time; in a long run the highest of each stretch. Times in milliseconds since the epoch. */
  readonly history: readonly (MemorySample & { readonly time: number })[];
  /** A batch of a stage is done. Cheap: may look for leaks now and then. */
  batchDone(stage: string): void;
  /** Ends the watch for leaks and tells what it has found; at most one for each stage. */
  findLeaks(): readonly SuspectedLeak[];
  start(listener: (level: MemoryLevel) => void, observer?: MemoryObserver): void;
  stop(): Promise<void>;
}
