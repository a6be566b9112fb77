import { returnBatch } from "@quadrat/core";
import type {
  ExportContext,
  Exporter,
  ExporterDefinition,
  ExportTarget,
  MergedTable,
  WrittenFile,
} from "@quadrat/core";
import { z } from "zod";
import { blockRows, columnKinds } from "../columns.js";
import { rechunk } from "../rechunk.js";
import { withSink } from "../sink.js";
import { CollectingFileWriter } from "./file-writer.js";

const optionsSchema = z.strictObject({});

export type ArrowOptions = z.output<typeof optionsSchema>;

/** Record batches have 65,536 rows, fewer where more than 64 columns would make them large. */
const BATCH_VALUES = 64 * 65_536;

/** Apache Arrow's IPC file format, uncompressed so that it can be mapped into memory. */
export const arrow: ExporterDefinition<ArrowOptions> = {
  name: "arrow",
  description: "Apache Arrow IPC file (Feather version 2)",
  options: optionsSchema,
  extension: ".arrow",
  create: () => arrowExporter(),
};

/** Writes the IPC file format, one record batch in memory at a time. */
export function arrowExporter(): Exporter {
  return {
    async write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<WrittenFile> {
      const { schema } = table;
      const rows = blockRows(columnKinds(schema, "arrow").length, BATCH_VALUES);
      const writer = new CollectingFileWriter();
      writer.reset(undefined, schema);
      return withSink(target.path, async (sink) => {
        for await (const batch of rechunk(table.batches(), schema, rows)) {
          context.signal.throwIfAborted();
          writer.write(batch);
          await sink.write(writer.take());
          returnBatch(batch);
          context.progress(batch.numRows);
        }
        context.signal.throwIfAborted();
        writer.close();
        await sink.write(writer.take());
      });
    },
  };
}
