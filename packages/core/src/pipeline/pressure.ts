import { reclaimAll } from "../memory-reclaim.js";
import type { MemoryLevel, MemoryWatch } from "../plugin/memory.js";
import type { DuckDbStore } from "../store/duckdb-store.js";
import type { WorkerPool } from "../workers/pool.js";
import { leastDuckDbBytes, scanBytes, type Footprint } from "./footprint.js";

/** Milliseconds between collections while memory stays critical. */
const collectEveryMs = 1000;

/**
 * What a run does about memory besides changing batches and windows: DuckDB's limit and threads are reduced,
 * garbage is collected in every thread, and what that frees is given back to the system. When memory is plentiful again DuckDB gets back what it had.
 */
export class PressureResponse {
  readonly #store: Pick<DuckDbStore, "configure" | "giveBack">;
  readonly #workers: WorkerPool;
  readonly #memory: MemoryWatch;
  readonly #start: Footprint;
  readonly #least: number;
  #bytes: number;
  #threads: number;
  #collectedAt = -Infinity;

  constructor(
    store: Pick<DuckDbStore, "configure" | "giveBack">,
    workers: WorkerPool,
    memory: MemoryWatch,
    start: Footprint,
  ) {
    this.#store = store;
    this.#workers = workers;
    this.#memory = memory;
    this.#start = start;
    this.#least = Math.max(leastDuckDbBytes, scanBytes(start.columns));
    this.#bytes = start.duckDbBytes;
    this.#threads = start.threads;
  }

  async respond(level: MemoryLevel): Promise<void> {
    if (level === "recovered") {
      await this.#configure(level, Math.min(this.#start.duckDbBytes, this.#bytes * 2), this.#start.threads);
      return;
    }
    const configured = this.#configure(
      level,
      Math.max(Math.min(this.#bytes, this.#least), Math.floor(this.#bytes / 2)),
      1,
    );
    this.#collect();
    await configured;
    await this.#store.giveBack();
  }

  /**
   * Call it with every measurement at which memory is critical: small batches leave much garbage, which is collected once a
   * second.
   */
  async stillCritical(time: number): Promise<void> {
    if (time - this.#collectedAt < collectEveryMs) return;
    this.#collect(time);
    await this.#store.giveBack();
  }

  #collect(time = Date.now()): void {
    this.#collectedAt = time;
    this.#workers.reclaim();
    reclaimAll();
  }

  async #configure(level: MemoryLevel, bytes: number, threads: number): Promise<void> {
    if (bytes === this.#bytes && threads === this.#threads) return;
    const changes = [
      ...(bytes === this.#bytes ? [] : [`memory ${megabytes(this.#bytes)} -> ${megabytes(bytes)}`]),
      ...(threads === this.#threads ? [] : [`threads ${this.#threads} -> ${threads}`]),
    ];
    this.#bytes = bytes;
    this.#threads = threads;
    // Recorded first, because the next reading would not explain it.
    this.#memory.note(level, `DuckDB ${changes.join(", ")}`);
    await this.#store.configure({ memoryBytes: bytes, threads });
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
