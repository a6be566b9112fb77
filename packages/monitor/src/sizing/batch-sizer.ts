import { QuadratError, type MemoryLevel, type Sizes } from "@quadrat/core";
import type { Adaptation } from "@quadrat/core/host";
import type { MemoryMonitor } from "../watch/monitor.js";
import type { MemoryEvent, MemoryReading } from "../watch/reading.js";
import type { Ballot, Decision } from "./ballot.js";

/** The minimum and maximum of a size. */
export interface SizeBounds {
  readonly min: number;
  readonly max: number;
}

export interface BatchSizerOptions {
  /** Rows to start with, and to grow back to. */
  readonly batchRows: number;
  /** Pixels to start with, and to grow back to. */
  readonly windowSize: number;
  /** Whether the merge streams from the start; default no. */
  readonly streaming?: boolean;
  /** Default 100 to 1,000,000 rows. */
  readonly batchBounds?: SizeBounds;
  /** Default 256 to 2048 pixels. */
  readonly windowBounds?: SizeBounds;
  /** Milliseconds between two steps of growing, or of shrinking while memory stays critical; default 2000. */
  readonly stepMs?: number;
}

/** The reading that causes an adaptation, and its level by the thresholds. */
export type AdaptationCause = Pick<MemoryReading, "time" | "ratio"> & { readonly level: MemoryLevel };

/** A change of the sizes, with the new sizes. */
export interface SizeAdaptation extends Adaptation, Sizes {}

/** What a sizer needs from a monitor. */
export type WatchedMonitor = Pick<MemoryMonitor, "on" | "onReading" | "thresholds" | "state">;

const growth = 1.25;

/**
 * The sizes that the pipeline reads before every batch. They halve when memory is short and grow by a quarter at a
 * time when it is plentiful again, never above what they started with. Streaming, once switched to, stays.
 */
export class BatchSizer implements Sizes {
  #start: Pick<Sizes, "batchRows" | "windowSize">;
  readonly #least: Pick<Sizes, "batchRows" | "windowSize">;
  readonly #stepMs: number;
  readonly #adaptations: SizeAdaptation[] = [];
  #batchRows: number;
  #windowSize: number;
  #streaming: boolean;
  #minBatchRows: number;

  /** @throws QuadratError if a size is not a whole number within its bounds */
  constructor(options: BatchSizerOptions) {
    const { batchBounds = { min: 100, max: 1_000_000 }, windowBounds = { min: 256, max: 2048 } } = options;
    this.#batchRows = inBounds(options.batchRows, batchBounds, "merge.streaming_chunk_size", "rows");
    this.#windowSize = inBounds(options.windowSize, windowBounds, "resampling.window_size", "pixels");
    this.#streaming = options.streaming ?? false;
    this.#minBatchRows = this.#batchRows;
    this.#start = { batchRows: this.#batchRows, windowSize: this.#windowSize };
    this.#least = { batchRows: batchBounds.min, windowSize: windowBounds.min };
    this.#stepMs = options.stepMs ?? 2000;
  }

  get batchRows(): number {
    return this.#batchRows;
  }

  get windowSize(): number {
    return this.#windowSize;
  }

  get streaming(): boolean {
    return this.#streaming;
  }

  /** The smallest batch so far. */
  get minBatchRows(): number {
    return this.#minBatchRows;
  }

  /** Every change, in order, with the reading that explains it. */
  get adaptations(): readonly SizeAdaptation[] {
    return [...this.#adaptations];
  }

  /** Whether nothing has been given up. */
  get #whole(): boolean {
    return this.#batchRows === this.#start.batchRows && this.#windowSize === this.#start.windowSize;
  }

  /** Whether nothing is left to give up: both sizes at their minimum, and streaming. */
  get exhausted(): boolean {
    return (
      this.#streaming &&
      this.#batchRows === this.#least.batchRows &&
      this.#windowSize === this.#least.windowSize
    );
  }

