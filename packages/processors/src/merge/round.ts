import { columnTypes, takeBuffer, type CellRange, type Mask, type StagedDataset } from "@quadrat/core";
import { reclaimBeyond } from "@quadrat/core/base";
import { partOf } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { combine } from "./kept-cells.js";
import { markInside } from "./mask-cells.js";
import type { Join, MergeColumn } from "./merge-query.js";
import { RoundColumn } from "./round-column.js";
import { RoundText } from "./round-text.js";
import { placeLists, settleAll, type RowLists } from "./row-lists.js";

/** Bytes of buffers and objects that may wait for a collection: batches of many columns outlive the young generation. */
export const garbageBytes = 24 * 2 ** 20;

/** Rows of the join: the cells, counted from the first of the range, and the columns. */
export interface JoinedRows {
  readonly offsets: Float64Array;
  readonly values: readonly arrow.Data[];
}

/** Cells of a round. */
export interface RoundCells extends CellRange {
  /** The cells that are rows, counted from the first and ascending; absent: all of them may be. */
  readonly listed?: Float64Array;
}

/** Values of all columns for some cells, and which of the cells the join keeps. Its memory is used again by the next round. */
export class Round {
  readonly capacity: number;
  readonly #join: Join;
  readonly #mask: Mask | undefined;
  readonly #columns: readonly (RoundColumn | RoundText)[];
  /** 1 for a cell that is kept, as far as the columns so far are concerned. */
  readonly #keep: Uint8Array;
  /** The kept cells. */
  readonly #kept: Uint32Array;
  /** 1 for a cell that has a value in the columns that are being read value by value. */
  #present: Uint8Array | undefined;
  /** Of the dataset whose columns are being read value by value: the first column, those of its lists, and what a cell with a list has besides. */
  #left = 0;
  #positions: ReadonlyMap<number, number> = new Map();
  #absent: number | undefined;
  #cells = 0;
  #listed: Float64Array | undefined;
  /** The row that was found last. */
  #row = 0;
  /** Lists of the cells of the round whose values are put into columns when it is known which cells are kept. */
  #waiting: { readonly lists: RowLists; readonly left: number; readonly dataset: StagedDataset } | undefined;

