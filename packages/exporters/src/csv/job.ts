import { timed, transferable, type Transferable } from "@quadrat/core/base";
import { createGzip } from "../gzip/member.js";
import { createBlockWriter, textBound, type CsvBlock } from "./block.js";
import type { CsvColumn } from "./column.js";

/** A block to be written, and how to write it. */
export interface CsvJob extends CsvBlock {
  /** Bytes that go before the rows. */
  readonly header: Uint8Array | undefined;
  readonly compress: boolean;
  /** The buffer that the job's bytes are written into, from its start; its length is {@link jobBytes}. */
  readonly out: ArrayBuffer;
}

/** A job's bytes: the first `length` of `out`, which is the job's buffer unless they did not fit. */
export interface JobResult {
  readonly out: ArrayBuffer;
  readonly length: number;
}

/** Sizes of buffers are rounded up to these, so that the next job finds a spare one. */
const STEP = 65_536;

/**
 * The size of compressed text as a fraction of the maximum size of the text: numbers with random digits take
 * less.
 */
const COMPRESSED = 0.375;

/** The size of a job's buffer, in bytes. */
export function jobBytes(block: CsvBlock, header: Uint8Array | undefined, compress: boolean): number {
  return wholeSteps((compress ? COMPRESSED : 1) * jobBound(block, header));
}

function jobBound(block: CsvBlock, header: Uint8Array | undefined): number {
  return textBound(block) + (header?.length ?? 0);
}

function wholeSteps(bytes: number): number {
  return STEP * Math.ceil(bytes / STEP);
}

/** A function that writes a job's bytes. */
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

/** The buffers that belong to the columns alone, which may share them. */
export function buffersOf(columns: readonly CsvColumn[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { values, validity, offsets } of columns) {
    for (const view of [values, validity, offsets]) if (view) buffers.add(view.buffer as ArrayBuffer);
  }
  return [...buffers];
}

/** The result of a job in a worker thread. All buffers that came with the job are returned with it. */
export interface CsvReply extends JobResult {
  readonly inputs: readonly ArrayBuffer[];
}

let runHere: ReturnType<typeof createJobRunner> | undefined;

/** The entry point of a worker thread. */
export function runCsvJob(job: CsvJob): Transferable<CsvReply> {
  const { out, length } = (runHere ??= createJobRunner())(job);
  const inputs = buffersOf(job.columns);
  return transferable({ out, length, inputs }, [out, ...inputs]);
}
