import {
  columnTypes,
  QuadratError,
  returnBatch,
  takeBuffer,
  type CellRange,
  type StagedDataset,
  type Store,
} from "@quadrat/core";
import { copyBits, reclaimBeyond, returnBuffer, setBits, takeZeros, vectorRows } from "@quadrat/core/base";
import { inGroups, roundBytes } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { combine } from "./kept-cells.js";
import {
  groupQuery,
  keptCellsQuery,
  valuesQuery,
  datasetsOf,
  type Join,
  type MergeColumn,
} from "./merge-query.js";

export interface GroupedOptions {
  readonly store: Pick<Store, "query">;
  /** Columns of dense tables alone, or of sparse ones. */
  readonly columns: readonly MergeColumn[];
  readonly join: Join;
  /** The limit of the process. */
  readonly limitBytes: number;
  /** Bytes of cells in memory at a time, if they are to be fewer. */
  readonly bytes?: number;
}

/** Rows of the join: the cells, counted from the first of the range, and the columns. */
export interface JoinedRows {
  readonly offsets: Float64Array;
  readonly values: readonly arrow.Data[];
}

/** Bytes of buffers and objects that may wait for a collection: batches of many columns outlive the young generation. */
const garbageBytes = 48 * 2 ** 20;

/** Bytes of a round in which values are put in their places one by one: it costs few queries, however many columns there are. */
const listedBytes = 24 * 2 ** 20;

/** Rows that are fetched from DuckDB at once. */
const fetchedRows = 4 * vectorRows;

/** Columns that are read together: some of dense tables, side by side, or those of one dataset value by value. */
type Reading =
  | { readonly kind: "columns"; readonly at: number; readonly columns: readonly MergeColumn[] }
  | { readonly kind: "values"; readonly at: number; readonly dataset: StagedDataset; readonly count: number };

/** The columns in order; those of dense tables with one value per cell in groups. */
function readingsOf(columns: readonly MergeColumn[]): Reading[] {
  const readings: Reading[] = [];
  for (let at = 0; at < columns.length;) {
    const { dataset } = columns[at]!;
    const sideBySide = ({ dataset: { layout, columns: parts } }: MergeColumn): boolean =>
      layout === "dense" && parts === undefined;
    const isSame = sideBySide(columns[at]!) ? sideBySide : (other: MergeColumn) => other.dataset === dataset;
    const next = columns.findIndex((column, index) => index > at && !isSame(column));
    const end = next < 0 ? columns.length : next;
    if (sideBySide(columns[at]!)) {
      let first = at;
      for (const group of inGroups(columns.slice(at, end))) {
        readings.push({ kind: "columns", at: first, columns: group });
        first += group.length;
      }
    } else readings.push({ kind: "values", at, dataset, count: end - at });
    at = end;
  }
  return readings;
}

/** Cells of a round. */
interface RoundCells extends CellRange {
  /** The cells that are rows, counted from the first and ascending; absent: all of them may be. */
  readonly listed?: Float64Array;
}

/**
 * The joined rows of a range of cells, in rounds of cells that have room in memory. In each round the columns are read group
 * by group, because every table that is scanned takes half a megabyte or more; then the rows that the join keeps are copied
 * out of the round, column by column. Values of datasets with several columns, nearly all of which are NULL, are put in their
 * places one by one. The cells of sparse tables that the join keeps are known before, and are the only ones of a round.
 * @param rows called before each batch for its maximum number of rows
 */
