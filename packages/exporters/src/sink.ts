import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { WrittenFile } from "@quadrat/core";
import { cleanedUp, quietly, timed } from "@quadrat/core/base";
import { steadySync } from "./steady-sync.js";

/** An open file, written from its start. */
export interface Sink {
  /** Writes all the bytes, in this order. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
}

/**
 * Runs `use` with the file at `path`, truncated first; closes it whatever happens, and returns what was
 * written.
 */
export async function withSink(path: string, use: (sink: Sink) => Promise<void>): Promise<WrittenFile> {
  const handle = await open(path, "w");
  const hash = createHash("sha256");
  let bytes = 0;
  const disk = steadySync(handle);
  const work = async (): Promise<void> => {
    await use({
      async write(chunks) {
        if (chunks.length === 0) return;
        const writing = timed("write", () => handle.writev(chunks));
        // Hashes the bytes while the operating system writes them.
        for (const chunk of chunks) hash.update(chunk);
        let { bytesWritten } = await writing;
        // A file system may accept only a part; writing the rest then gives the reason.
        for (const chunk of chunks) {
          bytes += chunk.byteLength;
          let rest = chunk.subarray(Math.min(bytesWritten, chunk.byteLength));
          bytesWritten -= chunk.byteLength - rest.byteLength;
          while (rest.byteLength > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
        }
        await disk.grown(bytes);
      },
    });
    await disk.end();
  };
  await cleanedUp(work, async () => {
    await quietly(() => disk.end());
    await handle.close();
  });
  return { bytes, sha256: hash.digest("hex") };
}
