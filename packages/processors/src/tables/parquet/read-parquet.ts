import { quoteLiteral, type Store } from "@quadrat/core";

/** How files are read; by default texts that are not marked as such are texts. */
export interface ReadParquet {
  /** Leaves bytes that are not marked as text as they are. */
  readonly binary?: boolean;
  /** Adds the column `file_row_number`, from 0. */
  readonly numbered?: boolean;
}

/**
 * DuckDB's reader for files of one schema.
 *
 * Writers leave NaN out of a column's statistics, as the format wants it, and DuckDB folds comparisons by them: a NaN is
 * then between any two numbers. `can_have_nan` has it distrust them.
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
 * Has DuckDB give geometries as the bytes that they are. By itself it refuses a whole file where the metadata are of an
 * early version of GeoParquet, even if no geometry is asked for.
 */
export async function keepGeometriesRaw(store: Store): Promise<void> {
  await store.exec("SET enable_geoparquet_conversion = false");
}
