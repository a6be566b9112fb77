import type { ColumnOutlook } from "./rows.js";

/** Bytes that DuckDB's run-length encoding keeps beside the value of a run. */
const runBytes = 2;

/** The maximum size relative to the original at which compression is worth its time. */
const worthwhile = 0.8;

/**
 * Whether a column is better stored uncompressed: its values are noise to the last digit, and too few of them are NULL for
 * runs of NULL to compensate for what the other runs take. DuckDB would try again for each row group, which takes a quarter
 * of the time of appending.
 */
export function isPlain({ noise, values, bytes }: ColumnOutlook, cells: number): boolean {
  return noise && values * (bytes + runBytes) >= worthwhile * cells * bytes;
}
