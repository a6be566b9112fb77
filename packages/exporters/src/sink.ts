import { open } from "node:fs/promises";
import { reclaim, timed } from "@quadrat/core/base";

/** An open file that is written from its beginning. */
export interface Sink {
  /** Writes all the bytes, in this order. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
}

/** Runs `use` with the file at `path`, emptied, and closes it whatever happens. */
export async function withSink(path: string, use: (sink: Sink) => Promise<void>): Promise<void> {
  const handle = await open(path, "w");
  try {
    await use({
      async write(chunks) {
        if (chunks.length === 0) return;
        let { bytesWritten } = await timed("write", () => handle.writev(chunks));
        reclaim(bytesWritten);
        // A file system may take a part only; writing the rest says why.
        for (const chunk of chunks) {
          let rest = chunk.subarray(Math.min(bytesWritten, chunk.byteLength));
          bytesWritten -= chunk.byteLength - rest.byteLength;
          while (rest.byteLength > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
        }
      },
    });
  } finally {
    await handle.close();
  }
}
