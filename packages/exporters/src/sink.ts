import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { WrittenFile } from "@quadrat/core";
import { timed } from "@quadrat/core/base";

/** An open file that is written from its beginning. */
export interface Sink {
  /** Writes all the bytes, in this order. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
}

/** Bytes after which the disk is asked to take what it has not yet: at the end of a large file all of it would be waited for. */
const syncEvery = 2 ** 26;

/** Runs `use` with the file at `path`, emptied, closes it whatever happens, and tells what was written. */
export async function withSink(path: string, use: (sink: Sink) => Promise<void>): Promise<WrittenFile> {
  const handle = await open(path, "w");
  const hash = createHash("sha256");
  let bytes = 0;
  let synced = 0;
  let syncing: Promise<void> | undefined;
  const sync = async (): Promise<void> => {
    if (bytes - synced < syncEvery) return;
    // The disk tells of a failure once: it must not get lost.
    await syncing;
    synced = bytes;
    syncing = handle.datasync();
    syncing.catch(() => undefined);
  };
  try {
    await use({
      async write(chunks) {
        if (chunks.length === 0) return;
        const writing = timed("write", () => handle.writev(chunks));
        // While the kernel takes them.
        for (const chunk of chunks) hash.update(chunk);
        let { bytesWritten } = await writing;
        // A file system may take a part only; writing the rest says why.
        for (const chunk of chunks) {
          bytes += chunk.byteLength;
          let rest = chunk.subarray(Math.min(bytesWritten, chunk.byteLength));
          bytesWritten -= chunk.byteLength - rest.byteLength;
          while (rest.byteLength > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
        }
        await sync();
      },
    });
    await syncing;
  } finally {
    await syncing?.catch(() => undefined);
    await handle.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}
