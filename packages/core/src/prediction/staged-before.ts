import type { Grid } from "../grid/grid.js";
import type { OpenDataset } from "../pipeline/stage.js";
import type { Store } from "../store/store.js";

/**
 * Names of the datasets that the store seems to hold already: completely staged, on this grid, from this path, by this
 * method. The stage itself finds inputs that have changed since. Call it before the grid is rewritten.
 */
export async function stagedBefore(
  store: Store,
  grid: Grid,
  datasets: readonly OpenDataset[],
): Promise<ReadonlySet<string>> {
  const { width, height, crs } = grid;
  const [xmin, ymin, xmax, ymax] = grid.bounds;
  const rows = await store.rows<{ name: string; path: string; method: string; data_type: string }>(
    `SELECT name, path, method, data_type FROM datasets WHERE complete AND EXISTS (
      FROM grid WHERE crs = $1 AND width = $2 AND height = $3
        AND xmin = $4 AND ymin = $5 AND xmax = $6 AND ymax = $7)`,
    [crs, BigInt(width), BigInt(height), xmin, ymin, xmax, ymax],
  );
  const known = new Set(
    rows.map(({ name, path, method, data_type: type }) => [name, path, method, type].join("\0")),
  );
  return new Set(
    datasets
      .filter(({ name, config: { path }, method, dataType }) =>
        known.has([name, path, method, dataType].join("\0")),
      )
      .map(({ name }) => name),
  );
}
