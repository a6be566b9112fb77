import type { CellRange } from "../grid/cell-range.js";
import { quoteLiteral, type Store } from "../store/store.js";

/** The statement that makes the table `bands`. Its cells are inclusive. */
export const ledgerTable = `
CREATE TABLE IF NOT EXISTS bands (
  dataset VARCHAR, first_cell BIGINT, last_cell BIGINT, made_from VARCHAR, finished TIMESTAMP);
`;

/** Whose cells they are, and the key of what they were made from. */
export interface LedgerOwner {
  readonly name: string;
  readonly key: string;
}

/**
 * The ranges of cells that are in the store for good. A range is entered in the transaction that commits its values, so what
 * the ledger has is there, and what it lacks is to be made.
 */
export class Ledger {
  readonly #store: Pick<Store, "rows">;

  constructor(store: Pick<Store, "rows">) {
    this.#store = store;
  }

  /** How many cells of a dataset, from the first on and without a gap, were made from what the key stands for. */
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
export function enter({ name, key }: LedgerOwner, { first, last }: CellRange): string {
  const now = new Date().toISOString().replace("T", " ").replace("Z", "");
  return `INSERT INTO bands VALUES (${quoteLiteral(name)}, ${first}, ${last - 1}, ${quoteLiteral(key)}, TIMESTAMP ${quoteLiteral(now)})`;
}

/** The statement that strikes all ranges of a dataset. */
export function strike(name: string): string {
  return `DELETE FROM bands WHERE dataset = ${quoteLiteral(name)}`;
}
