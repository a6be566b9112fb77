import { stagingBytes, type Store } from "@quadrat/core";
import { inOneThread } from "./one-thread.js";

/**
 * Does work that only appends, to `atOnce` of `tables` at once. DuckDB gets a single thread, and the memory that this needs: the
 * rest would fill with blocks that nobody reads again.
 */
export function appendOnly<T>(
  store: Store,
  { atOnce, tables }: { readonly atOnce: number; readonly tables: number },
  work: () => Promise<T>,
): Promise<T> {
  return inOneThread(store, async () => {
    await store.holdTo?.(stagingBytes(atOnce, tables));
    try {
      return await work();
    } finally {
      await store.holdTo?.();
    }
  });
}
