import { transferable } from "@quadrat/core/base";
import type { Transferable } from "@quadrat/core/base";
import { createJobRunner } from "./job.js";
import type { CsvJob } from "./job.js";

const run = createJobRunner();

/** What a worker thread is called for. */
export function runCsvJob(job: CsvJob): Transferable<Uint8Array> {
  const bytes = run(job);
  return transferable(bytes, [bytes.buffer]);
}
