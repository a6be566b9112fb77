import { createBlockWriter } from "./block.js";
import type { CsvBlock } from "./block.js";
import { gzipMember } from "./gzip.js";

/** A block to be written, and how. */
export interface CsvJob extends CsvBlock {
  /** Goes before the rows. */
  readonly header: Uint8Array | undefined;
  /** Level of gzip; undefined: plain text. */
  readonly level: number | undefined;
}

/** A function that makes a job's bytes, in a buffer of their own. */
export function createJobRunner(): (job: CsvJob) => Uint8Array<ArrayBuffer> {
  const write = createBlockWriter();
  return (job) => {
    const text = concat(job.header, write(job));
    return job.level === undefined ? text : gzipMember(text, job.level);
  };
}

function concat(header: Uint8Array | undefined, rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array((header?.length ?? 0) + rows.length);
  if (header) text.set(header);
  text.set(rows, header?.length ?? 0);
  return text;
}
