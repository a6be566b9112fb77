import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { QuadratError } from "../errors.js";
import { readLiveReport, type LiveReport } from "../pipeline/live-report.js";
import { inUse } from "../store/open-error.js";
import { cleanedUp } from "../system/clean-up.js";
import { makeTemporaryFolder } from "../system/temporary.js";
import { StoreReader, type ReaderOptions } from "./reader.js";

export interface OpenReaderOptions extends Omit<ReaderOptions, "temporaryDirectory"> {
  /** Wait while the store is in use; `waiting` is called when waiting begins, with the run if it is one. */
  readonly wait?: boolean | undefined;
  readonly waiting?: (run: LiveReport | undefined) => void;
  readonly signal?: AbortSignal;
}

/** Milliseconds between two attempts to open a store that is in use. */
const everyMs = 250;

/** Milliseconds between two attempts to interrupt a query. */
const interruptMs = 50;

/**
 * Opens a store for queries, does the work and closes it; an abort interrupts the current query.
 * @throws QuadratError of kind "usage" if there is no store, of kind "output" if it is in use: by which run, and when it
 * can be queried
 */
export async function withReader<T>(
  path: string,
  options: OpenReaderOptions,
  work: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const folder = await makeTemporaryFolder();
  let reader: StoreReader | undefined;
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    reader?.interrupt();
    // A statement that is only about to begin does not notice.
    again = setInterval(() => reader?.interrupt(), interruptMs);
  };
  const ask = async (): Promise<T> => {
    reader = await openWhenFree(path, { ...options, temporaryDirectory: folder.path });
    signal?.throwIfAborted();
    signal?.addEventListener("abort", interrupt, { once: true });
    const result = await work(reader);
    signal?.throwIfAborted();
    return result;
  };
  return cleanedUp(
    async () => {
      try {
        return await ask();
      } catch (error) {
        throw signal?.aborted ? (signal.reason as unknown) : error;
      }
    },
    async () => {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(again);
      reader?.close();
      await folder.remove();
    },
  );
}

async function openWhenFree(path: string, options: OpenReaderOptions & ReaderOptions): Promise<StoreReader> {
  for (let told = false; ; told = true) {
    if (!existsSync(path)) throw noStore(path);
    try {
      return await StoreReader.open(path, options);
    } catch (error) {
      if (!inUse(error)) throw error;
      const run = await readLiveReport(path);
      if (!options.wait) throw usedBy(path, run);
      if (!told) options.waiting?.(run);
      await sleep(everyMs, undefined, { signal: options.signal });
    }
  }
}

function noStore(path: string): QuadratError {
  return new QuadratError("usage", `the store ${path} does not exist`, {
    hint: "`quadrat run` creates it; use --config, --experiment or --store to choose another",
    place: { file: path },
  });
}

function usedBy(path: string, run: LiveReport | undefined): QuadratError {
  const hint = "try again when it has ended, or add --wait; `quadrat memory --watch` follows a run";
  if (!run) {
    return new QuadratError("output", `the store ${path} is in use by another process`, {
      hint,
      place: { file: path },
    });
  }
  const { experiment, stage, started, pid } = run;
  return new QuadratError(
    "output",
    `the store ${path} is in use by a run in progress: experiment ${experiment}, in stage ${stage}, ` +
      `started ${started.slice(0, 19)}Z, process ${pid}`,
    { hint, place: { file: path } },
  );
}
