import { stagingBytes, type Store } from "@quadrat/core";
import { inOneThread } from "./one-thread.js";

/**
 * Does work that only appends, to so many tables at once. DuckDB gets a single thread, and the memory that this needs: the
 * rest would fill with blocks that nobody reads again.
 */
export function appendOnly<T>(store: Store, tables: number, work: () => Promise<T>): Promise<T> {
  return inOneThread(store, async () => {
    await store.holdTo?.(stagingBytes(tables));
    try {
      return await work();
    } finally {
      await store.holdTo?.();
    }
  });
}
