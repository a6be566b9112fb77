import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { partialPath, writeWhole, type QueryResult, type StoreReader } from "@quadrat/core/host";
import { arrowBytes, csvText } from "@quadrat/exporters";
import type { Output } from "../output.js";
import { jsonRows, tableRows } from "./rows.js";
import type { Format } from "./target.js";

/** The number of rows in a record batch, for CSV and Arrow. */
const batchRows = { csv: 2048, arrow: 65_536 } as const;

export interface Asked {
  readonly sql: string;
  readonly parameters: readonly string[];
  readonly format: Format;
  /** The number of rows shown in a table. */
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** A statement's result in its format, part by part. */
async function* pieces(
  result: QueryResult,
  { format, rows, signal }: Asked,
): AsyncGenerator<Uint8Array | string> {
  for await (const piece of inFormat(result, format, rows)) {
    signal.throwIfAborted();
    yield piece;
  }
  // DuckDB ends an interrupted result as if it were complete.
  signal.throwIfAborted();
}

function inFormat(result: QueryResult, format: Format, rows: number): AsyncIterable<Uint8Array | string> {
  switch (format) {
    case "csv":
      return csvText(result.schema(), result.batches(batchRows.csv));
    case "json":
      return jsonRows(result);
    case "arrow":
      return arrowBytes(result.schema(true), result.batches(batchRows.arrow, true));
    default:
      return tableRows(result, rows);
  }
}

/** Runs a statement and writes its result to stdout. */
export async function writeResult(reader: StoreReader, asked: Asked, output: Output): Promise<void> {
  const result = await reader.query(asked.sql, asked.parameters);
  for await (const piece of pieces(result, asked)) await output.write(piece);
}

/** Runs a statement and writes its result to a file, which appears only when it is complete. */
export async function writeResultTo(
  file: string,
  reader: StoreReader,
  asked: Asked,
  output: Output,
): Promise<{ readonly bytes: number }> {
  return writeWhole(
    resolve(file),
    async (temporary) => {
      if (asked.format === "parquet") {
        await reader.copyTo(temporary, asked.sql, asked.parameters);
        asked.signal.throwIfAborted();
        return;
      }
      const result = await reader.query(asked.sql, asked.parameters);
      await writeFile(temporary, pieces(result, asked));
    },
    output.progress,
    "give another --output",
  );
}

/** The one file that a reader must be allowed to write for {@link writeResultTo}. */
export function writtenBy(file: string, format: Format): string | undefined {
  return format === "parquet" ? partialPath(resolve(file)) : undefined;
}
