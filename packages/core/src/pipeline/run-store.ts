import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDbStore } from "../store/duckdb-store.js";

export interface RunStoreOptions {
  /** Whether what is there is removed. */
  readonly fresh: boolean;
  /** DuckDB's share of the limit. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** Interrupts what DuckDB is at. */
  readonly signal: AbortSignal;
  /** What there is to be done when the run is over, last things first. */
  readonly cleanUp: (() => Promise<unknown>)[];
}

/** Opens the store of a run, which spills into a folder of its own. */
export async function openRunStore(
  path: string,
  { fresh, memoryBytes, threads, signal, cleanUp }: RunStoreOptions,
): Promise<DuckDbStore> {
  if (fresh) await DuckDbStore.remove(path);
  const temporaryDirectory = await mkdtemp(join(tmpdir(), "quadrat-"));
  cleanUp.push(() => rm(temporaryDirectory, { recursive: true, force: true }));
  const store = await DuckDbStore.open(path, { memoryBytes, threads, temporaryDirectory });
  const interrupt = (): void => store.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  cleanUp.push(() => {
    signal.removeEventListener("abort", interrupt);
    return store.close();
  });
  return store;
}
