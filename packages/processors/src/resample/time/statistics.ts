import type { RasterData, TimeStatistic } from "@quadrat/core/base";
import { exactSums, type ExactSums } from "./exact-sums.js";

/** A statistic of each cell of a band over several bands, of which NaN is skipped. */
export interface OverTime {
  add(values: RasterData): void;
  /** NaN for a cell without a value, or, if `complete`, where any of the bands had none. */
  finish(complete: boolean): Float64Array<ArrayBuffer>;
  /** Gives back memory before it is finished, if it never will be. */
  release?(): void;
}

/**
 * Begins a statistic for so many cells. Each cell is computed by itself, in the order in which bands are added, so that not a
 * bit depends on how a grid is cut into bands.
 */
export function overTime(statistic: TimeStatistic, cells: number): OverTime {
  switch (statistic) {
    case "mean":
    case "sum":
      return new Sum(cells, statistic === "mean");
    case "stdev":
      return new Deviation(cells);
    case "min":
      return new Extreme(cells, -1);
    case "max":
      return new Extreme(cells, 1);
  }
}

class Sum implements OverTime {
  readonly #sums: ExactSums;
  readonly #cells: number;
  readonly #isMean: boolean;
  /** How many bands had no value in a cell, once there is any. */
  #nulls: Uint32Array | undefined;
  #added = 0;

  constructor(cells: number, isMean: boolean) {
    this.#sums = exactSums(cells);
    this.#cells = cells;
    this.#isMean = isMean;
  }

  add(values: RasterData): void {
    this.#added++;
    if (!this.#sums.add(values)) return;
    const nulls = (this.#nulls ??= new Uint32Array(this.#cells));
    for (let i = 0; i < values.length; i++) if (values[i] !== values[i]) nulls[i] = nulls[i]! + 1;
  }

  finish(complete: boolean): Float64Array<ArrayBuffer> {
    const [nulls, added] = [this.#nulls, this.#added];
    const results = this.#sums.total();
    const least = complete ? added : 1;
    for (let i = 0; i < results.length; i++) {
      const count = added - (nulls ? nulls[i]! : 0);
      if (count < least) results[i] = NaN;
      else if (this.#isMean) results[i] = results[i]! / count;
    }
    this.release();
    return results;
  }

  release(): void {
    this.#sums.release();
  }
}

/**
 * Welford's recurrence for what each value is above the first one: exact zero for equal values, and no cancellation where values
 * are large and differ little. Divided by n.
 */
class Deviation implements OverTime {
  readonly #first: Float64Array;
  readonly #means: Float64Array;
  readonly #squares: Float64Array<ArrayBuffer>;
  readonly #counts: Uint32Array;
  #added = 0;

  constructor(cells: number) {
    this.#first = new Float64Array(cells);
    this.#means = new Float64Array(cells);
    this.#squares = new Float64Array(cells);
    this.#counts = new Uint32Array(cells);
  }

  add(values: RasterData): void {
    const [first, means, squares, counts] = [this.#first, this.#means, this.#squares, this.#counts];
    this.#added++;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) continue;
      const count = counts[i]! + 1;
      if (count === 1) first[i] = value;
      const above = value - first[i]!;
      const away = above - means[i]!;
      const mean = means[i]! + away / count;
      squares[i] = squares[i]! + away * (above - mean);
      means[i] = mean;
      counts[i] = count;
    }
  }

  finish(complete: boolean): Float64Array<ArrayBuffer> {
    const [squares, counts] = [this.#squares, this.#counts];
    const least = complete ? this.#added : 1;
    for (let i = 0; i < squares.length; i++) {
      const count = counts[i]!;
      squares[i] = count < least ? NaN : Math.sqrt(squares[i]! / count);
    }
    return squares;
  }
}

class Extreme implements OverTime {
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #counts: Uint32Array;
  readonly #sign: 1 | -1;
  #added = 0;

  constructor(cells: number, sign: 1 | -1) {
    this.#values = new Float64Array(cells).fill(NaN);
    this.#counts = new Uint32Array(cells);
    this.#sign = sign;
  }

  add(values: RasterData): void {
    const [kept, counts, sign] = [this.#values, this.#counts, this.#sign];
    this.#added++;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) continue;
      const before = kept[i]!;
      if (before !== before || sign * value > sign * before) kept[i] = value;
      counts[i] = counts[i]! + 1;
    }
  }

  finish(complete: boolean): Float64Array<ArrayBuffer> {
    const [kept, counts] = [this.#values, this.#counts];
    if (!complete) return kept;
    for (let i = 0; i < kept.length; i++) if (counts[i]! < this.#added) kept[i] = NaN;
    return kept;
  }
}
