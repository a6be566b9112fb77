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

/** What the pipeline reads before every batch; the memory watch changes it in between. */
export interface Sizes {
  /** Rows of a streamed batch. */
  readonly batchRows: number;
  /** Edge length of a source window, in pixels: at most its square is read at once. */
  readonly windowSize: number;
  /** Whether a merge must be streamed from now on. */
  readonly streaming: boolean;
  /** Whether all of these are at their minimum while memory is still critical. */
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
 * What to do about memory: `shrink` halves batches and windows, `stream` does that and streams merges from now on,
 * `keep` leaves the sizes unchanged.
 */
export type MemoryVote = "keep" | "shrink" | "stream";

/** Must answer synchronously; undefined abstains. */
export type MemoryVoter = (pressure: MemoryPressure) => MemoryVote | undefined;

/** What stages, exporters and sources may know about the memory of a run, and how they can influence it. */
export interface MemoryForum {
  readonly limitBytes: number;
  /**
   * Subscribes to a level; nothing waits for asynchronous callbacks. A callback that throws or hangs is reported by
   * name and stops nothing. Returns a function that unsubscribes.
   */
  on(level: MemoryLevel, callback: (pressure: MemoryPressure) => unknown, name: string): () => void;
  /**
   * Registers a voter that is asked before sizes change. At a warning the strongest vote counts: `stream`, then
   * `shrink`, then `keep`; without votes sizes shrink, and sizes that were kept shrink at the next step if memory is
   * still short. At recovery a `keep` delays growing by a step. When memory is critical there is no vote. Returns a
   * function that withdraws the voter.
   */
  vote(voter: MemoryVoter, name: string): () => void;
}

/** The known parts of the memory in use, in bytes. They do not add up to all of it. */
export interface MemoryParts {
  /** V8's heap of the main thread. */
  readonly heap: number;
  /** Memory of native objects that V8 knows about, including array buffers; and of array buffers alone. */
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

/** A change made because of memory. */
export interface Adaptation {
  /** ISO 8601. */
  readonly time: string;
  readonly level: MemoryLevel;
  /** Used memory in relation to the limit. */
  readonly ratio: number;
  readonly action: string;
}

/** Memory that grew from batch to batch and was not given back. */
export interface SuspectedLeak {
  readonly stage: string;
  /** Where the held memory was allocated. */
  readonly operation: string;
  readonly batches: number;
  readonly bytesPerBatch: number;
  readonly grownBytes: number;
}

/** Callbacks for measurements, besides the levels. */
export interface MemoryObserver {
  /** Called with every measurement, after the levels that it reached. */
  reading?(sample: MemorySample & { readonly time: number }): void;
  /** Called at every measurement; must be cheap. */
  parts?(): MemoryParts;
  /** Called once, when nothing is left to give up and memory is still critical: the run can't be held to its limit. */
  exhausted?(sample: MemorySample): void;
}

/** The memory watch of a run. The run starts it, reads its sizes and puts its findings into the report. */
export interface MemoryWatch extends MemoryForum {
  readonly sizes: Sizes;
  /** The smallest batch so far, in rows. */
  readonly minBatchRows: number;
  readonly adaptations: readonly Adaptation[];
  /** High-water mark of the resident set, in bytes. */
  peakRss(): number;
  /** Makes merges stream from now on. */
  startStreaming(): void;
  /** Makes batches start with, and grow back to, this many rows. */
  startBatches?(rows: number): void;
  /** Records another change made because of memory, with the current ratio. */
  note(level: MemoryLevel, action: string): void;
  /** The measurements so far in order of time; in a long run the highest of each period. */
  readonly history: readonly KeptSample[];
  /** Set if this machine, a container or a batch system grants less than was requested: which of them, and how much. */
  readonly limitNote?: string | undefined;
  /**
   * Takes a measurement outside of the regular interval, for work that may fill memory faster than that. It does not wait for
   * a slow backend.
   */
  check?(): Promise<unknown>;
  /** Reports that a batch of a stage is done. Cheap; it may look for leaks now and then. */
  batchDone(stage: string): void;
  /** Ends the search for leaks and returns what was found; at most one for each stage. */
  findLeaks(): readonly SuspectedLeak[];
  start(listener: (pressure: MemoryPressure) => void, observer?: MemoryObserver): void;
  stop(): Promise<void>;
}
