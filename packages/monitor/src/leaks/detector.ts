import { defaultGrowthLimits, judgeGrowth, type Growth, type GrowthLimits } from "./growth.js";
import { LeakSeries, type SeriesOptions } from "./series.js";

/** The work that was being done when a point was taken. */
export interface LeakWhere {
  readonly stage: string;
  readonly operation?: string;
}

export interface LeakDetectorOptions extends Partial<GrowthLimits> {
  /**
   * Batches left out at the start of a stage, while code is compiled and pools and caches fill; default 50. Together
   * with the window, the first judgement comes at batch 150: a cache that fills within the first 110 batches raises no
   * alarm.
   */
  readonly settleBatches?: number;
  /** Minimum number of points left out at the start of a stage; default 3. */
  readonly settlePoints?: number;
  /** Minimum number of batches that a judgement covers; default 100. */
  readonly windowBatches?: number;
  /** Points that a window reaches back for if few batches are measured; default 16. */
  readonly windowPoints?: number;
  /** Points kept of the newest window and, thinned out, of the whole stage; at least 32, default 128. */
  readonly capacity?: number;
}

/** A stage whose memory grows from batch to batch. */
export interface LeakSuspicion extends Growth, LeakWhere {}

interface Watched {
  readonly series: LeakSeries;
  verdict: LeakSuspicion | undefined;
}

/**
 * Decides from the memory in use after collections whether a stage leaks. Each stage is a series of its own, judged
 * after every point over its newest window, which shows a leak that begins late, and over everything since it
 * settled, which shows a slow one. Its memory is bounded: at most twice `capacity` points per stage.
 *
 * Anything that grows steadily for longer than settling and a window take counts as a leak, even if it is bounded
 * later.
 */
export class LeakDetector {
  readonly #limits: GrowthLimits;
  readonly #series: SeriesOptions;
  readonly #stages = new Map<string, Watched>();

  constructor(options: LeakDetectorOptions = {}) {
    const { settleBatches = 50, settlePoints = 3, windowBatches = 100, windowPoints = 16 } = options;
    const capacity = Math.max(32, options.capacity ?? 128);
    this.#series = { settleBatches, settlePoints, windowBatches, windowPoints, capacity };
    this.#limits = {
      minPoints: options.minPoints ?? defaultGrowthLimits.minPoints,
      minScore: options.minScore ?? defaultGrowthLimits.minScore,
      minBytesPerBatch: options.minBytesPerBatch ?? defaultGrowthLimits.minBytesPerBatch,
      minGrownBytes: options.minGrownBytes ?? defaultGrowthLimits.minGrownBytes,
    };
  }

  /**
   * Adds `bytes` in use after a collection at the end of that batch of the stage; batches are counted from 1
   * and ascend. Returns the growth of the stage so far, or undefined if there is none.
   */
  observe(batch: number, bytes: number, where: LeakWhere): LeakSuspicion | undefined {
    let watched = this.#stages.get(where.stage);
    if (!watched) {
      watched = { series: new LeakSeries(this.#series), verdict: undefined };
      this.#stages.set(where.stage, watched);
    }
    watched.series.add({ batch, bytes });
    watched.verdict = undefined;
    for (const points of watched.series.windows) {
      const growth = judgeGrowth(points, this.#limits);
      if (growth) watched.verdict ??= { ...where, ...growth };
    }
    return watched.verdict;
  }

  /** The judgement after the last point of the stage. */
  verdict(stage: string): LeakSuspicion | undefined {
    return this.#stages.get(stage)?.verdict;
  }

  /** Restarts the stage from batch 1: it settles again. */
  forget(stage: string): void {
    this.#stages.delete(stage);
  }
}
