import { reclaim, transferable } from "@quadrat/core/base";
import type { Transferable } from "@quadrat/core/base";
import { createJobRunner } from "./job.js";
import type { CsvJob } from "./job.js";

const run = createJobRunner();

/** What a worker thread is called for. */
export function runCsvJob(job: CsvJob): Transferable<Uint8Array> {
  const bytes = run(job);
  reclaim(bytes.length + bytesOf(job));
  return transferable(bytes, [bytes.buffer]);
}

function bytesOf({ columns }: CsvJob): number {
  return columns.reduce((sum, { values }) => sum + values.byteLength, 0);
}
