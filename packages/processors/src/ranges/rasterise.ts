import type { EachRun, Mask } from "@quadrat/core";
import { addCentres } from "./cells/centre.js";
import { coverAny } from "./cells/cover-any.js";
import { Coverer, leastCover } from "./cells/cover.js";
import type { RowRecords } from "./cells/row-records.js";
import { RowRuns } from "./cells/row-runs.js";
import type { CellGrid, Shape } from "./cells/shape.js";
import { addTouched } from "./cells/touched.js";
import type { RangePlan } from "./plan.js";
import type { PlacedShape } from "./shapes/place.js";

/** Words of a record: row, polygon, first column, end of the columns, and the covered fraction if it is needed. */
export const runWords = { plain: 4, covered: 6 } as const;

/** What became of a polygon. */
export type Outcome = "taken" | "lost" | "outside" | "masked";

/** Columns: an image a turn away that reaches into the grid by less lies beside it. */
const leastOverlap = 1e-9;

/** Puts polygons into cells: each becomes runs of cells, which are added to the records. */
export class Rasteriser {
  readonly #grid: CellGrid;
  readonly #turn: number;
  readonly #plan: RangePlan;
  readonly #records: RowRecords;
  readonly #runs = new RowRuns();
  readonly #coverer: Coverer;
  readonly #mask: Mask | undefined;
  /** Cells of the polygon at hand outside of the mask. */
  #masked = 0;

  /** @param mask the cells that are used; default: all */
  constructor(grid: CellGrid, turn: number, plan: RangePlan, records: RowRecords, mask?: Mask) {
    this.#grid = grid;
    this.#turn = turn;
    this.#plan = plan;
    this.#records = records;
    this.#coverer = new Coverer(grid);
    this.#mask = mask;
  }

  add(polygon: number, placed: PlacedShape, isSimple: boolean): Outcome {
    let cells = 0;
    this.#masked = 0;
    const shifts = shiftsOf(placed.shape, this.#grid, this.#turn);
    for (const shift of shifts) {
      cells += needsCover(this.#plan)
        ? this.#covered(polygon, placed, isSimple, shift)
        : this.#ruled(polygon, placed.shape, shift);
    }
    if (cells > 0) return "taken";
    if (this.#masked > 0) return "masked";
    const isOn = (shift: number): boolean =>
      isWithin(placed.shape, shift, this.#grid) || this.#isTouched(placed.shape, shift);
    return shifts.some(isOn) ? "lost" : "outside";
  }

  #collect(shape: Shape, shift: number): void {
    const { rule } = this.#plan;
    addCentres(shape, this.#grid, shift, this.#runs);
    if (rule === "touched") addTouched(shape, this.#grid, shift, this.#runs);
  }

  #ruled(polygon: number, shape: Shape, shift: number): number {
    const records = this.#records;
    let cells = 0;
    this.#collect(shape, shift);
    this.#runs.drain(
      this.#inMask((row, from, to) => {
        const at = records.add(row, polygon);
        records.words[at + 2] = from;
        records.words[at + 3] = to;
        cells += to - from;
      }),
    );
    return cells;
  }

  /** Under the rule of coverage all cells with a part of it, else those that the rule takes. */
  #covered(polygon: number, placed: PlacedShape, isSimple: boolean, shift: number): number {
    const { rule, measure, threshold } = this.#plan;
    const { shape, fills } = placed;
    const least = measure === "coverage" ? 0 : threshold - leastCover;
    let cells = 0;
    const add = (row: number, first: number, end: number, fraction: number): void =>
      this.#inMask((_, from, to) => {
        this.#add(polygon, row, from, to, fraction);
        if (fraction >= least) cells += to - from;
      }, fraction >= least)(row, first, end);
    if (rule === "coverage") {
      if (isSimple) this.#coverer.cover(shape, fills, shift, add);
      else coverAny(shape, this.#grid, shift, this.#coverer, add);
      return cells;
    }
    this.#collect(shape, shift);
    const runs: number[] = [];
    this.#runs.drain(
      this.#inMask((row, from, to) => {
        runs.push(row, from, to);
        cells += to - from;
      }),
    );
    const within = new Within(runs, (row, from, to, fraction) => this.#add(polygon, row, from, to, fraction));
    const take = (row: number, from: number, to: number, fraction: number): void =>
      within.take(row, from, to, fraction);
    if (isSimple) this.#coverer.cover(shape, fills, shift, take);
    else coverAny(shape, this.#grid, shift, this.#coverer, take);
    within.finish();
    return cells;
  }

  /** Calls `each` with the parts of runs that are in the mask; counts the others if they would be taken. */
  #inMask(each: EachRun, isTaken = true): EachRun {
    const mask = this.#mask;
    if (!mask) return each;
    return (row, from, to) => {
      let inside = 0;
      mask.within(row, from, to, (_, first, end) => {
        inside += end - first;
        each(row, first, end);
      });
      if (isTaken) this.#masked += to - from - inside;
    };
  }

  #add(polygon: number, row: number, from: number, to: number, fraction: number): void {
    const records = this.#records;
    const at = records.add(row, polygon);
    records.words[at + 2] = from;
    records.words[at + 3] = to;
    records.doubles[(at + 4) / 2] = fraction;
  }

  #isTouched(shape: Shape, shift: number): boolean {
    addCentres(shape, this.#grid, shift, this.#runs);
    addTouched(shape, this.#grid, shift, this.#runs);
    const any = this.#runs.count > 0;
    this.#runs.drain(() => undefined);
    return any;
  }
}

