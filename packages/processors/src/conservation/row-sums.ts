import type { RasterArray } from "@quadrat/core/base";
import type { AxisWeights } from "./axis-weights.js";
import { ExactSum } from "./exact-sum.js";

/** What some rows of a raster add up to. */
export interface SourceTotal {
  /** The parts of an {@link ExactSum}. */
  readonly parts: readonly number[];
  /** The sum of the magnitudes, about. */
  readonly magnitude: number;
  /** Why the total is not known. */
  readonly unknown?: string;
}

export const infinite = "the raster has infinite values";

/**
 * Sums rows of pixels by their weights. A row may come in pieces, from west to east; each pixel counts once, however often it comes.
 * A row is summed from west to east with A. Neumaier's compensation (Zeitschrift für Angewandte Mathematik und Mechanik 54,
 * 1974), and rows are added up exactly, so that the total does not depend on the pieces.
 */
export class RowSums {
  readonly #columns: AxisWeights;
  readonly #first: number;
  readonly #end: number;
  readonly #sums: Float64Array;
  readonly #rests: Float64Array;
  readonly #magnitudes: Float64Array;
  /** Of each row the first column that has not been summed. */
  readonly #next: Int32Array;

  /** Rows `[first, end)`. */
  constructor(columns: AxisWeights, first: number, end: number) {
    const rows = Math.max(0, end - first);
    this.#columns = columns;
    this.#first = first;
    this.#end = first + rows;
    this.#sums = new Float64Array(rows);
    this.#rests = new Float64Array(rows);
    this.#magnitudes = new Float64Array(rows);
    this.#next = new Int32Array(rows).fill(columns.first);
  }

  take({ window, data }: RasterArray): void {
    const { first: left, end: right, weights } = this.#columns;
    const bottom = Math.min(this.#end, window.row + window.height);
    const stop = Math.min(right, window.col + window.width);
    for (let row = Math.max(this.#first, window.row); row < bottom; row++) {
      const at = row - this.#first;
      const from = this.#next[at]!;
      if (from < window.col || from >= stop) continue;
      let [sum, rest, magnitude] = [this.#sums[at]!, this.#rests[at]!, this.#magnitudes[at]!];
      const offset = (row - window.row) * window.width - window.col;
      for (let column = from; column < stop; column++) {
        const value = data[offset + column]!;
        if (value !== value) continue;
        const term = value * weights[column - left]!;
        const next = sum + term;
        rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
        sum = next;
        magnitude += Math.abs(term);
      }
      this.#sums[at] = sum;
      this.#rests[at] = rest;
      this.#magnitudes[at] = magnitude;
      this.#next[at] = stop;
    }
  }

  /** The first row of which something is missing, and the first column that is; undefined if all is there. */
  missing(): { readonly row: number; readonly column: number } | undefined {
    const at = this.#next.findIndex((column) => column < this.#columns.end);
    return at < 0 ? undefined : { row: this.#first + at, column: this.#next[at]! };
  }

  /** @param weightOf the weight of a row */
  total(weightOf: (row: number) => number): SourceTotal {
    const total = new ExactSum();
    let magnitude = 0;
    for (let at = 0; at < this.#sums.length; at++) {
      const weight = weightOf(this.#first + at);
      const [sum, rest] = [this.#sums[at]! * weight, this.#rests[at]! * weight];
      if (!Number.isFinite(sum + rest)) return { parts: [], magnitude: 0, unknown: infinite };
      total.add(sum);
      total.add(rest);
      magnitude += this.#magnitudes[at]! * weight;
    }
    return { parts: total.parts, magnitude };
  }
}
