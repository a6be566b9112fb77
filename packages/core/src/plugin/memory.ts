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
