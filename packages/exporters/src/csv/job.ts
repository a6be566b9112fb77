import { timed } from "@quadrat/core/base";
import { createGzip } from "../gzip/member.js";
import { createBlockWriter } from "./block.js";
import type { CsvBlock } from "./block.js";

/** A block to be written, and how. */
export interface CsvJob extends CsvBlock {
  /** Goes before the rows. */
  readonly header: Uint8Array | undefined;
  readonly compress: boolean;
}

/** A function that makes a job's bytes, in a buffer of their own. */
export function createJobRunner(): (job: CsvJob) => Uint8Array<ArrayBuffer> {
  const write = createBlockWriter();
  const gzip = createGzip();
  return (job) => {
    const rows = timed("format", () => write(job));
    if (!job.compress) return concat(job.header, rows);
    return timed("compress", () => gzip(job.header ? concat(job.header, rows) : rows).slice());
  };
}

function concat(header: Uint8Array | undefined, rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = header?.length ?? 0;
  const text = new Uint8Array(start + rows.length);
  if (header) text.set(header);
  text.set(rows, start);
  return text;
}
