import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { WorkerPool } from "@quadrat/core";
import { sha256Of } from "@quadrat/core/base";

const module = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/staging/hash.js" : "./hash.js",
  import.meta.url,
).href;

/** Size and SHA-256 of a file, read in a worker thread. */
export function hashFile(path: string, workers: WorkerPool): Promise<{ bytes: number; sha256: string }> {
  return workers.run(module, "hashTask", path);
}

/**
 * Of several files, the sum of their sizes and the SHA-256 of the list of theirs, as `sha256sum` prints it with the paths
 * that are relative to `folder`.
 */
export async function hashFiles(
  files: readonly string[],
  folder: string,
  workers: WorkerPool,
): Promise<{ bytes: number; sha256: string }> {
  const list = createHash("sha256");
  let sum = 0;
  for (const file of files) {
    const { bytes, sha256 } = await hashFile(file, workers);
    sum += bytes;
    list.update(`${sha256}  ${relative(folder, file).split(sep).join("/")}\n`);
  }
  return { bytes: sum, sha256: list.digest("hex") };
}

/** Called in a worker thread. */
export async function hashTask(path: string): Promise<{ bytes: number; sha256: string }> {
  const { size } = await stat(path);
  return { bytes: size, sha256: await sha256Of(path) };
}
