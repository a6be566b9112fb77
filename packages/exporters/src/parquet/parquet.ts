import type { Exporter, ExporterDefinition } from "@quadrat/core";
import { z } from "zod";
import { parquetOptions, type ParquetOptions } from "./options.js";
import { writeParquet } from "./write-parquet.js";

const optionsSchema = z.strictObject(parquetOptions);

export type { ParquetOptions } from "./options.js";

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
export function parquetExporter(options: ParquetOptions): Exporter {
  return { write: (table, target, context) => writeParquet(table, target, context, options) };
}
