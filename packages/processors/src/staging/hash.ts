import type { WorkerPool } from "@quadrat/core";
import { sha256Of } from "@quadrat/core/base";

const module = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/staging/hash.js" : "./hash.js",
  import.meta.url,
).href;

/** SHA-256 of a file, read in a worker thread. */
export function hashFile(path: string, workers: WorkerPool): Promise<string> {
  return workers.run(module, "hashTask", path);
}

/** Called in a worker thread. */
export function hashTask(path: string): Promise<string> {
  return sha256Of(path);
}
