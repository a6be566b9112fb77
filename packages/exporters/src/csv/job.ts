import { timed } from "@quadrat/core/base";
import { createGzip } from "../gzip/member.js";
import { createBlockWriter, textBound } from "./block.js";
import type { CsvBlock, CsvColumn } from "./block.js";

/** A block to be written, and how. */
export interface CsvJob extends CsvBlock {
  /** Goes before the rows. */
  readonly header: Uint8Array | undefined;
  readonly compress: boolean;
  /** What the job's bytes are written into, from its beginning; at least {@link jobBound} bytes. */
  readonly out: ArrayBuffer;
}

/** Sizes of buffers are made up to these, so that the next job finds a spare one. */
const STEP = 65_536;

/** Bytes that a job must have room for. */
export function jobBound(block: CsvBlock, header: Uint8Array | undefined): number {
  return STEP * Math.ceil((textBound(block) + (header?.length ?? 0)) / STEP);
}

/** A function that makes a job's bytes and returns how many of `out` they are. */
export function createJobRunner(): (job: CsvJob) => number {
  const write = createBlockWriter();
  let gzip: ReturnType<typeof createGzip> | undefined;
  let scratch = new Uint8Array(0);
  const text = (job: CsvJob, into: Uint8Array): number =>
    timed("format", () => {
      if (job.header) into.set(job.header);
      return write(job, into, job.header?.length ?? 0);
    });
  return (job) => {
    const out = new Uint8Array(job.out);
    if (!job.compress) return text(job, out);
    if (scratch.length < out.length) scratch = new Uint8Array(out.length);
    const end = text(job, scratch);
    const member = timed("compress", () => (gzip ??= createGzip())(scratch.subarray(0, end)));
    out.set(member);
    return member.length;
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
