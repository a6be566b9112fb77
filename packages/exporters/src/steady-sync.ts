import type { FileHandle } from "node:fs/promises";

/** Bytes after which the disk is asked to take what it has not yet: at the end of a large file all of it would be waited for. */
const syncEvery = 2 ** 26;

/** Has the disk take a file while it grows. */
export interface SteadySync {
  /** The file has so many bytes by now. @throws what the disk had to say of those before */
  grown(bytes: number): Promise<void>;
  /** Waits for what was asked for last. */
  end(): Promise<void>;
}

export function steadySync(handle: FileHandle): SteadySync {
  let synced = 0;
  let syncing: Promise<void> | undefined;
  return {
    async grown(bytes) {
      if (bytes - synced < syncEvery) return;
      // The disk tells of a failure once: it must not get lost.
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
