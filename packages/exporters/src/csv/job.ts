import { timed, transferable, type Transferable } from "@quadrat/core/base";
import { createGzip } from "../gzip/member.js";
import { createBlockWriter, textBound, type CsvBlock } from "./block.js";
import type { CsvColumn } from "./column.js";

/** A block to be written, and how. */
export interface CsvJob extends CsvBlock {
  /** Goes before the rows. */
  readonly header: Uint8Array | undefined;
  readonly compress: boolean;
  /** What the job's bytes are written into, from its beginning, of {@link jobBytes}. */
  readonly out: ArrayBuffer;
}

/** A job's bytes: the first `length` of `out`, which is the job's unless they did not fit. */
export interface JobResult {
  readonly out: ArrayBuffer;
  readonly length: number;
}

/** Sizes of buffers are made up to these, so that the next job finds a spare one. */
const STEP = 65_536;

/** What compressed text takes of the most that the text can: numbers with random digits take less. */
const COMPRESSED = 0.375;

/** Bytes that a job is given room for. */
export function jobBytes(block: CsvBlock, header: Uint8Array | undefined, compress: boolean): number {
  return wholeSteps((compress ? COMPRESSED : 1) * jobBound(block, header));
}

function jobBound(block: CsvBlock, header: Uint8Array | undefined): number {
  return textBound(block) + (header?.length ?? 0);
}

function wholeSteps(bytes: number): number {
  return STEP * Math.ceil(bytes / STEP);
}

/** A function that makes a job's bytes. */
export function createJobRunner(): (job: CsvJob) => JobResult {
  const write = createBlockWriter();
  let gzip: ReturnType<typeof createGzip> | undefined;
  let scratch = new Uint8Array(0);
  const text = (job: CsvJob, into: Uint8Array): number =>
    timed("format", () => {
      if (job.header) into.set(job.header);
      return write(job, into, job.header?.length ?? 0);
    });
  return (job) => {
    if (!job.compress) return { out: job.out, length: text(job, new Uint8Array(job.out)) };
    const bound = wholeSteps(jobBound(job, job.header));
    if (scratch.length < bound) scratch = new Uint8Array(bound);
    const end = text(job, scratch);
    const member = timed("compress", () => (gzip ??= createGzip())(scratch.subarray(0, end)));
    const { length } = member;
    const out = length <= job.out.byteLength ? job.out : new ArrayBuffer(length);
    new Uint8Array(out).set(member);
    return { out, length };
  };
}

/** The buffers of columns that are their own. */
export function buffersOf(columns: readonly CsvColumn[]): ArrayBuffer[] {
  return columns.flatMap(({ values, validity, offsets }) =>
    [values, validity, offsets]
      .filter((view) => view !== undefined)
      .map((view) => view.buffer as ArrayBuffer),
  );
}

/** What has become of a job in a worker thread. All buffers that came with it go back with it. */
export interface CsvReply extends JobResult {
  readonly inputs: readonly ArrayBuffer[];
}

let runHere: ReturnType<typeof createJobRunner> | undefined;

/** What a worker thread is called for. */
export function runCsvJob(job: CsvJob): Transferable<CsvReply> {
  const { out, length } = (runHere ??= createJobRunner())(job);
  const inputs = buffersOf(job.columns);
  return transferable({ out, length, inputs }, [out, ...inputs]);
}
