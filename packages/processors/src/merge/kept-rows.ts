import type { CellRange, Sizes } from "@quadrat/core";
import { reclaim } from "@quadrat/core/base";
import { keepBatch, rowsOfBatch } from "@quadrat/core/host";
import type { RecordBatch } from "apache-arrow";

/** Rows of a join, and the cell after the last of them. */
export interface FetchedRows {
  readonly batch: RecordBatch;
  readonly end: number;
}

interface KeptRange {
  readonly range: CellRange;
  readonly batches: FetchedRows[];
}

/**
 * Rows that wait in memory for their readers, in ranges of cells or what is left of them. Once memory is short they are released
 * as they are handed out: a later reader gets them from the store.
 */
export class KeptRows {
  readonly #sizes: Sizes;
  readonly #rowBytes: number;
  #ranges: KeptRange[] = [];

  constructor(sizes: Sizes, rowBytes: number) {
    this.#sizes = sizes;
    this.#rowBytes = rowBytes;
  }

  /**
   * Keeps the rows of a range as they come, until the sizes say that merging must stream.
   * @param kept called for every batch
   */
  async keep(
    { first, end }: CellRange,
    rows: AsyncIterable<FetchedRows>,
    kept: (batch: RecordBatch) => Promise<void>,
  ): Promise<void> {
    const batches: FetchedRows[] = [];
    for await (const fetched of rows) {
      keepBatch(fetched.batch);
      batches.push(fetched);
      await kept(fetched.batch);
      if (this.#sizes.streaming) break;
    }
    // The rest of a range that was left in the middle comes from the store.
    const reached = this.#sizes.streaming ? (batches.at(-1)?.end ?? first) : end;
    this.#ranges.push({ range: { first, end: reached }, batches });
  }

  /**
   * The kept rows of the range that begins at a cell.
   * @returns the cell from which on rows have to be fetched
   */
  *handOut(first: number, size: () => number): Generator<RecordBatch, number> {
    const sizes = this.#sizes;
    const kept = this.#ranges.find(({ range }) => range.first === first);
    if (!kept) return first;
    const batches = [...kept.batches];
    let reached = first;
    while (batches.length > 0 && !sizes.exhausted) {
      const { batch, end } = batches.shift()!;
      if (sizes.streaming) this.#letGo(kept);
      yield* cut(batch, size);
      reached = end;
      if (sizes.streaming) reclaim(batch.numRows * this.#rowBytes);
    }
    if (batches.length === 0) return kept.range.end;
    // Nothing else is left to give up.
    this.#letGo(kept);
    return reached;
  }

  /** What they take. */
  get bytes(): number {
    return this.#rowBytes * this.#ranges.flatMap(({ batches }) => batches).reduce(countRows, 0);
  }

  #letGo(kept: KeptRange): void {
    this.#ranges = this.#ranges.filter((other) => other !== kept);
    kept.batches.length = 0;
  }

  /** Releases all rows. */
  clear(): void {
    this.#ranges = [];
  }
}

function countRows(sum: number, { batch }: FetchedRows): number {
  return sum + batch.numRows;
}

function* cut(batch: RecordBatch, size: () => number): Generator<RecordBatch> {
  for (let from = 0; from < batch.numRows;) {
    const slice = rowsOfBatch(batch, from, Math.min(batch.numRows, from + size()));
    from += slice.numRows;
    yield slice;
  }
}