export async function* groupedRows(
  range: CellRange,
  rows: () => number,
  { store, columns, join, ...memory }: GroupedOptions,
): AsyncGenerator<JoinedRows> {
  const readings = readingsOf(columns);
  const round = new Round(columns, join, cellsOfRound(columns, range, memory));
  const isSparse = columns.some(({ dataset }) => dataset.layout === "sparse");
  const rounds = isSparse
    ? cut(range, await keptCells(range, store, columns, join), round.capacity)
    : roundsOf(range, round.capacity);
  const queries = function* () {
    for (const cells of rounds) {
      for (const [index, reading] of readings.entries()) {
        const query =
          reading.kind === "columns"
            ? groupQuery(reading.columns, join, cells)
            : valuesQuery(reading.dataset, cells);
        const batches = store.query(query, { rows: () => fetchedRows })[Symbol.asyncIterator]();
        yield { cells, index, reading, batches };
      }
    }
  };
  for await (const { cells, index, reading, batches } of oneAhead(queries())) {
    if (index === 0) round.begin(cells);
    if (reading.kind === "columns") {
      const count = cells.end - cells.first;
      let at = 0;
      for await (const batch of batches) {
        round.take(batch, reading.at, at);
        at += batch.numRows;
        returnBatch(batch);
      }
      if (at !== count) throw new QuadratError("internal", `a range of ${count} cells has ${at} rows`);
    } else {
      round.open(reading.at, reading.count);
      for await (const batch of batches) {
        round.put(batch, reading.at);
        returnBatch(batch);
      }
      round.shut();
    }
    if (index === readings.length - 1) yield* round.rows(cells.first - range.first, rows);
  }
}

/** The cells of a range that the join of sparse tables keeps, counted from the first. */
async function keptCells(
  range: CellRange,
  store: GroupedOptions["store"],
  columns: readonly MergeColumn[],
  join: Join,
): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  const query = keptCellsQuery(datasetsOf(columns), join, range);
  for await (const batch of store.query(query, { rows: () => 16 * vectorRows }))
    parts.push((batch.data.children[0]!.values as Float64Array).slice(0, batch.numRows));
  const cells = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    cells.set(part, at);
    at += part.length;
  }
  return cells;
}

function* cut(range: CellRange, kept: Float64Array, rows: number): Generator<RoundCells> {
  for (let from = 0; from < kept.length; from += rows) {
    const listed = kept.slice(from, from + rows);
    const [begin, last] = [listed[0]!, listed[listed.length - 1]!];
    for (let row = 0; row < listed.length; row++) listed[row]! -= begin;
    yield { first: range.first + begin, end: range.first + last + 1, listed };
  }
}

interface Pending {
  readonly batches: AsyncIterator<arrow.RecordBatch>;
}

/** The readings with their batches, of which those of the next one are already requested. */
async function* oneAhead<T extends Pending>(
  readings: Iterator<T>,
): AsyncGenerator<Omit<T, "batches"> & { readonly batches: AsyncIterable<arrow.RecordBatch> }> {
  const start = () => {
    const { value, done } = readings.next() as IteratorResult<T, undefined>;
    if (done) return undefined;
    const first = value.batches.next();
    // It is thrown when its turn comes, which is never if the reader stops early.
    first.catch(() => undefined);
    return { reading: value, first };
  };
  let next = start();
  let current: ReturnType<typeof start>;
  const batchesOf = async function* ({ reading, first }: NonNullable<typeof next>) {
    for (let result = await first; !result.done; result = await reading.batches.next()) yield result.value;
  };
  try {
    while (next) {
      current = next;
      next = start();
      yield { ...current.reading, batches: batchesOf(current) };
    }
  } finally {
    for (const begun of [current, next]) await begun?.reading.batches.return?.().catch(() => undefined);
  }
}

function cellsOfRound(
  columns: readonly MergeColumn[],
  { first, end }: CellRange,
  { limitBytes, bytes }: Pick<GroupedOptions, "limitBytes" | "bytes">,
): number {
  const cellBytes = columns.reduce(
    (sum, { dataset }) => sum + columnTypes[dataset.dataType].bytes + 1 / 8,
    0,
  );
  // Only tables that are read side by side come in whole vectors.
  const listed = columns.some(({ part }) => part !== undefined);
  const unit = listed ? 64 : vectorRows;
  const room = listed
    ? Math.min(listedBytes, roundBytes(cellBytes, limitBytes))
    : roundBytes(cellBytes, limitBytes);
  const units = (bytes ?? room) / cellBytes / unit;
  const most = Math.ceil((end - first) / unit);
  return unit * Math.min(most, Math.max(1, Math.floor(units)));
}

function* roundsOf({ first, end }: CellRange, cells: number): Generator<RoundCells> {
  for (let from = first; from < end; from += cells) yield { first: from, end: Math.min(end, from + cells) };
}

