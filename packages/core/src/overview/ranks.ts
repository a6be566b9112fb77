import { Bins, fineBins } from "./bins.js";
import type { Range } from "./scan.js";

/** The values with some ranks are being looked for among those in a range. */
interface Search {
  readonly ranks: readonly number[];
  readonly range: Range;
  /** The number of values below the range. */
  readonly below: number;
  readonly count: number;
}

/** So many values are sorted; more of them are counted in bins first. */
const fewValues = 20_000;

/**
 * Finds the values of given ranks exactly in a few passes, in bounded memory: each pass either counts the values of a range
 * in bins, the ranges of the next pass, or collects them.
 */
export class RankSearch {
  #searches: Search[] = [];
  #passes: { search: Search; bins?: Bins; values?: number[] }[] = [];
  readonly #found = new Map<number, number>();

  /** @param first all values in bins */
  constructor(ranks: readonly number[], first: Bins) {
    this.#narrow({ ranks, range: first.range, below: 0, count: 0 }, first);
  }

  get done(): boolean {
    return this.#searches.length === 0;
  }

  begin(): void {
    this.#passes = this.#searches.map((search) =>
      search.count <= fewValues ? { search, values: [] } : { search, bins: new Bins(search.range) },
    );
  }

  add(value: number): void {
    for (const { search, bins, values } of this.#passes) {
      // Also for NaN, which does not count as a value.
      if (!(value >= search.range.min && value <= search.range.max)) continue;
      if (bins) bins.add(value);
      else values!.push(value);
    }
  }

  end(): void {
    this.#searches = [];
    for (const { search, bins, values } of this.#passes) {
      if (bins) this.#narrow(search, bins);
      if (!values) continue;
      const sorted = Float64Array.from(values).sort();
      for (const rank of search.ranks) this.#found.set(rank, sorted[rank - search.below]!);
    }
    this.#passes = [];
  }

  /** The value of a rank that was asked for. */
  value(rank: number): number {
    return this.#found.get(rank)!;
  }

  #narrow(search: Search, bins: Bins): void {
    let below = search.below;
    for (let bin = 0; bin < fineBins; bin++) {
      const count = bins.counts[bin]!;
      const [first, end] = [below, below + count];
      const ranks = search.ranks.filter((rank) => rank >= first && rank < end);
      below = end;
      if (ranks.length === 0) continue;
      const range = { min: bins.least[bin]!, max: bins.greatest[bin]! };
      if (range.min === range.max) for (const rank of ranks) this.#found.set(rank, range.min);
      else this.#searches.push({ ranks, range, below: first, count });
    }
  }
}

/** Quantiles as in R's type 7, SQL's `quantile_cont`: between two ranks they are interpolated. */
export class Quantiles {
  readonly search: RankSearch;
  readonly #places: readonly number[];

  constructor(shares: readonly number[], count: number, bins: Bins) {
    this.#places = shares.map((share) => (count - 1) * share);
    const ranks = this.#places.flatMap((place) => [Math.floor(place), Math.ceil(place)]);
    this.search = new RankSearch([...new Set(ranks)], bins);
  }

  values(): number[] {
    return this.#places.map((place) => {
      const [low, high] = [this.search.value(Math.floor(place)), this.search.value(Math.ceil(place))];
      return low + (place - Math.floor(place)) * (high - low);
    });
  }
}
