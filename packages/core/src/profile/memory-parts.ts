import type { MemoryParts } from "../plugin/memory.js";
import type { Store } from "../store/store.js";
import type { WorkerPool } from "../workers/pool.js";

/** Milliseconds between two queries to DuckDB: each takes a connection, and the answer may take a while. */
const askEveryMs = 1000;

/** Reports the parts of a run's memory, without waiting for anything. */
export class MemoryBreakdown {
  readonly #workers: Pick<WorkerPool, "heaps">;
  #store: Pick<Store, "rows"> | undefined;
  #duckDb = 0;
  #askedAt = -Infinity;

  constructor(workers: Pick<WorkerPool, "heaps">) {
    this.#workers = workers;
  }

  /** Sets the store whose memory is reported from now on; undefined to stop querying it. */
  of(store: Pick<Store, "rows"> | undefined): void {
    this.#store = store;
  }

  parts(now = performance.now()): MemoryParts {
    if (this.#store && now - this.#askedAt >= askEveryMs) {
      this.#askedAt = now;
      void this.#ask(this.#store);
    }
    const { heapUsed, arrayBuffers, external: known } = process.memoryUsage();
    // Buffers just received from a thread are counted as array buffers before they are counted as external.
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
      // A store that was interrupted or closed reports nothing more.
    }
  }
}
