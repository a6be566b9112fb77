import { transferable } from "@quadrat/core/base";
import type { Transferable } from "@quadrat/core/base";
import { buffersOf, createJobRunner } from "./job.js";
import type { CsvJob } from "./job.js";

/** What has become of a job. All buffers that came with it go back with it. */
export interface CsvReply {
  readonly out: ArrayBuffer;
  /** Bytes of `out`. */
  readonly length: number;
  readonly inputs: readonly ArrayBuffer[];
}

const run = createJobRunner();

/** What a worker thread is called for. */
export function runCsvJob(job: CsvJob): Transferable<CsvReply> {
  const { out } = job;
  const length = run(job);
  const inputs = buffersOf(job.columns);
  return transferable({ out, length, inputs }, [out, ...inputs]);
}
