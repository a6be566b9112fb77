import { stat } from "node:fs/promises";
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

/** Called in a worker thread. */
export async function hashTask(path: string): Promise<{ bytes: number; sha256: string }> {
  const { size } = await stat(path);
  return { bytes: size, sha256: await sha256Of(path) };
}
