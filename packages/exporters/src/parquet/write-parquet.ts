import { rm } from "node:fs/promises";
import {
  quoteLiteral,
  type ExportContext,
  type ExportTarget,
  type MergedTable,
  type WrittenFile,
} from "@quadrat/core";
import { cleanedUp, quietly, vectorRows } from "@quadrat/core/base";
import { followFile } from "../growing-file.js";
import type { ParquetOptions } from "./options.js";
import { stitch } from "./stitch.js";

/** What a file has besides the table. */
export interface ParquetExtras {
  /** Makes a SELECT with further columns of one that has the coordinates, without changing its rows and their order. */
  readonly widened: (select: string) => string;
  /** Texts of the file's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes the table, by way of DuckDB. */
export async function writeParquet(
  table: MergedTable,
  target: ExportTarget,
  { signal, progress }: Pick<ExportContext, "signal" | "progress">,
  { compression, row_group_size }: ParquetOptions,
  { widened, metadata }: ParquetExtras = { widened: (select) => select, metadata: {} },
): Promise<WrittenFile> {
  const rowGroup = Math.ceil(row_group_size / vectorRows) * vectorRows;
  const texts = Object.entries(metadata).map(([key, text]) => `${key}: ${quoteLiteral(text)}`);
  const extra = texts.length > 0 ? `, KV_METADATA {${texts.join(", ")}}` : "";
  const copy = (select: string, path: string): string =>
    `COPY (${select}) TO ${quoteLiteral(path)}` +
    ` (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroup}${extra})`;
  signal.throwIfAborted();
  if (table.inParts) {
    const write = (selects: AsyncIterable<string>, atOnce: number) =>
      writeInParts(table, { selects: firstWidened(selects, widened), atOnce }, copy, target, signal);
    const { rows, ...written } = await table.inParts(write);
    progress(rows);
    return written;
  }
  const select = widened(table.sameVectors ? table.sql() : inWholeVectors(table));
  const copying = table.exec(copy(select, target.path));
  // DuckDB only appends to the file: the pages of a row group when it is full, and their metadata at the
  // end.
  const written = await followFile(target.path, copying);
  signal.throwIfAborted();
  progress(await copying);
  return written;
}

/** The coordinates are in the first part. */
async function* firstWidened(
  selects: AsyncIterable<string>,
  widened: ParquetExtras["widened"],
): AsyncGenerator<string, void, undefined> {
  let first = true;
  for await (const select of selects) {
    yield first ? widened(select) : select;
    first = false;
  }
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
