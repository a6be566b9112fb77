import type { CellRange } from "../grid/cell-range.js";
import { quoteLiteral, type Store } from "../store/store.js";

/** The statement that creates the table `bands`. Its cells are inclusive. */
export const ledgerTable = `
CREATE TABLE IF NOT EXISTS bands (
  dataset VARCHAR, first_cell BIGINT, last_cell BIGINT, made_from VARCHAR, finished TIMESTAMP);
`;

/** The dataset that cells belong to, and the key of what they were made from. */
export interface LedgerOwner {
  readonly name: string;
  readonly key: string;
}

/**
 * The ranges of cells that are durable in the store. A range is entered in the transaction that commits its values, so the
 * values of every range in the ledger exist, and all others still have to be made.
 */
export class Ledger {
  readonly #store: Pick<Store, "rows">;

  constructor(store: Pick<Store, "rows">) {
    this.#store = store;
  }

  /** The number of cells of a dataset, from the first on and without a gap, that were made under this key. */
  async reached({ name, key }: LedgerOwner): Promise<number> {
    const ranges = await this.#store.rows<{ first: number; end: number }>(
      `SELECT first_cell::DOUBLE AS first, last_cell::DOUBLE + 1 AS "end" FROM bands
       WHERE dataset = $1 AND made_from = $2 ORDER BY first_cell`,
      [name, key],
    );
    let reached = 0;
    for (const { first, end } of ranges) {
      if (first > reached) break;
      reached = Math.max(reached, end);
    }
    return reached;
  }
}

/** The statement that enters a range as finished now. */
export function enter({ name, key }: LedgerOwner, { first, end }: CellRange): string {
  const now = new Date().toISOString().replace("T", " ").replace("Z", "");
  return `INSERT INTO bands VALUES (${quoteLiteral(name)}, ${first}, ${end - 1}, ${quoteLiteral(key)}, TIMESTAMP ${quoteLiteral(now)})`;
}

/** The statement that removes all ranges of a dataset. */
export function strike(name: string): string {
  return `DELETE FROM bands WHERE dataset = ${quoteLiteral(name)}`;
}
