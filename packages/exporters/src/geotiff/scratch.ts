import { open, rm, type FileHandle } from "node:fs/promises";
import { cleanedUp } from "@quadrat/core/base";

/** A file without a name, of which nothing is left when it is closed. */
export interface Scratch {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Fills `bytes` from `position`, where something was written before. */
  read(bytes: Uint8Array, position: number): Promise<void>;
}

/** Runs `use` with a new file that had this path for a moment. */
export async function withScratch<T>(path: string, use: (scratch: Scratch) => Promise<T>): Promise<T> {
  await rm(path, { force: true });
  const file = await open(path, "wx+");
  return cleanedUp(
    async () => {
      await rm(path);
      return use({
        write: (bytes, position) => whole(file, "write", bytes, position),
        read: (bytes, position) => whole(file, "read", bytes, position),
      });
    },
    () => file.close(),
  );
}

async function whole(
  file: FileHandle,
  way: "read" | "write",
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const length = bytes.byteLength - done;
    const moved =
      way === "read"
        ? (await file.read(bytes, done, length, position + done)).bytesRead
        : (await file.write(bytes, done, length, position + done)).bytesWritten;
    if (moved === 0) throw new Error("a scratch file became shorter");
    done += moved;
  }
}