/** Whether the box around a shape lies on the grid, even if it touches no cell: along the lines between them. */
function isWithin({ west, east, north, south }: Shape, shift: number, { width, height }: CellGrid): boolean {
  return west + shift >= 0 && east + shift <= width && north >= 0 && south <= height;
}

/** Whether the covered fractions of cells are needed. */
export function needsCover({ rule, measure }: RangePlan): boolean {
  return rule === "coverage" || measure === "value" || measure === "weight";
}

/** By how many columns a shape must be moved so that it meets the grid, of all ways in which it can. */
export function shiftsOf(
  { west, east, north, south }: Shape,
  { width, height }: CellGrid,
  turn: number,
): number[] {
  if (north >= height || south <= 0) return [];
  if (turn === 0) return west >= width || east <= 0 ? [] : [0];
  const shifts: number[] = [];
  for (
    let turns = Math.ceil((leastOverlap - east) / turn);
    west + turns * turn < width - leastOverlap;
    turns++
  )
    shifts.push(turns * turn);
  return shifts;
}

/** Runs of cells cut to others, both ascending; cells without a fraction get 0. */
class Within {
  readonly #runs: readonly number[];
  readonly #add: (row: number, from: number, to: number, fraction: number) => void;
  #at = 0;
  /** The first column of the run at hand that has not been added. */
  #next: number;

  constructor(
    runs: readonly number[],
    add: (row: number, from: number, to: number, fraction: number) => void,
  ) {
    this.#runs = runs;
    this.#add = add;
    this.#next = runs[1] ?? 0;
  }

  take(row: number, from: number, to: number, fraction: number): void {
    while (this.#at < this.#runs.length) {
      const [ownRow, end] = [this.#runs[this.#at]!, this.#runs[this.#at + 2]!];
      if (ownRow > row || (ownRow === row && this.#next >= to)) return;
      if (ownRow < row || end <= from) {
        this.#skip(end);
        continue;
      }
      if (this.#next < from) this.#skip(from);
      const last = Math.min(end, to);
      this.#add(row, this.#next, last, fraction);
      this.#next = last;
      if (last === end) this.#advance();
    }
  }

  finish(): void {
    while (this.#at < this.#runs.length) this.#skip(this.#runs[this.#at + 2]!);
  }

  /** Adds the cells up to a column of the run at hand, which have no fraction. */
  #skip(to: number): void {
    if (this.#next < to) this.#add(this.#runs[this.#at]!, this.#next, to, 0);
    this.#next = to;
    if (to === this.#runs[this.#at + 2]!) this.#advance();
  }

  #advance(): void {
    this.#at += 3;
    this.#next = this.#runs[this.#at + 1] ?? 0;
  }
}
