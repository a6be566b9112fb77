import type { OverviewSource } from "./columns.js";
import { PairSums, type Correlations } from "./correlation.js";
import { inSample, sampleShare } from "./sample.js";
import type { Range } from "./scan.js";

/**
 * Correlations of the columns that are measurements and not classes. Where all columns are read at once their rows are added
 * as they come; otherwise the rows of the sample are kept, until all groups of columns have been read.
 */
export class CorrelationPass {
  readonly #names: readonly string[];
  readonly #columns: readonly number[];
  readonly #sums: PairSums;
  readonly #share: number;
  readonly #together: boolean;
  /** Of each column the values in the sample. */
  readonly #kept: number[][];

  constructor(
    columns: readonly OverviewSource[],
    ranges: readonly (Range | undefined)[],
    rows: number,
    columnsAtATime: number,
    share?: number,
  ) {
    this.#columns = columns.flatMap(({ categorical }, index) =>
      categorical || !ranges[index] ? [] : [index],
    );
    this.#names = this.#columns.map((index) => columns[index]!.name);
    this.#share = share ?? sampleShare(rows, this.#columns.length);
    this.#together = columns.length <= columnsAtATime;
    this.#kept = this.#columns.map(() => []);
    this.#sums = new PairSums(
      this.#columns.map((index) => (ranges[index]!.min + ranges[index]!.max) / 2),
      this.#columns.flatMap((index, at) => (columns[index]!.counted ? [] : [at])),
    );
  }

  /** @param from the number of the first of these columns */
  add(from: number, length: number, cells: Float64Array, values: readonly Float64Array[]): void {
    const rows: number[] = [];
    for (let row = 0; row < length; row++) if (inSample(cells[row]!, this.#share)) rows.push(row);
    if (this.#together) {
      const own = this.#columns.map((index) => values[index]!);
      for (const row of rows) this.#sums.add((column) => own[column]![row]!);
      return;
    }
    this.#columns.forEach((index, at) => {
      const column = values[index - from];
      if (column) for (const row of rows) this.#kept[at]!.push(column[row]!);
    });
  }

  result(): Correlations {
    if (!this.#together) {
      const count = this.#kept[0]?.length ?? 0;
      for (let row = 0; row < count; row++) this.#sums.add((column) => this.#kept[column]![row]!);
    }
    return this.#sums.result(this.#names, this.#share < 1);
  }
}
