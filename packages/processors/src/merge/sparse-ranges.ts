import { qualify, type StagedDataset, type Store } from "@quadrat/core";
import { joinedCells } from "@quadrat/core/base";

/**
 * The first cells of ranges in which no sparse table has more than {@link joinedCells} rows: they follow the data and
 * not the grid, which may have any number of empty cells.
 */
export async function sparseStarts(store: Store, datasets: readonly StagedDataset[]): Promise<Float64Array> {
  const parts = datasets.map(
    ({ name }) =>
      `SELECT cell FROM ${qualify({ schema: "sparse", table: name })} WHERE rowid % ${joinedCells} = 0`,
  );
  const rows = await store.rows<{ cell: number }>(
    `SELECT DISTINCT cell::DOUBLE AS cell FROM (SELECT 0 AS cell UNION ALL ${parts.join(" UNION ALL ")}) ORDER BY cell`,
  );
  return Float64Array.from(rows, ({ cell }) => cell);
}
