import { rm } from "node:fs/promises";
import {
  quoteLiteral,
  type ExportContext,
  type Exporter,
  type ExporterDefinition,
  type ExportTarget,
  type MergedTable,
  type WrittenFile,
} from "@quadrat/core";
import { cleanedUp, quietly, rowGroupRows, vectorRows } from "@quadrat/core/base";
import { z } from "zod";
import { followFile } from "../growing-file.js";
import { stitch } from "./stitch.js";

const optionsSchema = z.strictObject({
  compression: z.enum(["zstd", "snappy", "gzip", "brotli", "lz4_raw", "uncompressed"]).default("zstd"),
  row_group_size: z
    .int()
    .min(vectorRows)
    .max(100 * rowGroupRows)
    .default(rowGroupRows)
    .describe("rows of a row group, rounded up to a multiple of 2048"),
});

export type ParquetOptions = z.output<typeof optionsSchema>;

/** Apache Parquet, written by DuckDB. */
export const parquet: ExporterDefinition<ParquetOptions> = {
  name: "parquet",
  description: "Apache Parquet, zstd unless `compression` says otherwise",
  options: optionsSchema,
  extension: ".parquet",
  needs: "sql",
  create: (options) => parquetExporter(options),
};

/** Writes Parquet. The statement can't be monitored or stopped from here; the host interrupts the store to abort it. */
export function parquetExporter({ compression, row_group_size }: ParquetOptions): Exporter {
  const rowGroup = Math.ceil(row_group_size / vectorRows) * vectorRows;
  const copy = (select: string, path: string): string =>
    `COPY (${select}) TO ${quoteLiteral(path)}` +
    ` (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroup})`;
  return {
    async write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<WrittenFile> {
      const { signal } = context;
      signal.throwIfAborted();
      if (table.inParts) {
        const write = (selects: AsyncIterable<string>, atOnce: number) =>
          writeInParts(table, { selects, atOnce }, copy, target, signal);
        const { rows, ...written } = await table.inParts(write);
        context.progress(rows);
        return written;
      }
      const copying = table.exec(copy(table.sameVectors ? table.sql() : inWholeVectors(table), target.path));
      // DuckDB only appends to the file: the pages of a row group when it is full, and their metadata at the
      // end.
      const written = await followFile(target.path, copying);
      signal.throwIfAborted();
      context.progress(await copying);
      return written;
    },
  };
}

/**
 * DuckDB holds a row group of all columns before it writes it, and reads them in one thread: files of some columns each are put
 * together instead.
 */
async function writeInParts(
  table: MergedTable,
  { selects, atOnce }: { readonly selects: AsyncIterable<string>; readonly atOnce: number },
  copy: (select: string, path: string) => string,
  { path }: ExportTarget,
  signal: AbortSignal,
): Promise<WrittenFile & { readonly rows: number }> {
  const parts: string[] = [];
  const writing: Promise<number>[] = [];
  return cleanedUp(
    async () => {
      for await (const select of selects) {
        signal.throwIfAborted();
        const part = `${path}.${parts.length + 1}.partial`;
        parts.push(part);
        const written = table.exec(copy(select, part));
        // It is thrown when its turn comes.
        written.catch(() => undefined);
        writing.push(written);
        if (writing.length >= atOnce) await writing.shift();
      }
      await Promise.all(writing);
      return stitch(parts, path, signal);
    },
    async () => {
      // A file must not be removed before its writer is done.
      await Promise.allSettled(writing);
      for (const part of parts) await quietly(() => rm(part, { force: true }));
    },
  );
}

/**
 * The table's rows in full vectors, whatever the number of threads and however its tables were filled.
 *
 * DuckDB ends a row group after the vector that fills it, and vectors shrink wherever rows are filtered or a table
 * was appended to in parts. A positional join with a sequence of numbers fills them again, in order. There are as
 * many numbers as there may be rows; numbers without a row are dropped, because `x` is never NULL.
 */
function inWholeVectors(table: MergedTable): string {
  const most = table.rowCount ?? table.grid.size;
  return (
    `SELECT merged.* FROM range(${most}) AS spine POSITIONAL JOIN (${table.sql()}) AS merged` +
    ` WHERE merged.x IS NOT NULL`
  );
}
