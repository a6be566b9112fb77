import { existsSync } from "node:fs";
import { QuadratError } from "../errors.js";
import { whenFree, type StoreHolder } from "../pipeline/store-holder.js";
import { cleanedUp } from "../system/clean-up.js";
import { makeTemporaryFolder } from "../system/temporary.js";
import { StoreReader, type ReaderOptions } from "./reader.js";

export interface OpenReaderOptions extends Omit<ReaderOptions, "temporaryDirectory"> {
  /** Wait while the store is in use; `waiting` is called when waiting begins, and when another process has it. */
  readonly wait?: boolean | undefined;
  readonly waiting?: (holder: StoreHolder) => void;
  readonly signal?: AbortSignal;
}

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

function openWhenFree(path: string, options: OpenReaderOptions & ReaderOptions): Promise<StoreReader> {
  const open = async (): Promise<StoreReader> => {
    if (!existsSync(path)) throw noStore(path);
    return StoreReader.open(path, options);
  };
  const { wait, waiting, signal } = options;
  const hint = "try again when it has ended, or add --wait; `quadrat memory --watch` follows a run";
  return whenFree(open, { wait, waiting, signal, hint });
}

function noStore(path: string): QuadratError {
  return new QuadratError("usage", `the store ${path} does not exist`, {
    hint: "`quadrat run` creates it; use --config, --experiment or --store to choose another",
    place: { file: path },
  });
}
