import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DuckDbStore } from "../store/duckdb-store.js";
import { refuseInUse } from "../store/remove-store.js";
import { quietly } from "../system/clean-up.js";
import { makeTemporaryFolder } from "../system/temporary.js";
import type { Progress } from "./progress.js";
import { whenFree, type WaitOptions } from "./store-holder.js";

export interface RunStoreOptions {
  /** Whether an existing store is removed. */
  readonly fresh: boolean;
  /** DuckDB's share of the limit. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** Interrupts DuckDB. */
  readonly signal: AbortSignal;
  /** Whether and how to wait while another process has the store open; default: not. */
  readonly waiting?: WaitOptions;
  /** What must be done when the run is over, in reverse order. */
  readonly cleanUp: (() => Promise<unknown>)[];
  /** Called with the folder that DuckDB spills into. */
  readonly temporary: (folder: string) => void;
}

/** Opens the store of a run, which spills into a folder of its own. */
export async function openRunStore(
  path: string,
  { fresh, memoryBytes, threads, signal, waiting, cleanUp, temporary }: RunStoreOptions,
): Promise<DuckDbStore> {
  const folder = await makeTemporaryFolder();
  cleanUp.push(() => folder.remove());
  temporary(folder.path);
  const open = async (): Promise<DuckDbStore> => {
    if (fresh) await DuckDbStore.remove(path);
    return DuckDbStore.open(path, { memoryBytes, threads, temporaryDirectory: folder.path });
  };
  const store = await whenFree(open, waiting ?? waitOptions());
  await removeScratch(path);
  const interrupt = (): void => store.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  cleanUp.push(() => {
    signal.removeEventListener("abort", interrupt);
    return store.close();
  });
  return store;
}

/** How a run waits for its store, if it does. */
export function waitOptions(
  wait = false,
  { progress, signal }: { readonly progress?: Progress; readonly signal?: AbortSignal } = {},
): WaitOptions {
  return {
    wait,
    waiting: ({ text }) => progress?.log("info", `waiting for the store, in use by ${text}`),
    signal,
    hint: "wait until it has ended, as `--wait` does, or use another store (`--store`, `export.directory`)",
  };
}

/**
 * Waits until no process writes the store, before anything is read that may have changed by then. Another run may be faster to open
 * it.
 */
export async function awaitStore(path: string, waiting: WaitOptions): Promise<void> {
  if (!waiting.wait) return;
  await whenFree(async () => existsSync(path) && refuseInUse(path), waiting);
}

/** Removes files of records that a killed run has left beside the store. */
async function removeScratch(store: string): Promise<void> {
  const folder = dirname(store);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(store)}.`) || !/\.[0-9a-f]{12}\.rows$/.test(name)) continue;
    await quietly(() => rm(join(folder, name), { force: true }));
  }
}
