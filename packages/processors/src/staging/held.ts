import type { Store } from "@quadrat/core";
import type { StoreLimits } from "@quadrat/core/host";

/** Does the work with DuckDB held to these limits. */
export async function held<T>(store: Store, limits: StoreLimits, work: () => Promise<T>): Promise<T> {
  await store.holdTo(limits);
  try {
    return await work();
  } finally {
    await store.holdTo();
  }
}
