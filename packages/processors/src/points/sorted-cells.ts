import type { Store } from "@quadrat/core";

const cellsAtOnce = 1 << 16;

/** Looks up ascending cells among other ascending ones, which are read once and a batch at a time. */
export class SortedCells {
  readonly #batches: AsyncIterator<{ numRows: number; data: { children: readonly { values: unknown }[] } }>;
  #cells: Float64Array = new Float64Array();
  #at = 0;
  #isDone = false;

  /** @param select a SELECT of cells as doubles, ascending */
  constructor(store: Store, select: string) {
    this.#batches = store.query(select, { rows: () => cellsAtOnce })[Symbol.asyncIterator]();
  }

  /** Which of some cells, none of them before those of an earlier call, are among the others. */
  async among(cells: Float64Array): Promise<Uint8Array> {
    const flags = new Uint8Array(cells.length);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      while (!this.#isDone) {
        while (this.#at < this.#cells.length && this.#cells[this.#at]! < cell) this.#at++;
        if (this.#at < this.#cells.length) break;
        await this.#next();
      }
      if (this.#isDone) break;
      if (this.#cells[this.#at] === cell) flags[i] = 1;
    }
    return flags;
  }

  /** Ends the query, wherever it is. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  async #next(): Promise<void> {
    const next = await this.#batches.next();
    if (next.done) {
      this.#isDone = true;
      return;
    }
    const { data, numRows } = next.value;
    this.#cells = (data.children[0]!.values as Float64Array).subarray(0, numRows);
    this.#at = 0;
  }
}
