import type { Store } from "@quadrat/core";
import { stagingBytes } from "@quadrat/core/host";
import { held } from "./held.js";

/**
 * Does work that only appends, to `atOnce` of `tables` at the same time. DuckDB gets a single thread and the memory that this
 * needs: any more would fill with blocks that nobody reads again.
 */
export function appendOnly<T>(
  store: Store,
  { atOnce, tables }: { readonly atOnce: number; readonly tables: number },
  work: () => Promise<T>,
): Promise<T> {
  return held(store, { threads: 1, memoryBytes: stagingBytes(atOnce, tables) }, work);
}
