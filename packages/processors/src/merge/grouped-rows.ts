import {
  columnTypes,
  QuadratError,
  returnBatch,
  takeBuffer,
  type CellRange,
  type Store,
} from "@quadrat/core";
import { copyBits, reclaimBeyond, returnBuffer, setBits, takeZeros, vectorRows } from "@quadrat/core/base";
import { inGroups, roundBytes } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { combine } from "./kept-cells.js";
import { groupQuery, type Join, type MergeColumn } from "./merge-query.js";

export interface GroupedOptions {
  readonly store: Pick<Store, "query">;
  /** Columns of dense tables. */
  readonly columns: readonly MergeColumn[];
  readonly join: Join;
  /** The limit of the process. */
  readonly limitBytes: number;
  /** Bytes of cells in memory at a time, if they are to be fewer. */
  readonly bytes?: number;
}

/** Rows of the join: the cells, counted from the first of the range, and a column for each dataset. */
export interface JoinedRows {
  readonly offsets: Float64Array;
  readonly values: readonly arrow.Data[];
}

/** Bytes of buffers and objects that may wait for a collection: batches of many columns outlive the young generation. */
const garbageBytes = 48 * 2 ** 20;

/** Rows that are fetched from DuckDB at once. */
const fetchedRows = 4 * vectorRows;

/**
 * The joined rows of a range of cells, in rounds of cells that have room in memory. In each round the columns are read group
 * by group, because every table that is scanned takes half a megabyte or more; then the rows that the join keeps are copied
 * out of the round, column by column.
 * @param rows called before each batch for its maximum number of rows
 */
export async function* groupedRows(
  range: CellRange,
  rows: () => number,
  { store, columns, join, ...memory }: GroupedOptions,
): AsyncGenerator<JoinedRows> {
  const groups = inGroups(columns);
  const round = new Round(columns, join, cellsOfRound(columns, range, memory));
  const queries = function* () {
    for (const { first, end } of roundsOf(range, round.capacity)) {
      for (const [index, group] of groups.entries()) {
        const query = groupQuery(group, join, { first, end });
        const batches = store.query(query, { rows: () => fetchedRows })[Symbol.asyncIterator]();
        yield { first, cells: end - first, index, group, batches };
      }
    }
  };
  let left = 0;
  for await (const { first, cells, index, group, batches } of oneAhead(queries())) {
    if (index === 0) round.begin(cells);
    let at = 0;
    for await (const batch of batches) {
      round.take(batch, left, at);
      at += batch.numRows;
      returnBatch(batch);
    }
    if (at !== cells) throw new QuadratError("internal", `a range of ${cells} cells has ${at} rows`);
    left += group.length;
    if (left < columns.length) continue;
    left = 0;
    yield* round.rows(first - range.first, rows);
  }
}

interface Reading {
  readonly batches: AsyncIterator<arrow.RecordBatch>;
}

/** The readings with their batches, of which those of the next one are already requested. */
async function* oneAhead<T extends Reading>(
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
  const vectors = (bytes ?? roundBytes(cellBytes, limitBytes)) / cellBytes / vectorRows;
  const most = Math.ceil((end - first) / vectorRows);
  return vectorRows * Math.min(most, Math.max(1, Math.floor(vectors)));
}

function* roundsOf({ first, end }: CellRange, cells: number): Generator<CellRange> {
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
  #cells = 0;

  constructor(columns: readonly MergeColumn[], join: Join, capacity: number) {
    this.capacity = capacity;
    this.#join = join;
    this.#columns = columns.map(
      ({ dataset }) => new RoundColumn(columnTypes[dataset.dataType].arrow(), capacity),
    );
    this.#keep = new Uint8Array(join === "all" ? 0 : capacity);
    this.#kept = new Uint32Array(join === "all" ? 0 : capacity);
  }

  begin(cells: number): void {
    this.#cells = cells;
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

  *rows(first: number, most: () => number): Generator<JoinedRows> {
    const kept = this.#settle();
    for (let from = 0; from < kept.count;) {
      const count = Math.min(most(), kept.count - from);
      const cells = kept.cells?.subarray(from, from + count);
      const offsets = new Float64Array(takeBuffer(8 * count));
      for (let row = 0; row < count; row++) offsets[row] = first + (cells ? cells[row]! : from + row);
      const values = this.#columns.map((column) => (cells ? column.pick(cells) : column.slice(from, count)));
      yield { offsets, values };
      reclaimBeyond(garbageBytes);
      from += count;
    }
  }

  /** The number of cells that are kept, and the cells unless these are all. */
  #settle(): { readonly count: number; readonly cells?: Uint32Array } {
    if (this.#join === "all") return { count: this.#cells };
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
  readonly #capacity: number;
  /** Set once the column has had nulls. */
  #validity: Uint8Array<ArrayBuffer> | undefined;
  #nulls = false;

  constructor(type: arrow.DataType, capacity: number) {
    this.#type = type;
    this.#width = (type.ArrayType as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    this.#capacity = capacity;
    const buffer = new ArrayBuffer(capacity * this.#width);
    this.#bytes = new Uint8Array(buffer);
    this.#words = wordsOf(buffer, this.#width);
  }

  begin(): void {
    this.#nulls = false;
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
