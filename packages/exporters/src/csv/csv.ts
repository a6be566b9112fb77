import type { ExportContext, Exporter, ExporterDefinition, ExportTarget, MergedTable } from "@quadrat/core";
import type { RecordBatch } from "apache-arrow";
import { z } from "zod";
import { blockRows, columnKinds } from "../columns.js";
import type { ColumnKind } from "../columns.js";
import { inOrder } from "../in-order.js";
import { rechunk } from "../rechunk.js";
import { withSink } from "../sink.js";
import type { CsvColumn } from "./block.js";
import { createJobRunner } from "./job.js";
import type { CsvJob } from "./job.js";
import { headerLine } from "./quote.js";

const optionsSchema = z.strictObject({
  compress: z.boolean().default(false).describe("write .csv.gz"),
});

export type CsvOptions = z.output<typeof optionsSchema>;

/** Values per job, some 8 bytes of text each: 256 KiB in all, or 1 MiB where every job is a gzip member of its own. */
const BLOCK_VALUES = { plain: 32_768, compressed: 131_072 };
/** A small table is not worth the threads' start and memory: so many blocks are made in the main thread first, and one if compressed. */
const BLOCKS_WITHOUT_THREADS = 32;
/** Threads run compiled code; from source (in tests) that is the last build. */
const workerModule = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/csv/worker.js" : "./worker.js",
  import.meta.url,
).href;

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

/** Writes CSV. Text and compression are made in the context's threads, a block of rows at a time. */
export function csvExporter({ compress }: CsvOptions): Exporter {
  return {
    async write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<void> {
      const { signal, workers } = context;
      const kinds = columnKinds(table.schema, "csv");
      const header = headerLine(table.schema.fields.map(({ name }) => name));
      const rows = blockRows(kinds.length, compress ? BLOCK_VALUES.compressed : BLOCK_VALUES.plain);
      const asJob = (block: RecordBatch | undefined, first: boolean): CsvJob => ({
        rows: block?.numRows ?? 0,
        columns: block ? columnsOf(block, kinds) : [],
        header: first ? header : undefined,
        compress,
      });

      let started = 0;
      const own = createJobRunner();
      const work = async (block: RecordBatch): Promise<{ bytes: Uint8Array; rows: number }> => {
        const job = asJob(block, started === 0);
        const bytes =
          started++ < (compress ? 1 : BLOCKS_WITHOUT_THREADS)
            ? own(job)
            : await workers.run<Uint8Array>(workerModule, "runCsvJob", job, { transfer: buffersOf(job) });
        return { bytes, rows: block.numRows };
      };

      await withSink(target.path, async (sink) => {
        const blocks = rechunk(table.batches(), table.schema, rows);
        for await (const done of inOrder(blocks, workers.size + 1, work)) {
          signal.throwIfAborted();
          await sink.write([done.bytes]);
          context.progress(done.rows);
        }
        signal.throwIfAborted();
        if (started === 0) await sink.write([own(asJob(undefined, true))]);
      });
    },
  };
}

/** A batch's columns as its text is made from them. */
export function columnsOf(block: RecordBatch, kinds: readonly ColumnKind[]): CsvColumn[] {
  return block.data.children.map((data, i) => ({
    kind: kinds[i]!,
    values: data.values as ArrayBufferView,
    validity: data.nullCount > 0 ? data.nullBitmap : undefined,
    offsets: kinds[i] === "text" ? (data.valueOffsets as Int32Array) : undefined,
  }));
}

function buffersOf({ columns }: CsvJob): ArrayBuffer[] {
  return columns.flatMap(({ values, validity, offsets }) =>
    [values, validity, offsets]
      .filter((view) => view !== undefined)
      .map((view) => view.buffer as ArrayBuffer),
  );
}
