/** Correlations of columns. Matrices are row by row, `columns` by `columns`. */
export interface Correlations {
  readonly columns: readonly string[];
  /** Pearson's r of the rows in which both have a value; NaN where it is undefined. */
  readonly r: Float64Array;
  /** The number of these rows. */
  readonly n: Float64Array;
  readonly inflation: Inflation;
  /** Rows looked at; less than those of the table if it is a sample. */
  readonly rows: number;
  readonly sampled: boolean;
}

/** Variance inflation of the columns that may be predictors. */
export interface Inflation {
  readonly columns: readonly string[];
  /** 1 / (1 - R²) of the regression on all others; Infinity if they determine it; undefined if not computed. */
  readonly vif: readonly number[] | undefined;
  /** The rows in which all of them have a value, from which `vif` is. */
  readonly rows: number;
}

/** Sums of products of pairs of columns, from one pass over rows in a fixed order. */
export class PairSums {
  readonly #size: number;
  readonly #shift: Float64Array;
  readonly #pairs: Sums;
  readonly #complete: CompleteSums;
  readonly #predictors: Int32Array;
  readonly #predictorRow: Float64Array;
  /** The same as `#complete` if all columns are predictors. */
  readonly #predictorSums: CompleteSums;
  readonly #row: Float64Array;
  readonly #present: Int32Array;
  rows = 0;

  /**
   * @param shift a value within each column's range, for sums without cancellation
   * @param predictors the columns of which the inflation is computed, ascending
   */
  constructor(shift: readonly number[], predictors: readonly number[]) {
    this.#size = shift.length;
    this.#shift = Float64Array.from(shift);
    this.#pairs = new Sums(this.#size);
    this.#complete = new CompleteSums(this.#size);
    this.#predictors = Int32Array.from(predictors);
    this.#predictorRow = new Float64Array(predictors.length);
    this.#predictorSums =
      predictors.length === this.#size ? this.#complete : new CompleteSums(predictors.length);
    this.#row = new Float64Array(this.#size);
    this.#present = new Int32Array(this.#size);
  }

