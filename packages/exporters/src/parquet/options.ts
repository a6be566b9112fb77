import { rowGroupRows, vectorRows } from "@quadrat/core/base";
import { z } from "zod";

/** The options of whatever is written as Parquet. */
export const parquetOptions = {
  compression: z.enum(["zstd", "snappy", "gzip", "brotli", "lz4_raw", "uncompressed"]).default("zstd"),
  row_group_size: z
    .int()
    .min(vectorRows)
    .max(100 * rowGroupRows)
    .default(rowGroupRows)
    .describe("rows of a row group, rounded up to a multiple of 2048"),
};

export interface ParquetOptions {
  readonly compression: z.output<typeof parquetOptions.compression>;
  readonly row_group_size: number;
}
