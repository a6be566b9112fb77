import { takeBuffer } from "@quadrat/core";
import { returnBuffer, takeZeros } from "@quadrat/core/base";
import * as arrow from "apache-arrow";

/**
 * The texts of a column for the cells of a round, of which each different one is kept once: names of zones repeat from cell to
 * cell. Its memory is used again by the next round.
 */
export class RoundText {
  /** For each cell the position of its text, from 1 on; 0 is NULL. */
  readonly #texts: Uint32Array;
  /** The texts in UTF-8. */
  readonly #different: Uint8Array[] = [];
  /** By the bytes of a text, its position. */
  readonly #positions = new Map<string, number>();

  constructor(capacity: number) {
    this.#texts = new Uint32Array(capacity);
  }

  begin(): void {
    this.#different.length = 0;
    this.#positions.clear();
  }

  /** Makes the first cells NULL. */
  clear(cells: number): void {
    this.#texts.fill(0, 0, cells);
  }

  /** Takes one of the texts of a column. */
  set(row: number, data: arrow.Data, index: number): void {
    this.#texts[row] = this.#positionOf(data, index);
  }

  put(data: arrow.Data, at: number, count: number): void {
    for (let index = 0; index < count; index++) this.#texts[at + index] = this.#positionOf(data, index);
  }

  /** A copy of consecutive cells. */
  slice(from: number, count: number): arrow.Data {
    return this.#data(count, (row) => this.#texts[from + row]!);
  }

  /** A copy of these cells. */
  pick(cells: Uint32Array): arrow.Data {
    return this.#data(cells.length, (row) => this.#texts[cells[row]!]!);
  }

  #positionOf(data: arrow.Data, index: number): number {
    if (data.nullCount > 0 && ((data.nullBitmap[index >> 3]! >> (index & 7)) & 1) === 0) return 0;
    const offsets = data.valueOffsets as Int32Array;
    const bytes = data.values as Uint8Array;
    const text = Buffer.from(
      bytes.buffer,
      bytes.byteOffset + offsets[index]!,
      offsets[index + 1]! - offsets[index]!,
    );
    const key = text.toString("latin1");
    let position = this.#positions.get(key);
    if (position === undefined) {
      position = this.#different.push(Uint8Array.from(text));
      this.#positions.set(key, position);
    }
    return position;
  }

  #data(count: number, positionOf: (row: number) => number): arrow.Data {
    const offsets = new Int32Array(takeBuffer(4 * (count + 1)), 0, count + 1);
    const validity = takeZeros(Math.ceil(count / 8));
    let [end, present] = [0, 0];
    offsets[0] = 0;
    for (let row = 0; row < count; row++) {
      const position = positionOf(row);
      if (position > 0) {
        end += this.#different[position - 1]!.length;
        validity[row >> 3]! |= 1 << (row & 7);
        present++;
      }
      offsets[row + 1] = end;
    }
    const bytes = new Uint8Array(takeBuffer(end), 0, end);
    for (let row = 0; row < count; row++) {
      const position = positionOf(row);
      if (position > 0) bytes.set(this.#different[position - 1]!, offsets[row]);
    }
    if (present === count) returnBuffer(validity.buffer);
    return arrow.makeData({
      type: new arrow.Utf8(),
      length: count,
      nullCount: count - present,
      valueOffsets: offsets,
      data: bytes,
      ...(present < count && { nullBitmap: validity }),
    });
  }
}
