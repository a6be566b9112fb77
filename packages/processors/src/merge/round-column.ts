import { takeBuffer } from "@quadrat/core";
import { copyBits, returnBuffer, setBits, takeZeros } from "@quadrat/core/base";
import * as arrow from "apache-arrow";

/** A view of values by their width alone, so that each loop sees one kind of array. */
type Words = Uint8Array | Uint16Array | Uint32Array;

/** The values of a column for the cells of a round. Its memory is used again by the next round. */
export class RoundColumn {
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

  /** After {@link assume}. */
  place(row: number, value: number): void {
    this.#values[row] = value;
  }

  /** Gives the first cells this value, until {@link settle} tells which of them have one. */
  assume(value: number, cells: number): void {
    this.#nulls = false;
    fillCells(this.#values, value, cells);
  }

  /**
   * Makes those of the first cells NULL that are not marked with a 1, or gives them the value that is put in place of it.
   * @param bits the marks as bits
   * @param count how many have one
   */
  settle(present: Uint8Array, bits: Uint8Array, cells: number, count: number): void {
    this.#nulls = this.#fill === undefined && count < cells;
    if (this.#nulls) {
      this.#validity ??= new Uint8Array(Math.ceil(this.#capacity / 8));
      this.#validity.set(bits);
    }
    if (this.#fill === undefined || count === cells) return;
    for (let cell = 0; cell < cells; cell++) if (present[cell] === 0) this.#values[cell] = this.#fill;
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