/** Values of all columns for some cells, and which of the cells the join keeps. Its memory is used again by the next round. */
class Round {
  readonly capacity: number;
  readonly #join: Join;
  readonly #columns: readonly RoundColumn[];
  /** 1 for a cell that is kept, as far as the columns so far are concerned. */
  readonly #keep: Uint8Array;
  /** The kept cells. */
  readonly #kept: Uint32Array;
  /** 1 for a cell that has a value in the columns that are being read value by value. */
  #present: Uint8Array | undefined;
  #cells = 0;
  #listed: Float64Array | undefined;
  /** The row that was found last. */
  #row = 0;

  constructor(columns: readonly MergeColumn[], join: Join, capacity: number) {
    this.capacity = capacity;
    this.#join = join;
    this.#columns = columns.map(
      ({ dataset, fill }) => new RoundColumn(columnTypes[dataset.dataType].arrow(), capacity, fill),
    );
    this.#keep = new Uint8Array(join === "all" ? 0 : capacity);
    this.#kept = new Uint32Array(join === "all" ? 0 : capacity);
  }

  begin({ first, end, listed }: RoundCells): void {
    this.#cells = listed?.length ?? end - first;
    this.#listed = listed;
    this.#keep.fill(this.#join === "inner" ? 1 : 0);
    for (const column of this.#columns) column.begin();
  }

  /** Takes rows of a group, whose first column is number `left`, for the cells from `at` on. */
  take({ data: { children }, numRows }: arrow.RecordBatch, left: number, at: number): void {
    const ofColumns = this.#join === "all" ? children.length : children.length - 1;
    for (let index = 0; index < ofColumns; index++)
      this.#columns[left + index]!.put(children[index]!, at, numRows);
    if (this.#join === "all") return;
    combine(this.#keep.subarray(at, at + numRows), children[ofColumns]!.values as Uint8Array, this.#join);
  }

  /** Begins to take the values of so many columns, number `left` and those after it. */
  open(left: number, count: number): void {
    for (let index = left; index < left + count; index++) this.#columns[index]!.clear(this.#cells);
    this.#row = 0;
    if (this.#join === "all" || this.#listed) return;
    this.#present ??= new Uint8Array(this.capacity);
    this.#present.fill(0);
  }

  /** Takes values with their cells and the numbers of their columns, counted from number `left`. */
  put({ data: { children }, numRows }: arrow.RecordBatch, left: number): void {
    const cells = children[0]!.values as Float64Array;
    const parts = children[1]!.values as Int32Array;
    const values = children[2]!.values as Float64Array;
    for (let index = 0; index < numRows; index++) {
      const row = this.#listed ? this.#find(cells[index]!, this.#listed) : cells[index]!;
      if (row < 0) continue;
      this.#columns[left + parts[index]!]!.set(row, values[index]!);
      if (this.#present) this.#present[row] = 1;
    }
  }

  shut(): void {
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
    for (let from = 0; from < kept.count;) {
      const count = Math.min(most(), kept.count - from);
      const cells = kept.cells?.subarray(from, from + count);
      const offsets = new Float64Array(takeBuffer(8 * count));
      for (let row = 0; row < count; row++)
        offsets[row] = first + this.#offset(cells ? cells[row]! : from + row);
      const values = this.#columns.map((column) => (cells ? column.pick(cells) : column.slice(from, count)));
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

/** A view of values by their width alone, so that each loop sees one kind of array. */
type Words = Uint8Array | Uint16Array | Uint32Array;

class RoundColumn {
  readonly #type: arrow.DataType;
  readonly #width: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Words;
  readonly #values: Float64Array;
  readonly #fill: number | undefined;
  readonly #capacity: number;
  /** Set once the column has had nulls. */
  #validity: Uint8Array<ArrayBuffer> | undefined;
  #nulls = false;

  constructor(type: arrow.DataType, capacity: number, fill: number | undefined) {
    this.#type = type;
    this.#fill = fill;
    this.#width = (type.ArrayType as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    this.#capacity = capacity;
    const buffer = new ArrayBuffer(capacity * this.#width);
    this.#bytes = new Uint8Array(buffer);
    this.#words = wordsOf(buffer, this.#width);
    this.#values = new (type.ArrayType as new (buffer: ArrayBuffer) => Float64Array)(buffer);
  }

  begin(): void {
    this.#nulls = false;
  }

  /** Makes the first cells NULL, or the value that is put in its place. */
  clear(cells: number): void {
    if (this.#fill !== undefined) {
      fillCells(this.#values, this.#fill, cells);
      return;
    }
    this.#nulls = true;
    fillCells(this.#values, 0, cells);
    this.#validity ??= new Uint8Array(Math.ceil(this.#capacity / 8));
    this.#validity.fill(0);
  }

  set(row: number, value: number): void {
    this.#values[row] = value;
    if (this.#nulls) this.#validity![row >> 3]! |= 1 << (row & 7);
  }

  /** Cells are put in order, in whole bytes of bits. */
  put(data: arrow.Data, at: number, count: number): void {
    const { buffer, byteOffset } = data.values as Uint8Array;
    const width = this.#width;
    this.#bytes.set(new Uint8Array(buffer, byteOffset, count * width), at * width);
    if (data.nullCount > 0 && !this.#nulls) {
      this.#nulls = true;
      this.#validity ??= new Uint8Array(Math.ceil(this.#capacity / 8));
      this.#validity.fill(0);
      setBits(this.#validity, 0, at);
    }
    if (!this.#nulls) return;
    if (data.nullCount === 0) setBits(this.#validity!, at, count);
    else copyBits(data.nullBitmap, 0, this.#validity!, at, count);
  }

  /** A copy of consecutive cells. */
  slice(from: number, count: number): arrow.Data {
    const width = this.#width;
    const buffer = takeBuffer(count * width);
    new Uint8Array(buffer).set(this.#bytes.subarray(from * width, (from + count) * width));
    if (!this.#nulls) return this.#data(buffer, count);
    const bits = takeZeros(Math.ceil(count / 8));
    return this.#data(buffer, count, bits, copyBits(this.#validity!, from, bits, 0, count));
  }

  /** A copy of these cells. */
  pick(cells: Uint32Array): arrow.Data {
    const count = cells.length;
    const buffer = takeBuffer(count * this.#width);
    pickWords(this.#words, cells, wordsOf(buffer, this.#width), this.#width / this.#words.BYTES_PER_ELEMENT);
    if (!this.#nulls) return this.#data(buffer, count);
    const bits = takeZeros(Math.ceil(count / 8));
    return this.#data(buffer, count, bits, pickBits(this.#validity!, cells, bits));
  }

  #data(buffer: ArrayBuffer, length: number, bits?: Uint8Array<ArrayBuffer>, set = length): arrow.Data {
    const values = new (
      this.#type.ArrayType as new (buffer: ArrayBuffer, at: number, length: number) => Float32Array
    )(buffer, 0, length);
    if (bits && set === length) returnBuffer(bits.buffer);
    const nulls = set < length && { nullBitmap: bits };
    return arrow.makeData({
      type: this.#type as arrow.Float,
      length,
      nullCount: length - set,
      data: values,
      ...nulls,
    });
  }
}

function fillCells(
  values: Float64Array | BigInt64Array | BigUint64Array,
  value: number,
  cells: number,
): void {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    values.fill(BigInt(value), 0, cells);
  else values.fill(value, 0, cells);
}

function wordsOf(buffer: ArrayBuffer, width: number): Words {
  if (width === 1) return new Uint8Array(buffer);
  return width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

function pickWords(from: Words, cells: Uint32Array, to: Words, each: number): void {
  if (each === 2) {
    for (let row = 0; row < cells.length; row++) {
      to[2 * row] = from[2 * cells[row]!]!;
      to[2 * row + 1] = from[2 * cells[row]! + 1]!;
    }
    return;
  }
  for (let row = 0; row < cells.length; row++) to[row] = from[cells[row]!]!;
}

/** Copies the bits of these cells into cleared bits; returns how many of them are set. */
function pickBits(from: Uint8Array, cells: Uint32Array, to: Uint8Array): number {
  let set = 0;
  for (let row = 0; row < cells.length; row++) {
    const bit = (from[cells[row]! >> 3]! >> (cells[row]! & 7)) & 1;
    to[row >> 3]! |= bit << (row & 7);
    set += bit;
  }
  return set;
}
