import { join } from "node:path";
import { Catalogue } from "../catalogue/catalogue.js";
import { parseConfig } from "../config/load.js";
import type { Sizes } from "../plugin/memory.js";
import type { StageParts } from "../plugin/parts.js";
import { Registry } from "../plugin/registry.js";
import { silent } from "../pipeline/progress.js";
import type { StageContext } from "../pipeline/stage.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import { WorkerPool } from "../workers/pool.js";
import { inTestFolder } from "./folder.js";
import { testTable, type TestTableOptions } from "./test-table.js";
import { unwatchedMemory } from "./unwatched.js";

export interface StageContextOptions {
  /** Default: a signal that never aborts. */
  readonly signal?: AbortSignal;
  readonly sizes?: Partial<Sizes>;
  /** The merged table; default 1000 rows. */
  readonly table?: Partial<TestTableOptions>;
  /** Default: an empty one. */
  readonly registry?: StageParts;
}

/**
 * Does the work with the context of a stage after `merge`: a grid, a store, a table, in a folder that is removed afterwards.
 */
export function withStageContext(
  work: (context: StageContext) => Promise<void>,
  options: StageContextOptions = {},
): Promise<void> {
  return inTestFolder(async (folder) => {
    const { signal = new AbortController().signal, registry = new Registry() } = options;
    const store = await DuckDbStore.open(join(folder, "quadrat.duckdb"), {
      memoryBytes: 100e6,
      threads: 1,
      temporaryDirectory: join(folder, "spill"),
    });
    const workers = new WorkerPool(1);
    const merged = testTable({ rows: 1000, ...options.table, store });
    const { crs, resolution, bounds } = merged.grid;
    const text = JSON.stringify({
      grid: { crs, resolution, bounds },
      datasets: { dataset: { path: "dataset.tif" } },
      export: { directory: "output" },
    });
    const sizes = { batchRows: 1000, windowSize: 256, streaming: false, ...options.sizes };
    try {
      await work({
        config: parseConfig(text, { file: join(folder, "config.yml") }),
        registry,
        progress: silent,
        signal,
        sizes,
        workers,
        memory: { ...unwatchedMemory, batchDone: () => undefined },
        grid: merged.grid,
        datasets: [],
        store,
        catalogue: await Catalogue.open(store),
        staged: [],
        merged,
      });
    } finally {
      await workers.close();
      await store.close();
    }
  });
}
