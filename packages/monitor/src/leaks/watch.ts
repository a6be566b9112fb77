import { systemClock, type Clock } from "../watch/clock.js";
import { messageOf } from "../watch/failure.js";
import { startAllocationProfiler, type AllocationProfiler } from "./allocation-profiler.js";
import { memoryAfterCollection, type ThreadMemory } from "./collect.js";
import { LeakDetector, type LeakDetectorOptions } from "./detector.js";
import type { Growth } from "./growth.js";
import { LeakInquiry } from "./inquiry.js";

/** A stage that leaks, and where. */
export interface LeakFinding extends Growth {
  readonly stage: string;
  /** The function that allocated the held memory, such as `collect (leaky-stage.mjs:12)`, or `operation unknown`. */
  readonly operation: string;
}

export interface LeakWatchOptions extends LeakDetectorOptions {
  /**
   * Minimum ratio of the time between two measurements to the time that the last one took; default 60, which keeps measuring
   * near 1 % of the time, as the interval is stretched by up to a factor of two; less while profiling.
   */
  readonly costFactor?: number;
  /** Bytes between two samples of the heap profiler; default 256, which sees the objects of a few typed arrays. */
  readonly samplingInterval?: number;
  /** Minimum number of measurements taken while profiling; default 5. */
  readonly profiledMeasurements?: number;
  /** Minimum number of batches done while profiling; default 25. */
  readonly profiledBatches?: number;
  readonly clock?: Clock;
  /** Called with whatever prevents measuring or profiling; default: a process warning. */
  readonly onError?: (error: Error) => void;
  /** Default: a full collection, then the memory in use. */
  readonly measure?: () => ThreadMemory;
  readonly startProfiler?: (samplingInterval: number) => AllocationProfiler;
}

/**
 * A pseudo-random factor from 1 to 2, always the same. A cache that is emptied at intervals must not look as if it grew,
 * which any regular rhythm, even one that never repeats, can make it do for a while. The mixing is MurmurHash3's
 * finaliser.
 */
export function unevenly(count: number): number {
  let mixed = Math.imul(count ^ (count >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return 1 + ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** The assumed cost of a collection before the first one, in milliseconds. */
const presumedCostMs = 10;

/**
 * Watches the batches of a run in one thread for memory that is never given back. If a stage grows, the next batches
 * are profiled, and it becomes a finding if the growth continued. Never throws.
 */
export class LeakWatch {
  readonly #detector: LeakDetector;
  readonly #clock: Clock;
  readonly #options: LeakWatchOptions;
  readonly #measure: () => ThreadMemory;
  readonly #batches = new Map<string, number>();
  readonly #findings = new Map<string, LeakFinding>();
  #inquiry: LeakInquiry | undefined;
  readonly #startedAt: number;
  #measuredAt: number;
  #costMs = presumedCostMs;
  #spentMs = 0;
  #measurements = 0;
  #closed = false;

  constructor(options: LeakWatchOptions = {}) {
    this.#options = options;
    this.#detector = new LeakDetector(options);
    this.#measure = options.measure ?? memoryAfterCollection;
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#measuredAt = this.#clock.now();
  }

  /** One for each stage that leaks, in the order in which they were found. */
  get findings(): readonly LeakFinding[] {
    return [...this.#findings.values()];
  }

  /** Whether a stage is suspected and the heap profiler is running. */
  get profiling(): boolean {
    return this.#inquiry !== undefined;
  }

  /** Call it after every batch: it reads the clock, and collects and measures when that is due. */
  batchDone(stage: string): void {
    if (this.#closed) return;
    const batch = (this.#batches.get(stage) ?? 0) + 1;
    this.#batches.set(stage, batch);
    if (!this.#inquiry && this.#findings.has(stage)) return;
    const now = this.#clock.now();
    if (!(this.#inquiry ? this.#inquiry.batchDone(stage) : this.#affordable(now))) return;
    try {
      this.#look(stage, batch);
    } catch (error) {
      this.#closed = true;
      this.#inquiry?.close();
      this.#inquiry = undefined;
      this.#report("the leak watch has stopped", error);
    }
    this.#measuredAt = this.#clock.now();
    this.#costMs = this.#measuredAt - now;
    this.#spentMs += this.#costMs;
    this.#measurements++;
  }

  /** Ends the watch. A suspicion that still holds becomes a finding, with what the profiler has seen so far. */
  close(): void {
    this.#closed = true;
    try {
      if (this.#inquiry) this.#inquiry.measured(this.#measure());
    } catch (error) {
      this.#report("the last measurement of the leak watch failed", error);
    }
    this.#conclude();
  }

  /**
   * Whether a measurement that costs as much as the last one stays within the allowed share of the time, since the
   * last one and in all.
   */
  #affordable(now: number): boolean {
    const { costFactor = 60 } = this.#options;
    return (
      now - this.#measuredAt >= costFactor * this.#costMs * unevenly(this.#measurements) &&
      now - this.#startedAt >= costFactor * (this.#spentMs + this.#costMs)
    );
  }

  #look(stage: string, batch: number): void {
    const memory = this.#measure();
    if (this.#inquiry) {
      this.#inquiry.measured(memory);
      if (this.#inquiry.done) this.#conclude();
      return;
    }
    const suspicion = this.#detector.observe(batch, memory.heap + memory.external, { stage });
    if (!suspicion) return;
    const { samplingInterval = 256, profiledMeasurements = 5, profiledBatches = 25 } = this.#options;
    const { startProfiler = startAllocationProfiler } = this.#options;
    this.#inquiry = new LeakInquiry({
      suspicion,
      measurements: profiledMeasurements,
      batches: profiledBatches,
      startProfiler: () => startProfiler(samplingInterval),
      report: (error) => this.#report("the heap profiler failed", error),
    });
  }

  /** A growth that has ended in the meantime is not a finding: the stage is watched from the start again. */
  #conclude(): void {
    const inquiry = this.#inquiry;
    if (!inquiry) return;
    this.#inquiry = undefined;
    inquiry.close();
    const { stage, bytesPerBatch, batches, grownBytes } = inquiry.suspicion;
    if (inquiry.confirmed) {
      const { operation } = inquiry;
      this.#findings.set(stage, { stage, bytesPerBatch, batches, grownBytes, operation });
    }
    this.#detector.forget(stage);
    this.#batches.delete(stage);
  }

  #report(what: string, cause: unknown): void {
    const message = `${what}: ${messageOf(cause)}`;
    try {
      if (this.#options.onError) return this.#options.onError(new Error(message, { cause }));
    } catch {
      // A failure of `report` itself must not reach the run either.
    }
    process.emitWarning(message, { type: "QuadratMemoryWarning", code: "QUADRAT_MEMORY" });
  }
}
