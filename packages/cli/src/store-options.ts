import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { defaultStore, loadConfig, type LiveReport, type OpenReaderOptions } from "@quadrat/core/host";
import { detectMemoryLimit } from "@quadrat/monitor";
import type { GlobalOptions } from "./host.js";
import type { Output } from "./output.js";

/** What the commands that read a store have in common. */
export interface StoreOptions extends GlobalOptions {
  readonly store?: string;
  readonly wait?: boolean;
}

/** The store that is named, or that of the experiment. */
export async function storeOf({ store, config: file, experiment }: StoreOptions): Promise<string> {
  return store === undefined ? defaultStore(await loadConfig({ file, experiment })) : resolve(store);
}

/** Bytes that a query may take at most, and the share of what this process may use. */
const most = { bytes: 2e9, share: 0.25 };

/** How a store is opened for questions: with a part of the memory, the rest of a query is spilled to disk. */
export function readerOptions({ wait }: Pick<StoreOptions, "wait">, output: Output): OpenReaderOptions {
  return {
    memoryBytes: Math.min(most.bytes, most.share * detectMemoryLimit().bytes),
    threads: availableParallelism(),
    wait,
    waiting: (run?: LiveReport) => {
      const what = run
        ? `the run of experiment ${run.experiment}, now in stage ${run.stage}`
        : "another process";
      output.tell(`waiting for ${what} to let go of the store`);
    },
  };
}
