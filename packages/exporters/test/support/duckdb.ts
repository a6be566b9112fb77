import { DuckDbStore } from "@quadrat/core/host";
import { freshPath } from "./write.js";

/** A new database on disk. */
export function openStore(
  memoryBytes = 300e6,
  threads = 2,
  path = freshPath(".duckdb"),
): Promise<DuckDbStore> {
  return DuckDbStore.open(path, { memoryBytes, threads, temporaryDirectory: `${path}.tmp` });
}

/** The rows of a query on files, as DuckDB reads them. */
export async function duckRows(sql: string): Promise<unknown[][]> {
  const store = await openStore();
  try {
    return (await store.rows(sql)).map((row) => Object.values(row));
  } finally {
    await store.close();
  }
}
