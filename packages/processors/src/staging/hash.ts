import type { WorkerPool } from "@quadrat/core";
import { sha256Of, threadModule } from "@quadrat/core/base";

const module = threadModule(import.meta.url, "./hash.js");

/** SHA-256 of a file, read in a worker thread. */
export function hashFile(path: string, workers: WorkerPool): Promise<string> {
  return workers.run(module, "hashTask", path);
}

/** Called in a worker thread. */
export function hashTask(path: string): Promise<string> {
  return sha256Of(path);
}
