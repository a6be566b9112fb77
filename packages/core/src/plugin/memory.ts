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
  /** Whether all of these are at their least, and memory was critical still. */
  readonly exhausted?: boolean;
}

export type MemoryLevel = "warning" | "critical" | "recovered";

/** A threshold that was crossed. Bytes; `ratio` is used / limit, `time` milliseconds since the epoch. */
export interface MemoryPressure extends MemorySample {
  readonly level: MemoryLevel;
  readonly ratio: number;
  readonly time: number;
}

/**
 * What is to be done about memory: `shrink` halves batches and windows, `stream` does that and streams merges from here
 * on, `keep` leaves the sizes as they are.
 */
export type MemoryVote = "keep" | "shrink" | "stream";

/** Answers at once; undefined abstains. */
export type MemoryVoter = (pressure: MemoryPressure) => MemoryVote | undefined;

/** What stages, exporters and sources may know of the memory of a run, and say about it. */
export interface MemoryForum {
  readonly limitBytes: number;
  /**
   * Calls back when a level is reached; asynchronous callbacks are not waited for. One that throws or hangs is reported
   * by its name and stops nothing. Returns how to unsubscribe.
   */
  on(level: MemoryLevel, callback: (pressure: MemoryPressure) => unknown, name: string): () => void;
  /**
   * Has a say before sizes change. At a warning the strongest vote counts: `stream`, then `shrink`, then `keep`; without
   * votes they shrink, and what was kept shrinks at the next step if memory is still short. At recovery a `keep`
   * puts growing off by a step. When memory is critical nobody is asked. Returns how to withdraw.
   */
  vote(voter: MemoryVoter, name: string): () => void;
}

/** Of the memory in use, what is known to belong to whom, in bytes. Not all of it is known to anyone. */
export interface MemoryParts {
  /** V8's heap of the main thread. */
  readonly heap: number;
  /** Memory of native objects that V8 knows of, array buffers included; and those alone. */
  readonly external: number;
  readonly arrayBuffers: number;
  /** V8's heap and external memory of each worker thread, as of its last call. */
  readonly workers: readonly number[];
  /** DuckDB's buffers, as of its last answer. */
  readonly duckdb: number;
}

/** A measurement that was kept. Time in milliseconds since the epoch. */
export interface KeptSample extends MemorySample {
  readonly time: number;
  readonly parts?: MemoryParts;
}

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
  /** Asked at every measurement; must be cheap. */
  parts?(): MemoryParts;
  /** Nothing is left to give up, and memory is still critical: the run can't be held to its limit. Called once. */
  exhausted?(sample: MemorySample): void;
}

/** Whoever watches the memory of a run. The run starts it, reads its sizes and puts its findings into the report. */
export interface MemoryWatch extends MemoryForum {
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
  /** Measurements so far in order of time; in a long run the highest of each stretch. */
  readonly history: readonly KeptSample[];
  /** Set where this machine, a container or a batch system grants less than was asked for: who does, and how much. */
  readonly limitNote?: string | undefined;
  /**
   * Takes a measurement outside of the rhythm: for work that may fill memory faster than that beats. A backend that takes its
   * time for it is not waited for.
   */
  check?(): Promise<unknown>;
  /** A batch of a stage is done. Cheap: may look for leaks now and then. */
  batchDone(stage: string): void;
  /** Ends the watch for leaks and tells what it has found; at most one for each stage. */
  findLeaks(): readonly SuspectedLeak[];
  start(listener: (pressure: MemoryPressure) => void, observer?: MemoryObserver): void;
  stop(): Promise<void>;
}
