import type { FileHandle } from "node:fs/promises";

/**
 * The number of bytes after which the file is synced: syncing a large file only at its end would have to wait for all of it.
 */
const syncEvery = 2 ** 26;

/** Syncs a file to disk while it grows. */
export interface SteadySync {
  /** Reports the size that the file has reached. @throws the failure of an earlier sync */
  grown(bytes: number): Promise<void>;
  /** Waits for the last sync. */
  end(): Promise<void>;
}

export function steadySync(handle: FileHandle): SteadySync {
  let synced = 0;
  let syncing: Promise<void> | undefined;
  return {
    async grown(bytes) {
      if (bytes - synced < syncEvery) return;
      // The disk reports a failure only once: it must not get lost.
      await syncing;
      synced = bytes;
      syncing = handle.datasync();
      syncing.catch(() => undefined);
    },
    async end() {
      await syncing;
    },
  };
}
