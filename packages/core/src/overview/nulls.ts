import type { OutsideRanges, OverviewSource } from "./columns.js";
import type { Reason } from "./column-pass.js";

/** Says of cells, asked for in ascending order, why a column has no value in them. */
export class WhyNull {
  readonly #ranges: OutsideRanges | undefined;
  readonly #otherwise: Reason;
  #at = 0;

  constructor(column: OverviewSource, ranges: OutsideRanges | undefined) {
    this.#ranges = ranges;
    this.#otherwise = column.dataset?.raster ? 1 : 3;
  }

  of(cell: number): Reason {
    const ranges = this.#ranges;
    if (!ranges) return this.#otherwise;
    while (this.#at < ranges.end.length && ranges.end[this.#at]! <= cell) this.#at++;
    return this.#at < ranges.first.length && ranges.first[this.#at]! <= cell ? 2 : this.#otherwise;
  }
}