  /** Halves both sizes, down to their minimum. Returns whether that changed anything. */
  shrink(cause: AdaptationCause): boolean {
    const half = (size: number, least: number): number => Math.max(least, Math.floor(size / 2));
    return this.#resize(
      half(this.#batchRows, this.#least.batchRows),
      half(this.#windowSize, this.#least.windowSize),
      cause,
    );
  }

  /** Grows both sizes by a quarter, up to what they started with. Returns whether that changed anything. */
  grow(cause: AdaptationCause): boolean {
    const more = (size: number, start: number): number => Math.min(start, Math.ceil(size * growth));
    return this.#resize(
      more(this.#batchRows, this.#start.batchRows),
      more(this.#windowSize, this.#start.windowSize),
      cause,
    );
  }

  /** Makes the merge stream from the next batch on. Returns whether that changed anything. */
  switchToStreaming(cause: AdaptationCause, why = ""): boolean {
    if (this.#streaming) return false;
    this.#streaming = true;
    this.#record(cause, `switch to streaming${why}`);
    return true;
  }

  /** Records what others have changed for the same reason. */
  note(cause: AdaptationCause, action: string): void {
    this.#record(cause, action);
  }

  /** Streams from the next batch on because the plan says so: a setting, not an adaptation. */
  startStreaming(): void {
    this.#streaming = true;
  }

  /** Begins with this number of rows, and grows back to it, because the plan says so. */
  startBatches(rows: number): void {
    this.#start = { ...this.#start, batchRows: rows };
    // A size already reduced by pressure stays.
    this.#batchRows = Math.min(this.#batchRows, rows);
    this.#minBatchRows = this.#batchRows;
  }

  /**
   * Follows a monitor: a warning shrinks; critical shrinks and switches to streaming, and continues shrinking step
   * by step while readings stay critical; recovered grows, and continues growing step by step while readings stay
   * below the recovery threshold. Voters may delay the shrinking of a warning until the next step, switch to
   * streaming, or delay growing by a step. Returns a function that disconnects from the monitor.
   */
  connect(monitor: WatchedMonitor, ballot?: Pick<Ballot, "decide">): () => void {
    const { warning, critical, recovery } = monitor.thresholds;
    let growing = false;
    let kept = false;
    let steppedAt = -Infinity;
    const act = (cause: MemoryEvent): void => {
      steppedAt = cause.time;
      growing = cause.level === "recovered";
      // A warning that was voted down is not voted on again: the sizes shrink at its next step.
      const asked = growing ? !this.#whole : cause.level === "warning" && !kept;
      const { vote, by } = (asked && ballot?.decide(cause)) || unopposed;
      kept = vote === "keep" && !growing;
      if (vote === "keep") this.#keep(cause, by);
      else if (growing) this.grow(cause);
      else this.shrink(cause);
      const stream = cause.level === "critical" || (cause.level === "warning" && vote === "stream");
      if (stream) this.switchToStreaming(cause, votedFor(by));
    };
    const goOn = (reading: MemoryReading): void => {
      // Above the limit itself there is no time to wait for the effect of the last step.
      if (reading.time - steppedAt < this.#stepMs && reading.ratio < 1) return;
      if (growing && reading.ratio < recovery) act({ ...reading, level: "recovered" });
      if (monitor.state === "critical" && reading.ratio >= critical) act({ ...reading, level: "critical" });
      else if (kept && reading.ratio >= warning) act({ ...reading, level: "warning" });
    };
    const name = "batch sizer";
    const subscriptions = [
      monitor.on("warning", act, name),
      monitor.on("critical", act, name),
      monitor.on("recovered", act, name),
      monitor.onReading(goOn, name),
    ];
    return () => {
      for (const unsubscribe of subscriptions) unsubscribe();
    };
  }

  #keep(cause: AdaptationCause, by: readonly string[]): void {
    const action = `keep the sizes${votedFor(by)}`;
    const last = this.#adaptations.at(-1);
    if (last?.action !== action || last.level !== cause.level) this.#record(cause, action);
  }

  #resize(batchRows: number, windowSize: number, cause: AdaptationCause): boolean {
    const changes: string[] = [];
    if (batchRows !== this.#batchRows) changes.push(`batch ${this.#batchRows} -> ${batchRows} rows`);
    if (windowSize !== this.#windowSize) changes.push(`window ${this.#windowSize} -> ${windowSize} pixels`);
    if (changes.length === 0) return false;
    this.#batchRows = batchRows;
    this.#windowSize = windowSize;
    this.#minBatchRows = Math.min(this.#minBatchRows, batchRows);
    this.#record(cause, changes.join(", "));
    return true;
  }

  #record({ time, level, ratio }: AdaptationCause, action: string): void {
    const { batchRows, windowSize, streaming } = this;
    const at = new Date(time).toISOString();
    this.#adaptations.push({ time: at, level, ratio, action, batchRows, windowSize, streaming });
  }
}

const unopposed: Decision = { vote: "shrink", by: [] };

function votedFor(by: readonly string[]): string {
  return by.length === 0 ? "" : `, voted for by ${by.join(", ")}`;
}

function inBounds(value: number, { min, max }: SizeBounds, key: string, unit: string): number {
  if (Number.isInteger(value) && min <= value && value <= max) return value;
  throw new QuadratError("usage", `${key} is ${value}`, {
    hint: `it must be a whole number of ${unit}, ${min} to ${max}`,
    place: { key },
  });
}
