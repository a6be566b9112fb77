import type { Store } from "@quadrat/core";

/** Does the work with a single thread of DuckDB, and gives it back those that it had. */
export async function inOneThread<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const [row] = await store.rows<{ threads: number }>(
    "SELECT current_setting('threads')::INTEGER AS threads",
  );
  await store.configure({ threads: 1 });
  try {
    return await work();
  } finally {
    await store.configure({ threads: row!.threads });
  }
}
