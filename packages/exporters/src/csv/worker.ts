import { transferable } from "@quadrat/core/base";
import type { Transferable } from "@quadrat/core/base";
import { buffersOf, createJobRunner } from "./job.js";
import type { CsvJob, JobResult } from "./job.js";

/** What has become of a job. All buffers that came with it go back with it. */
export interface CsvReply extends JobResult {
  readonly inputs: readonly ArrayBuffer[];
}

const run = createJobRunner();

/** What a worker thread is called for. */
export function runCsvJob(job: CsvJob): Transferable<CsvReply> {
  const { out, length } = run(job);
  const inputs = buffersOf(job.columns);
  return transferable({ out, length, inputs }, [out, ...inputs]);
}
