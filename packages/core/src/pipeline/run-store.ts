import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DuckDbStore } from "../store/duckdb-store.js";
import { quietly } from "../system/clean-up.js";
import { makeTemporaryFolder } from "../system/temporary.js";

export interface RunStoreOptions {
  /** Whether an existing store is removed. */
  readonly fresh: boolean;
  /** DuckDB's share of the limit. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** Interrupts DuckDB. */
  readonly signal: AbortSignal;
  /** What must be done when the run is over, in reverse order. */
  readonly cleanUp: (() => Promise<unknown>)[];
  /** Called with the folder that DuckDB spills into. */
  readonly temporary: (folder: string) => void;
}

/** Opens the store of a run, which spills into a folder of its own. */
export async function openRunStore(
  path: string,
  { fresh, memoryBytes, threads, signal, cleanUp, temporary }: RunStoreOptions,
): Promise<DuckDbStore> {
  if (fresh) await DuckDbStore.remove(path);
  const folder = await makeTemporaryFolder();
  cleanUp.push(() => folder.remove());
  temporary(folder.path);
  const store = await DuckDbStore.open(path, { memoryBytes, threads, temporaryDirectory: folder.path });
  await removeScratch(path);
  const interrupt = (): void => store.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  cleanUp.push(() => {
    signal.removeEventListener("abort", interrupt);
    return store.close();
  });
  return store;
}

/** Removes files of records that a killed run has left beside the store. */
async function removeScratch(store: string): Promise<void> {
  const folder = dirname(store);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(store)}.`) || !/\.[0-9a-f]{12}\.rows$/.test(name)) continue;
    await quietly(() => rm(join(folder, name), { force: true }));
  }
}
