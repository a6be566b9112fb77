import { quoteLiteral, type Store } from "@quadrat/core";

/** How files are read; by default bytes that are not marked as text are text. */
export interface ReadParquet {
  /** Leaves bytes that are not marked as text unchanged. */
  readonly binary?: boolean;
  /** Adds the column `file_row_number`, from 0. */
  readonly numbered?: boolean;
}

/**
 * DuckDB's reader for files of one schema.
 *
 * Writers leave NaN out of a column's statistics, as the format requires, and DuckDB simplifies comparisons by them: a
 * NaN is then between any two numbers. `can_have_nan` makes it distrust them.
 */
export function readParquet(
  literals: readonly string[],
  { binary = false, numbered = false }: ReadParquet = {},
): string {
  const options = [
    "can_have_nan = true",
    "hive_partitioning = false",
    "union_by_name = false",
    `binary_as_string = ${!binary}`,
    ...(numbered ? ["file_row_number = true"] : []),
  ];
  return `read_parquet([${literals.map(quoteLiteral).join(", ")}], ${options.join(", ")})`;
}

/**
 * Makes DuckDB return geometries as plain bytes. By default it refuses a whole file if the metadata are of an early
 * version of GeoParquet, even if no geometry is requested.
 */
export async function keepGeometriesRaw(store: Store): Promise<void> {
  await store.exec("SET GLOBAL enable_geoparquet_conversion = false");
}
