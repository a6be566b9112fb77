import { qualify, type StagedDataset, type Store } from "@quadrat/core";
import { rowGroupRows } from "@quadrat/core/base";

/** The maximum number of rows of a table that one query joins by their cells, for which it needs memory. */
const joinedRows = 2 * rowGroupRows;

/**
 * The first cells of ranges in which no sparse table has more than {@link joinedRows} rows: they follow the data and
 * not the grid, which may have any number of empty cells.
 */
export async function sparseStarts(store: Store, datasets: readonly StagedDataset[]): Promise<Float64Array> {
  const parts = datasets.map(
    ({ name }) =>
      `SELECT cell FROM ${qualify({ schema: "sparse", table: name })} WHERE rowid % ${joinedRows} = 0`,
  );
  const rows = await store.rows<{ cell: number }>(
    `SELECT DISTINCT cell::DOUBLE AS cell FROM (SELECT 0 AS cell UNION ALL ${parts.join(" UNION ALL ")}) ORDER BY cell`,
  );
  return Float64Array.from(rows, ({ cell }) => cell);
}
