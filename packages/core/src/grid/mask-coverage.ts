/** The fractions of cells that polygons cover together: 1 but for those that are named, row by row. */
export class MaskCoverage {
  /** The cells of row r have the numbers from `starts[r]` to before `starts[r + 1]`. */
  readonly #starts: Float64Array;
  readonly #columns: Int32Array;
  readonly #fractions: Float64Array;

  private constructor(starts: Float64Array, columns: Int32Array, fractions: Float64Array) {
    this.#starts = starts;
    this.#columns = columns;
    this.#fractions = fractions;
  }

  /** Collects the cells that are not covered entirely, ascending. Each takes 12 bytes. */
  static builder(height: number): MaskCoverageBuilder {
    const starts = new Float64Array(height + 1);
    let [columns, fractions] = [new Int32Array(1024), new Float64Array(1024)];
    let [count, last] = [0, 0];
    return {
      add(row, column, fraction) {
        if (count === columns.length) {
          [columns, fractions] = [
            grown(columns, new Int32Array(2 * count)),
            grown(fractions, new Float64Array(2 * count)),
          ];
        }
        while (last < row) starts[++last] = count;
        columns[count] = column;
        fractions[count++] = fraction;
      },
      build() {
        while (last < height) starts[++last] = count;
        return new MaskCoverage(starts, columns.slice(0, count), fractions.slice(0, count));
      },
    };
  }

  /** Rows `[first, end)` by themselves. */
  rows(first: number, end: number): MaskCoverage {
    return new MaskCoverage(this.#starts.subarray(first, end + 1), this.#columns, this.#fractions);
  }

  at(row: number, column: number): number {
    let [low, high] = [this.#starts[row]!, this.#starts[row + 1]!];
    const end = high;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#columns[middle]! < column) low = middle + 1;
      else high = middle;
    }
    return low < end && this.#columns[low] === column ? this.#fractions[low]! : 1;
  }
}

export interface MaskCoverageBuilder {
  readonly add: (row: number, column: number, fraction: number) => void;
  readonly build: () => MaskCoverage;
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
