import type { Column } from "../staging/column.js";
import { ExactSum } from "./exact-sum.js";

/** Cells that are summed with compensation before they are added exactly. */
const cellsAtOnce = 4096;

/** The sum of a dataset's cells, in order: it does not depend on the pieces in which they come. */
export class ResultTotal {
  readonly #total = new ExactSum();
  #sum = 0;
  #rest = 0;
  #cells = 0;
  #isFinite = true;

  /** @param skipped values at the beginning that are left out */
  add({ values, validity }: Pick<Column, "values" | "validity">, skipped = 0): void {
    for (let i = skipped; i < values.length; i++) {
      if (!validity || (validity[i >> 3]! >> (i & 7)) & 1) {
        const value = Number(values[i]!);
        const next = this.#sum + value;
        this.#rest +=
          Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
        this.#sum = next;
      }
      if (++this.#cells % cellsAtOnce === 0) this.#flush();
    }
  }

  /** Cells without a value count, too: sums are added where they would be if the cells had come one by one. */
  addNulls(count: number): void {
    if ((this.#cells % cellsAtOnce) + count >= cellsAtOnce) this.#flush();
    this.#cells += count;
  }

  /** NaN if it is not finite. */
  value(): number {
    this.#flush();
    return this.#isFinite ? this.#total.value : NaN;
  }

  #flush(): void {
    const finite = Number.isFinite(this.#sum + this.#rest);
    if (finite) {
      this.#total.add(this.#sum);
      this.#total.add(this.#rest);
    }
    this.#isFinite &&= finite;
    this.#sum = this.#rest = 0;
  }
}
