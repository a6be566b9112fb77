import { createHash } from "node:crypto";
import type { CellRange } from "./cell-range.js";

/** Columns `[from, to)` of a row. */
export type EachRun = (row: number, from: number, to: number) => void;

/** The runs of a mask by rows: those of row r have the numbers from `starts[r]` to before `starts[r + 1]`. */
interface Runs {
  readonly starts: Uint32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Makes a mask of runs. */
export interface MaskBuilder {
  readonly add: EachRun;
  readonly build: () => Mask;
}

/** Some cells of a grid, held as runs of columns, row by row. */
export class Mask {
  readonly width: number;
  readonly height: number;
  /** The number of cells. */
  readonly size: number;
  readonly #runs: Runs;
  #identity: string | undefined;

  private constructor(width: number, height: number, runs: Runs) {
    this.width = width;
    this.height = height;
    this.#runs = runs;
    const { starts, from, to } = runs;
    let size = 0;
    for (let run = starts[0]!; run < starts[height]!; run++) size += to[run]! - from[run]!;
    this.size = size;
  }

  /** Collects ascending runs of cells; what overlaps or touches the run before grows it. */
  static builder({ width, height }: { readonly width: number; readonly height: number }): MaskBuilder {
    const starts = new Uint32Array(height + 1);
    let [from, to] = [new Int32Array(1024), new Int32Array(1024)];
    let count = 0;
    let last = 0;
    return {
      add(row, first, end) {
        if (row === last && count > starts[row]! && first <= to[count - 1]!) {
          to[count - 1] = Math.max(to[count - 1]!, end);
          return;
        }
        if (count === from.length) [from, to] = [grown(from), grown(to)];
        while (last < row) starts[++last] = count;
        from[count] = first;
        to[count++] = end;
      },
      build() {
        while (last < height) starts[++last] = count;
        return new Mask(width, height, { starts, from: from.slice(0, count), to: to.slice(0, count) });
      },
    };
  }

  /** Equal for equal cells. */
  get identity(): string {
    return (this.#identity ??= this.#hash());
  }

  #hash(): string {
    const hash = createHash("sha256").update(`${this.width} x ${this.height}`);
    for (const run of this.runs()) hash.update(`,${run.first}-${run.end}`);
    return hash.digest("hex");
  }

  /** Rows `[first, end)` as a mask of their own. */
  rows(first: number, end: number): Mask {
    const { starts, from, to } = this.#runs;
    return new Mask(this.width, end - first, { starts: starts.subarray(first, end + 1), from, to });
  }

  has(cell: number): boolean {
    const row = Math.floor(cell / this.width);
    return this.hasAt(row, cell - row * this.width);
  }

  hasAt(row: number, column: number): boolean {
    const run = this.#firstRun(row, column);
    return run < this.#runs.starts[row + 1]! && this.#runs.from[run]! <= column;
  }

  /** Whether a cell of the range is in the mask. */
  meets({ first, end }: CellRange): boolean {
    const next = this.#next(first);
    return next !== undefined && next < end;
  }

  /** The first row from `row` on that has cells; the number of rows if there is none. */
  nextRow(row: number): number {
    const { starts } = this.#runs;
    if (row >= this.height || starts[row] === starts[this.height]) return this.height;
    let [low, high] = [row, this.height - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle + 1]! > starts[row]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The number of cells in rows `[first, end)`. */
  count(first: number, end: number): number {
    let count = 0;
    this.each(first, end, (_, from, to) => void (count += to - from));
    return count;
  }

  /** Calls `each` with the runs of rows `[first, end)`, ascending. */
  each(first: number, end: number, each: EachRun): void {
    const { starts, from, to } = this.#runs;
    for (let row = first; row < end; row++)
      for (let run = starts[row]!; run < starts[row + 1]!; run++) each(row, from[run]!, to[run]!);
  }

  /** Calls `each` with the parts of columns `[left, right)` of a row that are in the mask, ascending. */
  within(row: number, left: number, right: number, each: EachRun): void {
    const { starts, from, to } = this.#runs;
    const end = starts[row + 1]!;
    for (let run = this.#firstRun(row, left); run < end && from[run]! < right; run++)
      each(row, Math.max(left, from[run]!), Math.min(right, to[run]!));
  }

  /** The cells as ascending ranges that do not touch each other. */
  *runs(): Generator<CellRange> {
    const { starts, from, to } = this.#runs;
    let [first, end] = [0, 0];
    for (let row = 0; row < this.height; row++) {
      const start = row * this.width;
      for (let run = starts[row]!; run < starts[row + 1]!; run++) {
        if (start + from[run]! === end && end > first) {
          end = start + to[run]!;
          continue;
        }
        if (end > first) yield { first, end };
        [first, end] = [start + from[run]!, start + to[run]!];
      }
    }
    if (end > first) yield { first, end };
  }

  /** The first cell of the mask from `cell` on. */
  #next(cell: number): number | undefined {
    const { starts, from } = this.#runs;
    const row = Math.floor(cell / this.width);
    if (row >= this.height) return undefined;
    const column = cell - row * this.width;
    const run = this.#firstRun(row, column);
    if (run < starts[row + 1]!) return row * this.width + Math.max(column, from[run]!);
    const next = this.nextRow(row + 1);
    return next < this.height ? next * this.width + from[starts[next]!]! : undefined;
  }

  /** The first run of a row that ends after a column. */
  #firstRun(row: number, column: number): number {
    const { starts, to } = this.#runs;
    let [low, high] = [starts[row]!, starts[row + 1]!];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (to[middle]! > column) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function grown(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const values = new Int32Array(2 * old.length);
  values.set(old);
  return values;
}
