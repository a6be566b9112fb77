import type { Store } from "@quadrat/core";
import { stagingBytes } from "@quadrat/core/host";
import { held } from "./held.js";

/**
 * Does work that only appends, to `atOnce` of `tables` at the same time, and to so many of lists. DuckDB gets a single thread and the memory that this
 * needs: any more would fill with blocks that nobody reads again.
 */
export function appendOnly<T>(
  store: Store,
  {
    atOnce,
    tables,
    lists = 0,
  }: { readonly atOnce: number; readonly tables: number; readonly lists?: number },
  work: () => Promise<T>,
): Promise<T> {
  return held(store, { threads: 1, memoryBytes: stagingBytes(atOnce, tables, lists) }, work);
}
