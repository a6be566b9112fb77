import { defaultGrowthLimits, judgeGrowth, type Growth, type GrowthLimits } from "./growth.js";
import { LeakSeries, type SeriesOptions } from "./series.js";

/** What was done when a point was taken. */
export interface LeakWhere {
  readonly stage: string;
  readonly operation?: string;
}

export interface LeakDetectorOptions extends Partial<GrowthLimits> {
  /**
   * Batches left out at the start of a stage; default 50: code is compiled, pools and caches fill. With the window, the
   * first judgement comes at batch 150: what fills a cache in its first 110 batches raises no alarm.
   */
  readonly settleBatches?: number;
  /** Points left out at the start of a stage, at least; default 3. */
  readonly settlePoints?: number;
  /** Batches that a judgement is about, at least; default 100. */
  readonly windowBatches?: number;
  /** Points that a window reaches back for where few batches are measured; default 16. */
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
 * Decides from memory in use after collections whether a stage leaks. Each stage is a series of its own, judged after
 * every point over its newest window, which sees a leak that begins late, and over all of it since it had settled,
 * which sees a slow one. Bounded room: at most twice `capacity` points a stage.
 *
 * What grows steadily for longer than settling and a window take is a leak to it, even where a bound comes later.
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
   * Takes `bytes` in use after a collection at the end of that batch of the stage, counted from 1 and rising.
   * Returns the growth of the stage as of now, or undefined when it shows none.
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

  /** What the last point of the stage came to. */
  verdict(stage: string): LeakSuspicion | undefined {
    return this.#stages.get(stage)?.verdict;
  }

  /** Starts the stage anew, from batch 1: it settles again. */
  forget(stage: string): void {
    this.#stages.delete(stage);
  }
}
