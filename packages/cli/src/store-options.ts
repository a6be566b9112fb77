import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { defaultStore, loadConfig, type OpenReaderOptions } from "@quadrat/core/host";
import { detectMemoryLimit } from "@quadrat/monitor";
import type { GlobalOptions } from "./host.js";
import type { Output } from "./output.js";

/** The options shared by the commands that read a store. */
export interface StoreOptions extends GlobalOptions {
  readonly store?: string;
  readonly wait?: boolean;
}

/** The store named in the options, or that of the experiment. */
export async function storeOf({ store, config: file, experiment }: StoreOptions): Promise<string> {
  return store === undefined ? defaultStore(await loadConfig({ file, experiment })) : resolve(store);
}

/** The maximum that a query may use: in bytes, and as a share of what this process may use. */
const most = { bytes: 2e9, share: 0.25 };

/** How a store is opened for a report: it streams, and DuckDB needs half a megabyte for each column that it joins. */
export function reportReaderOptions(
  limitBytes = detectMemoryLimit().bytes,
): Pick<OpenReaderOptions, "memoryBytes" | "threads"> {
  return { memoryBytes: Math.min(256e6, limitBytes / 2), threads: availableParallelism() };
}

/** How a store is opened for queries: with a part of the memory; queries that need more spill to disk. */
export function readerOptions({ wait }: Pick<StoreOptions, "wait">, output: Output): OpenReaderOptions {
  return {
    memoryBytes: Math.min(most.bytes, most.share * detectMemoryLimit().bytes),
    threads: availableParallelism(),
    wait,
    waiting: ({ text }) => output.tell(`waiting for the store, in use by ${text}`),
  };
}
