import type { DataType } from "@quadrat/core";
import { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { denseBatch } from "./cells.js";
import { allocateValues, type ColumnValues } from "./column.js";

/** Cells of one batch. */
const blockCells = 1 << 18;

/** Puts values, ascending by cell, at their positions among all cells of the grid, block by block. */
export class DenseBlocks {
  readonly #type: DataType;
  readonly #size: number;
  #first = 0;
  #values: ColumnValues;
  #validity: Uint8Array<ArrayBuffer>;
  #present = 0;

  /** @param size the number of cells of the grid */
  constructor(type: DataType, size: number) {
    this.#type = type;
    this.#size = size;
    const count = Math.min(blockCells, size);
    this.#values = allocateValues(type, count);
    this.#validity = new Uint8Array(Math.ceil(count / 8));
  }

  /** The cell after the last one of the block at hand: what lies further on waits until {@link finish} was called. */
  get end(): number {
    return this.#first + this.#values.length;
  }

  /** @param value of the type of the column */
  set(cell: number, value: number | bigint): void {
    const at = cell - this.#first;
    (this.#values as Float64Array)[at] = value as number;
    this.#validity[at >> 3]! |= 1 << (at & 7);
    this.#present++;
  }

  /** The same for cells one after the other; those of which the value is 0 have none. */
  setCounts(cell: number, counts: Int32Array): void {
    const values = this.#values as Float64Array;
    const validity = this.#validity;
    const from = cell - this.#first;
    let present = 0;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      const at = from + i;
      values[at] = count;
      validity[at >> 3]! |= 1 << (at & 7);
      present++;
    }
    this.#present += present;
  }

  /** Ends the block at hand, and begins the next; undefined once all cells of the grid have gone. */
  finish(): arrow.RecordBatch | NullRows | undefined {
    const count = this.#values.length;
    if (count === 0) return undefined;
    const [values, validity, present] = [this.#values, this.#validity, this.#present];
    const batch =
      present === 0
        ? new NullRows(count)
        : denseBatch(this.#type, { values, validity, nulls: count - present });
    this.#first += count;
    this.#present = 0;
    const next = Math.min(blockCells, this.#size - this.#first);
    // What is empty can be used again.
    if (present > 0 || next !== count) {
      this.#values = allocateValues(this.#type, next);
      this.#validity = new Uint8Array(Math.ceil(next / 8));
    }
    return batch;
  }
}
