import type { RecordBand, RowOfRecords } from "../cells/row-records.js";
import type { Polygons } from "../polygons.js";

/** The records of a row by groups of polygons; what it returns is overwritten by the next row. */
export class RowGroups {
  readonly #polygons: Polygons;
  readonly #size: number;
  /** The groups of the row. */
  readonly found: number[] = [];
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  #next = new Int32Array(256);

  constructor(polygons: Polygons, size: number) {
    this.#polygons = polygons;
    this.#size = size;
    this.#heads = new Int32Array(polygons.groups).fill(-1);
    this.#tails = new Int32Array(polygons.groups);
  }

  sort({ words }: RecordBand, { from, end }: RowOfRecords): void {
    for (const group of this.found) this.#heads[group] = -1;
    this.found.length = 0;
    const count = (end - from) / this.#size;
    if (this.#next.length < count) this.#next = new Int32Array(2 * count);
    for (let i = 0, at = from; i < count; i++, at += this.#size) {
      const group = this.#polygons.group(words[at + 1]!);
      if (this.#heads[group] === -1) {
        this.#heads[group] = i;
        this.found.push(group);
      } else this.#next[this.#tails[group]!] = i;
      this.#tails[group] = i;
      this.#next[i] = -1;
    }
  }

  /** Calls `each` with the first words of a group's records, in their order. */
  each(group: number, { from }: RowOfRecords, each: (at: number) => void): void {
    for (let i = this.#heads[group]!; i >= 0; i = this.#next[i]!) each(from + i * this.#size);
  }
}
