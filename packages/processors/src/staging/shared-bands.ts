import type { Band, Bands } from "./raster-bands.js";

interface Asking {
  readonly resolve: (result: IteratorResult<Bands, unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Bands of several columns that are made together, for work on each column by itself: all of them get a band before the next one
 * is requested. The bands begin when every column has either joined or left.
 */
export class SharedBands {
  readonly #make: (fromRow: number) => AsyncGenerator<Bands>;
  /** Columns that have neither joined nor left yet, and those that have joined. */
  readonly #awaited: Set<number>;
  readonly #joined = new Set<number>();
  readonly #asking = new Map<number, Asking>();
  #fromRow = Infinity;
  #bands: AsyncGenerator<Bands> | undefined;

  /** @param make begins the bands at a row */
  constructor(count: number, make: (fromRow: number) => AsyncGenerator<Bands>) {
    this.#make = make;
    this.#awaited = new Set(Array.from({ length: count }, (_, column) => column));
  }

  /** The bands of a column from the one with row `fromRow` on. */
  async *join(column: number, fromRow: number): AsyncGenerator<Band> {
    this.#awaited.delete(column);
    this.#joined.add(column);
    this.#fromRow = Math.min(this.#fromRow, fromRow);
    try {
      for (;;) {
        const { done, value } = await new Promise<IteratorResult<Bands, unknown>>((resolve, reject) => {
          this.#asking.set(column, { resolve, reject });
          this.#proceed();
        });
        if (done) return;
        const { rowStart, rowEnd, columns, total } = value;
        if (rowEnd > fromRow) yield { rowStart, rowEnd, column: columns?.[column], total };
      }
    } finally {
      await this.leave(column);
    }
  }

  /** Says that a column does not need bands, or no more of them. */
  async leave(column: number): Promise<void> {
    this.#awaited.delete(column);
    const wasJoined = this.#joined.delete(column);
    this.#asking.delete(column);
    if (this.#joined.size > 0 || this.#awaited.size > 0) this.#proceed();
    else if (wasJoined) await this.#bands?.return(undefined);
  }

  #proceed(): void {
    if (this.#awaited.size > 0 || this.#asking.size === 0 || this.#asking.size < this.#joined.size) return;
    const asking = [...this.#asking.values()];
    this.#asking.clear();
    this.#bands ??= this.#make(this.#fromRow);
    this.#bands.next().then(
      (result) => {
        for (const { resolve } of asking) resolve(result);
      },
      (error: unknown) => {
        for (const { reject } of asking) reject(error);
      },
    );
  }
}
