import { donateBuffer, returnBatch, takeBuffer, threadModule } from "@quadrat/core";
import type {
  ExportContext,
  Exporter,
  ExporterDefinition,
  ExportTarget,
  MergedTable,
  WrittenFile,
} from "@quadrat/core";
import type { RecordBatch } from "apache-arrow";
import { z } from "zod";
import { blockRows, columnKinds } from "../columns.js";
import type { ColumnKind } from "../columns.js";
import { inOrder } from "../in-order.js";
import { rechunk } from "../rechunk.js";
import { withSink } from "../sink.js";
import type { CsvColumn } from "./column.js";
import { buffersOf, createJobRunner, jobBytes } from "./job.js";
import type { CsvJob, CsvReply, JobResult } from "./job.js";
import { headerLine } from "./quote.js";

const optionsSchema = z.strictObject({
  compress: z.boolean().default(false).describe("write .csv.gz"),
});

export type CsvOptions = z.output<typeof optionsSchema>;

/** Values per job, some 8 bytes of text each: 512 KiB in all, or 1 MiB if every job is a gzip member of its own. */
const BLOCK_VALUES = { plain: 65_536, compressed: 131_072 };
/**
 * A small table does not justify the start and memory of threads: this many blocks are written in the main thread first, or
 * one if compressed.
 */
const BLOCKS_WITHOUT_THREADS = 16;
const workerModule = threadModule(import.meta.url, "./job.js");

/**
 * Comma-separated values: RFC 4180 in UTF-8 with `\n`, a header, empty for NULL and NaN, every number the shortest
 * decimal that reads back to the same value of its column's type. With `compress`, a gzip file of many members.
 */
export const csv: ExporterDefinition<CsvOptions> = {
  name: "csv",
  description: "comma-separated text, gzipped with `compress: true`",
  options: optionsSchema,
  extension: ({ compress }) => (compress ? ".csv.gz" : ".csv"),
  create: (options) => csvExporter(options),
};

/** A block's text, or the gzip member made from it. */
interface CsvText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
}

/** Writes CSV. Text and compression are done in the context's threads, one block of rows at a time. */
export function csvExporter({ compress }: CsvOptions): Exporter {
  return {
    async write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<WrittenFile> {
      const { signal, workers } = context;
      const kinds = columnKinds(table.schema, "csv");
      const header = headerLine(table.schema.fields.map(({ name }) => name));
      const rows = blockRows(kinds.length, compress ? BLOCK_VALUES.compressed : BLOCK_VALUES.plain);
      const asJob = (block: RecordBatch | undefined, first: boolean): CsvJob => {
        const columns = block ? columnsOf(block, kinds) : [];
        const part = { rows: block?.numRows ?? 0, columns };
        const prefix = first ? header : undefined;
        return { ...part, header: prefix, compress, out: takeBuffer(jobBytes(part, prefix, compress)) };
      };

      let started = 0;
      const own = createJobRunner();
      const work = async (block: RecordBatch): Promise<CsvText> => {
        const job = asJob(block, started === 0);
        const rows = block.numRows;
        if (started++ < (compress ? 1 : BLOCKS_WITHOUT_THREADS)) {
          const bytes = bytesOf(own(job));
          returnBatch(block);
          return { bytes, rows };
        }
        const transfer = [job.out, ...buffersOf(job.columns)];
        const done = await workers.run<CsvReply>(workerModule, "runCsvJob", job, {
          transfer,
          ahead: true,
        });
        done.inputs.forEach(donateBuffer);
        return { bytes: bytesOf(done), rows };
      };

      return withSink(target.path, async (sink) => {
        const blocks = rechunk(table.batches(), table.schema, rows);
        const put = async ({ bytes, rows: count }: CsvText): Promise<void> => {
          await sink.write([bytes]);
          donateBuffer(bytes.buffer);
          context.progress(count);
        };
        // A block for each thread to work on and, without compression, when blocks take less time, another to
        // continue with.
        const underWay = (compress ? 1 : 2) * workers.size + 1;
        // One block is written to the file while the next ones are fetched.
        let writing = Promise.resolve();
        try {
          for await (const done of inOrder(blocks, underWay, work)) {
            await writing;
            signal.throwIfAborted();
            writing = put(done);
            writing.catch(() => undefined);
          }
          await writing;
        } finally {
          await writing.catch(() => undefined);
        }
        signal.throwIfAborted();
        if (started > 0) return;
        const job = asJob(undefined, true);
        await sink.write([bytesOf(own(job))]);
      });
    },
  };
}

function bytesOf({ out, length }: JobResult): Uint8Array<ArrayBuffer> {
  return new Uint8Array(out, 0, length);
}

/** A batch's columns in the form from which its text is written. */
export function columnsOf(block: RecordBatch, kinds: readonly ColumnKind[]): CsvColumn[] {
  return block.data.children.map((data, i) => ({
    kind: kinds[i]!,
    values: data.values as ArrayBufferView,
    validity: data.nullCount > 0 ? data.nullBitmap : undefined,
    offsets: kinds[i] === "text" ? (data.valueOffsets as Int32Array) : undefined,
  }));
}
