import type { MemoryParts } from "../plugin/memory.js";
import type { Store } from "../store/store.js";
import type { WorkerPool } from "../workers/pool.js";

/** Milliseconds between two questions to DuckDB: they take a connection, and it answers in its own time. */
const askEveryMs = 1000;

/** Tells what the memory of a run is made of, without waiting for anyone. */
export class MemoryBreakdown {
  readonly #workers: Pick<WorkerPool, "heaps">;
  #store: Pick<Store, "rows"> | undefined;
  #duckDb = 0;
  #askedAt = -Infinity;

  constructor(workers: Pick<WorkerPool, "heaps">) {
    this.#workers = workers;
  }

  /** The store whose share is told from here on; undefined when it is to be asked no more. */
  of(store: Pick<Store, "rows"> | undefined): void {
    this.#store = store;
  }

  parts(now = performance.now()): MemoryParts {
    if (this.#store && now - this.#askedAt >= askEveryMs) {
      this.#askedAt = now;
      void this.#ask(this.#store);
    }
    const { heapUsed, arrayBuffers, external: known } = process.memoryUsage();
    // Buffers that have just come from a thread are counted as such before they are counted as external.
    const external = Math.max(known, arrayBuffers);
    return { heap: heapUsed, external, arrayBuffers, workers: this.#workers.heaps, duckdb: this.#duckDb };
  }

  async #ask(store: Pick<Store, "rows">): Promise<void> {
    try {
      const [row] = await store.rows<{ bytes: number }>(
        "SELECT sum(memory_usage_bytes)::DOUBLE AS bytes FROM duckdb_memory()",
      );
      this.#duckDb = row?.bytes ?? 0;
    } catch {
      // A store that is interrupted or closed says nothing more.
    }
  }
}