  /** Adds a row; NaN does not count as a value. */
  add(valueOf: (column: number) => number): void {
    const [row, present] = [this.#row, this.#present];
    let count = 0;
    for (let column = 0; column < this.#size; column++) {
      const value = valueOf(column);
      if (value !== value) continue;
      row[column] = value - this.#shift[column]!;
      present[count++] = column;
    }
    this.rows++;
    if (count === this.#size) this.#complete.add(row);
    else this.#pairs.add(row, present, count);
    if (this.#predictorSums !== this.#complete) this.#addPredictors(valueOf);
  }

  #addPredictors(valueOf: (column: number) => number): void {
    const row = this.#predictorRow;
    for (let index = 0; index < row.length; index++) {
      const column = this.#predictors[index]!;
      const value = valueOf(column);
      if (value !== value) return;
      row[index] = value - this.#shift[column]!;
    }
    this.#predictorSums.add(row);
  }

  result(columns: readonly string[], sampled: boolean): Correlations {
    const all = this.#pairs.plus(this.#complete.sums());
    const own = this.#predictorSums;
    const size = this.#predictors.length;
    const vif = size > 1 && own.n > size + 1 ? inflation(own.sums().correlations(), size) : undefined;
    const predictors = [...this.#predictors].map((index) => columns[index]!);
    return {
      columns,
      r: all.correlations(),
      n: all.n,
      inflation: { columns: predictors, vif, rows: own.n },
      rows: this.rows,
      sampled,
    };
  }
}

/** The sums of rows in which every column has a value. */
class CompleteSums {
  n = 0;
  readonly #size: number;
  readonly #own: Float64Array;
  /** Of the pairs i <= j. */
  readonly #product: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#own = new Float64Array(size);
    this.#product = new Float64Array(size * size);
  }

  add(row: Float64Array): void {
    const [size, own, product] = [this.#size, this.#own, this.#product];
    this.n++;
    for (let i = 0; i < size; i++) {
      const x = row[i]!;
      own[i]! += x;
      for (let j = i, at = i * size + i; j < size; j++, at++) product[at]! += x * row[j]!;
    }
  }

  sums(): Sums {
    const size = this.#size;
    const product = (i: number, j: number): number => this.#product[Math.min(i, j) * size + Math.max(i, j)]!;
    return Sums.of(size, (i, j) => [this.n, this.#own[i]!, product(i, i), product(i, j)]);
  }
}

class Sums {
  readonly #size: number;
  readonly n: Float64Array;
  /** For the pair i, j the sum of i, of the squares of i, and of the products. */
  readonly #own: Float64Array;
  readonly #square: Float64Array;
  readonly #product: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.n = new Float64Array(size * size);
    this.#own = new Float64Array(size * size);
    this.#square = new Float64Array(size * size);
    this.#product = new Float64Array(size * size);
  }

  /** @param of of a pair: n, the sum, the sum of squares and that of products */
  static of(size: number, of: (i: number, j: number) => readonly [number, number, number, number]): Sums {
    const sums = new Sums(size);
    const matrices = [sums.n, sums.#own, sums.#square, sums.#product];
    for (let at = 0; at < size * size; at++) {
      of(Math.floor(at / size), at % size).forEach((sum, index) => (matrices[index]![at] = sum));
    }
    return sums;
  }

  add(row: Float64Array, present: Int32Array, count: number): void {
    const [size, n, own, square, product] = [this.#size, this.n, this.#own, this.#square, this.#product];
    for (let a = 0; a < count; a++) {
      const i = present[a]!;
      const x = row[i]!;
      const xx = x * x;
      for (let b = 0; b < count; b++) {
        const at = i * size + present[b]!;
        n[at]!++;
        own[at]! += x;
        square[at]! += xx;
        product[at]! += x * row[present[b]!]!;
      }
    }
  }

  plus(other: Sums): Sums {
    const all = (sums: Sums): Float64Array[] => [sums.n, sums.#own, sums.#square, sums.#product];
    const sum = (index: number, at: number): number => all(this)[index]![at]! + all(other)[index]![at]!;
    return Sums.of(this.#size, (i, j) => {
      const at = i * this.#size + j;
      return [sum(0, at), sum(1, at), sum(2, at), sum(3, at)];
    });
  }

  correlations(): Float64Array {
    const size = this.#size;
    const r = new Float64Array(size * size).fill(NaN);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const [at, mirrored] = [i * size + j, j * size + i];
        const n = this.n[at]!;
        const [x, y] = [this.#own[at]!, this.#own[mirrored]!];
        const spreadX = this.#square[at]! - (x * x) / n;
        const spreadY = this.#square[mirrored]! - (y * y) / n;
        if (n < 2 || !(spreadX > tiny * this.#square[at]!) || !(spreadY > tiny * this.#square[mirrored]!))
          continue;
        const value = (this.#product[at]! - (x * y) / n) / Math.sqrt(spreadX * spreadY);
        r[at] = i === j ? 1 : Math.max(-1, Math.min(1, value));
      }
    }
    return r;
  }
}

/** A spread below this part of the sum of squares is rounding. */
const tiny = 1e-13;

/** The diagonal of the inverse of a correlation matrix, by elimination of the largest remaining diagonal element. */
function inflation(r: Float64Array, size: number): number[] | undefined {
  if (r.some((value) => Number.isNaN(value))) return undefined;
  const matrix = Float64Array.from(r);
  const left = new Set(Array.from({ length: size }, (_, index) => index));
  const dependent: number[] = [];
  while (left.size > 0) {
    const pivot = [...left].reduce((best, index) =>
      matrix[index * size + index]! > matrix[best * size + best]! ? index : best,
    );
    left.delete(pivot);
    const d = matrix[pivot * size + pivot]!;
    // What remains is determined by the columns before it.
    if (d < 1e-10) dependent.push(pivot);
    else sweep(matrix, size, pivot, d);
  }
  return Array.from({ length: size }, (_, index) => {
    const determined = dependent.some(
      (other) => other === index || Math.abs(matrix[other * size + index]!) > 1e-8,
    );
    return determined ? Infinity : Math.max(1, -matrix[index * size + index]!);
  });
}

/** The sweep operator: after all of them the matrix is minus its inverse. */
function sweep(matrix: Float64Array, size: number, pivot: number, d: number): void {
  for (let i = 0; i < size; i++) {
    if (i === pivot) continue;
    const factor = matrix[i * size + pivot]! / d;
    for (let j = 0; j < size; j++) {
      if (j !== pivot) matrix[i * size + j]! -= factor * matrix[pivot * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    if (i === pivot) continue;
    matrix[i * size + pivot]! /= d;
    matrix[pivot * size + i]! /= d;
  }
  matrix[pivot * size + pivot] = -1 / d;
}
