import type { LeakPoint } from "./trend.js";

/** How the points of a stage are kept. */
export interface SeriesOptions {
  /** Batches left out at the start of a stage, until it has settled. */
  readonly settleBatches: number;
  /** Minimum number of points left out at the start of a stage. */
  readonly settlePoints: number;
  /** Minimum number of batches that a judgement covers. */
  readonly windowBatches: number;
  /** Points that a window reaches back for, if available. */
  readonly windowPoints: number;
  /** Points kept of the newest window, and of the whole stage. */
  readonly capacity: number;
}

/** The points of one stage in bounded memory: all of the newest ones, and the whole stage thinned out. */
export class LeakSeries {
  readonly #options: SeriesOptions;
  readonly #recent: LeakPoint[] = [];
  #whole: LeakPoint[] = [];
  #stride = 1;
  #settled = 0;
  #seen = 0;
  #last = -Infinity;

  constructor(options: SeriesOptions) {
    this.#options = options;
  }

  /** Batches must ascend; a point whose batch does not is left out. */
  add(point: LeakPoint): void {
    if (!(point.batch > this.#last) || !Number.isFinite(point.bytes)) return;
    const { settleBatches, settlePoints, capacity, windowBatches, windowPoints } = this.#options;
    this.#last = point.batch;
    this.#seen++;
    if (this.#seen <= settlePoints || point.batch <= settleBatches) return;
    const newest = this.#recent.at(-1)?.batch ?? -Infinity;
    if (point.batch - newest >= windowBatches / capacity) {
      this.#recent.push(point);
      const since = point.batch - windowBatches;
      while (this.#recent.length > windowPoints && this.#recent[1]!.batch <= since) this.#recent.shift();
    }
    if (this.#settled++ % this.#stride !== 0) return;
    this.#whole.push(point);
    if (this.#whole.length <= capacity) return;
    this.#whole = this.#whole.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** The points to judge by: the newest window, and the whole stage; nothing that spans fewer batches than a window. */
  get windows(): readonly (readonly LeakPoint[])[] {
    const long = (points: readonly LeakPoint[]): boolean =>
      points.length > 1 && points.at(-1)!.batch - points[0]!.batch >= this.#options.windowBatches;
    return [this.#recent, this.#whole].filter(long);
  }
}
