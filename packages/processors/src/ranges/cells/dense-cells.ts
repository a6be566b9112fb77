import type { DataType } from "@quadrat/core";
import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { DenseBlocks } from "../../staging/dense-blocks.js";
import type { CellSink } from "./cell-sink.js";

/** Makes batches in which every cell of the grid has its row. */
export class DenseCells implements CellSink {
  readonly #blocks: DenseBlocks;
  readonly #isBig: boolean;
  #finished: (arrow.RecordBatch | NullRows)[] = [];

  /** @param size the number of cells of the grid */
  constructor(type: DataType, size: number) {
    this.#blocks = new DenseBlocks(type, size);
    this.#isBig = type === "int64";
  }

  add(cell: number, value: number): void {
    if (cell >= this.#blocks.end) this.#reach(cell);
    this.#blocks.set(cell, this.#isBig ? BigInt(value) : value);
  }

  addCounts(cell: number, counts: Int32Array): void {
    for (let done = 0; done < counts.length;) {
      if (cell + done >= this.#blocks.end) this.#reach(cell + done);
      const count = Math.min(counts.length - done, this.#blocks.end - cell - done);
      this.#blocks.setCounts(cell + done, counts.subarray(done, done + count));
      done += count;
    }
  }

  take(all: boolean): arrow.RecordBatch | NullRows | undefined {
    return this.#finished.shift() ?? (all ? this.#blocks.finish() : undefined);
  }

  #reach(cell: number): void {
    while (cell >= this.#blocks.end) this.#finished.push(this.#blocks.finish()!);
  }
}