  /** @param mask for the join `mask`: the cells that are kept */
  constructor(columns: readonly MergeColumn[], join: Join, capacity: number, mask?: Mask) {
    this.capacity = capacity;
    this.#join = join;
    this.#mask = mask;
    this.#columns = columns.map(({ dataset: { dataType }, fill }) =>
      dataType === "text"
        ? new RoundText(capacity)
        : new RoundColumn(columnTypes[dataType].arrow(), capacity, fill),
    );
    this.#keep = new Uint8Array(join === "all" ? 0 : capacity);
    this.#kept = new Uint32Array(join === "all" ? 0 : capacity);
  }

  begin({ first, end, listed }: RoundCells): void {
    this.#cells = listed?.length ?? end - first;
    this.#listed = listed;
    this.#keep.fill(this.#join === "inner" ? 1 : 0);
    if (this.#mask && this.#join === "mask") markInside(this.#keep, this.#mask, first, end);
    for (const column of this.#columns) column.begin();
    this.#waiting = undefined;
  }

  /** Takes rows of a group, whose first column is number `left`, for the cells from `at` on. */
  take({ data: { children }, numRows }: arrow.RecordBatch, left: number, at: number): void {
    const ofColumns = this.#join === "all" ? children.length : children.length - 1;
    for (let index = 0; index < ofColumns; index++)
      this.#columns[left + index]!.put(children[index]!, at, numRows);
    if (this.#join === "all") return;
    combine(this.#keep.subarray(at, at + numRows), children[ofColumns]!.values as Uint8Array, this.#join);
  }

  /** Begins to take the values of a dataset's columns, number `left` and those after it. */
  open(left: number, { columns, absent }: Pick<StagedDataset, "columns" | "absent">): void {
    const count = columns?.length ?? 1;
    this.#left = left;
    this.#absent = absent;
    this.#positions = new Map(
      Array.from({ length: count }, (_, position) => [
        columns ? partOf({ columns }, position) : position,
        left + position,
      ]),
    );
    if (absent === undefined)
      for (const column of this.#columns.slice(left, left + count)) column.clear(this.#cells);
    else for (const column of this.#own()) column.assume(absent, this.#cells);
    this.#row = 0;
    if (absent === undefined && (this.#join === "all" || this.#listed)) return;
    this.#present ??= new Uint8Array(this.capacity);
    this.#present.fill(0);
  }

  /** The columns that are being read value by value, of a dataset in which all have one where one has: of numbers. */
  #own(): readonly RoundColumn[] {
    return this.#columns.slice(this.#left, this.#left + this.#positions.size) as RoundColumn[];
  }

  /** Takes values with their cells and the numbers of their columns in the lists of the dataset. */
  put({ data: { children }, numRows }: arrow.RecordBatch): void {
    const cells = children[0]!.values as Float64Array;
    const parts = children[1]!.values as Int32Array;
    const values = children[2]!.values as Float64Array;
    for (let index = 0; index < numRows; index++) {
      const row = this.#listed ? this.#find(cells[index]!, this.#listed) : cells[index]!;
      if (row < 0) continue;
      const column = this.#columns[this.#positions.get(parts[index]!)!]!;
      if (column instanceof RoundText) column.set(row, children[2]!, index);
      else column.set(row, values[index]!);
      if (this.#present) this.#present[row] = 1;
    }
  }

  /** Takes the lists of all cells of a dataset whose columns begin at number `left`. */
  putLists(lists: RowLists, left: number, dataset: StagedDataset): void {
    let present: Uint8Array;
    // Lists of one dataset can wait, and then take up no more than the columns.
    if (this.#waiting) present = this.#place(lists, left, dataset);
    else {
      this.#waiting = { lists, left, dataset };
      present = listed(lists.lists);
    }
    if (this.#join !== "all") combine(this.#keep.subarray(0, this.#cells), present, this.#join);
  }

  /** Puts lists into the columns of their dataset, the first of which is number `left`. */
  #place(lists: RowLists, left: number, dataset: StagedDataset): Uint8Array {
    const own = this.#columns.slice(left, left + dataset.columns!.length) as RoundColumn[];
    const positions = new Map(own.map((_, position) => [partOf(dataset, position), position]));
    return placeLists(lists, own, positions, dataset.absent!);
  }

  /** Puts the lists that wait into columns, of the kept cells alone; returns which columns have no others. */
  #placeWaiting(
    cells: Uint32Array | undefined,
    count: number,
  ): { readonly from: number; readonly end: number } {
    if (!this.#waiting) return { from: 0, end: 0 };
    const { lists, left, dataset } = this.#waiting;
    this.#waiting = undefined;
    const kept = cells ? gathered(lists.lists, cells, count) : lists.lists;
    this.#place({ ...lists, lists: kept }, left, dataset);
    return { from: left, end: left + dataset.columns!.length };
  }

  shut(): void {
    if (this.#absent !== undefined) settleAll(this.#own(), this.#present!, this.#cells);
    if (this.#join === "all" || this.#listed) return;
    combine(this.#keep.subarray(0, this.#cells), this.#present!, this.#join);
  }

  /** The row of a cell, or -1 if the join does not keep it. Cells mostly come in order. */
  #find(cell: number, listed: Float64Array): number {
    if (listed[this.#row] === cell) return this.#row;
    if (listed[this.#row + 1] === cell) return ++this.#row;
    let [low, high] = [0, listed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (listed[middle]! < cell) low = middle + 1;
      else high = middle;
    }
    if (listed[low] !== cell) return -1;
    return (this.#row = low);
  }

  *rows(first: number, most: () => number): Generator<JoinedRows> {
    const kept = this.#settle();
    const placed = this.#placeWaiting(kept.cells, kept.count);
    for (let from = 0; from < kept.count;) {
      const count = Math.min(most(), kept.count - from);
      const cells = kept.cells?.subarray(from, from + count);
      const offsets = new Float64Array(takeBuffer(8 * count));
      for (let row = 0; row < count; row++)
        offsets[row] = first + this.#offset(cells ? cells[row]! : from + row);
      const values = this.#columns.map((column, index) =>
        cells && !(index >= placed.from && index < placed.end)
          ? column.pick(cells)
          : column.slice(from, count),
      );
      yield { offsets, values };
      reclaimBeyond(garbageBytes);
      from += count;
    }
  }

  #offset(row: number): number {
    return this.#listed ? this.#listed[row]! : row;
  }

  /** The number of cells that are kept, and the cells unless these are all. */
  #settle(): { readonly count: number; readonly cells?: Uint32Array } {
    if (this.#join === "all" || this.#listed) return { count: this.#cells };
    let count = 0;
    for (let cell = 0; cell < this.#cells; cell++) if (this.#keep[cell] === 1) this.#kept[count++] = cell;
    return count === this.#cells ? { count } : { count, cells: this.#kept };
  }
}

/** 1 for each row that has a list. */
function listed(lists: Int32Array): Uint8Array {
  // Here and below loops, because `from` of typed arrays calls an iterator for each value.
  const present = new Uint8Array(lists.length);
  for (let row = 0; row < lists.length; row++) present[row] = lists[row]! < 0 ? 0 : 1;
  return present;
}

function gathered(lists: Int32Array, cells: Uint32Array, count: number): Int32Array {
  const kept = new Int32Array(count);
  for (let row = 0; row < count; row++) kept[row] = lists[cells[row]!]!;
  return kept;
}
