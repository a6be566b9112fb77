import { accumulate, addRing } from "../../resample/outlines/coverage.js";
import type { CellGrid, Shape } from "./shape.js";

/** Cells of which no larger fraction is covered are not: that is rounding. */
export const leastCover = 1e-9;
/** Receives cells `[from, to)` of a row, of which the same fraction is covered. */
export type TakeCover = (row: number, from: number, to: number, fraction: number) => void;

/** Cells of a box whose coverage is computed at once, unless a row has more. */
const boxCells = 1 << 19;
/** Points of a ring whose rows are known together. */
const blockPoints = 64;
const least = Float64Array.of(leastCover);

/** Points `[from, to)` of a ring, and the rows in which their edges lie. */
interface Block {
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly sign: 1 | -1;
  readonly north: number;
  readonly south: number;
}

/** What computes coverage again and again. */
export class Coverer {
  #deltas = new Float64Array(1024);
  #fractions = new Float64Array(1024);
  readonly #grid: CellGrid;

  constructor(grid: CellGrid) {
    this.#grid = grid;
  }

  /**
   * Finds the fraction of each cell that a shape covers whose rings neither cross nor touch: exactly, except for rounding.
   * @param fills for each ring 1 if it adds what it encloses, -1 if it takes that away
   * @param shift added to every x before
   */
  cover(shape: Shape, fills: readonly (1 | -1)[], shift: number, take: TakeCover): void {
    const { width, height } = this.#grid;
    const left = Math.max(0, Math.floor(shape.west + shift));
    const columns = Math.min(width, Math.ceil(shape.east + shift)) - left;
    const top = Math.max(0, Math.floor(shape.north));
    const end = Math.min(height, Math.ceil(shape.south));
    if (columns <= 0 || top >= end) return;
    const rowsAtOnce = Math.max(1, Math.floor(boxCells / columns));
    const blocks = blocksOf(shape, fills, end - top <= rowsAtOnce);
    for (let row = top; row < end; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, end - row);
      this.#makeRoom(rows, columns);
      for (const { before, from, to, sign, north, south } of blocks) {
        if (north >= row + rows || south <= row) continue;
        addRing(this.#deltas, shape.xs, shape.ys, from, to, shift, 0, sign, left, columns, row, rows, before);
      }
      this.#take(row, rows, left, columns, take);
    }
  }

  /** Takes what quadrilaterals have added up in one row. @see Sweep */
  deltasFor(columns: number): Float64Array {
    this.#makeRoom(1, columns);
    return this.#deltas;
  }

  takeRow(row: number, left: number, columns: number, take: TakeCover): void {
    this.#take(row, 1, left, columns, take);
  }

  #take(top: number, rows: number, left: number, columns: number, take: TakeCover): void {
    const fractions = this.#fractions;
    accumulate(this.#deltas, columns, rows, least, fractions);
    for (let row = 0, at = 0; row < rows; row++) {
      let from = 0;
      for (let column = 0; column <= columns; column++) {
        const fraction = column < columns ? fractions[at + column]! : 0;
        if (fraction >= 1 - leastCover) continue;
        if (from < column) take(top + row, left + from, left + column, 1);
        if (fraction > 0) take(top + row, left + column, left + column + 1, fraction);
        from = column + 1;
      }
      at += columns;
    }
  }

  #makeRoom(rows: number, columns: number): void {
    const wanted = rows * (columns + 1);
    if (this.#deltas.length < wanted) this.#deltas = new Float64Array(wanted);
    if (this.#fractions.length < wanted) this.#fractions = new Float64Array(wanted);
  }
}

function blocksOf({ xs, ys, starts }: Shape, fills: readonly (1 | -1)[], whole: boolean): Block[] {
  const blocks: Block[] = [];
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const [first, end] = [starts[ring]!, starts[ring + 1]!];
    const sign = areaSign(xs, ys, first, end) === fills[ring] ? 1 : -1;
    const step = whole ? end - first : blockPoints;
    for (let from = first; from < end; from += step) {
      const to = Math.min(end, from + step);
      const before = from === first ? end - 1 : from - 1;
      let [north, south] = [ys[before]!, ys[before]!];
      for (let i = from; i < to; i++) {
        north = Math.min(north, ys[i]!);
        south = Math.max(south, ys[i]!);
      }
      blocks.push({ before, from, to, sign, north, south });
    }
  }
  return blocks;
}

function areaSign(xs: Float64Array, ys: Float64Array, first: number, end: number): 1 | -1 {
  const [x0, y0] = [xs[first]!, ys[first]!];
  let twice = 0;
  let [x, y] = [0, 0];
  for (let i = first + 1; i < end; i++) {
    const [xNext, yNext] = [xs[i]! - x0, ys[i]! - y0];
    twice += x * yNext - xNext * y;
    [x, y] = [xNext, yNext];
  }
  return twice < 0 ? -1 : 1;
}
