import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { WrittenFile } from "@quadrat/core";
import { cleanedUp, quietly } from "@quadrat/core/base";
import { steadySync, type SteadySync } from "./steady-sync.js";

const blockBytes = 2 ** 19;
const everyMs = 20;

/**
 * Hashes a file while something else writes it from beginning to end without going back, and returns its size and hash when
 * that is done. Reading it afterwards instead would add the whole time of reading.
 * @throws whatever `writing` rejects with
 */
export async function followFile(path: string, writing: Promise<unknown>): Promise<WrittenFile> {
  const hash = createHash("sha256");
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let bytes = 0;
  let file: FileHandle | undefined;
  let disk: SteadySync | undefined;
  const readOn = async (): Promise<void> => {
    file ??= await open(path).catch(unlessMissing);
    if (!file) return;
    disk ??= steadySync(file);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, blockBytes, bytes);
      if (bytesRead === 0) return;
      hash.update(block.subarray(0, bytesRead));
      bytes += bytesRead;
      await disk.grown(bytes);
    }
  };
  let done = false;
  const finish = (): void => void (done = true);
  const finished = writing.then(finish, finish);
  const follow = async (): Promise<void> => {
    while (!done) {
      await Promise.race([finished, wait(everyMs)]);
      await readOn();
    }
    await writing;
    await readOn();
    await disk?.end();
  };
  await cleanedUp(follow, async () => {
    // The writer must have finished before the file is removed.
    await finished;
    await quietly(() => disk?.end());
    await file?.close();
  });
  return { bytes, sha256: hash.digest("hex") };
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
