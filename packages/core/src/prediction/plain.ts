import type { ColumnOutlook } from "./rows.js";

/** Bytes that DuckDB's run-length encoding keeps beside the value of a run. */
const runBytes = 2;

/** What compression has to leave at most, for what it takes. */
const worthwhile = 0.8;

/**
 * Whether a column had better be stored as it is: its values are noise to the last digit, and too few of them are NULL for runs
 * of NULL to make up for what the other runs take. DuckDB would try for each row group anew, for a quarter of the time
 * that appending takes.
 */
export function isPlain({ noise, values, bytes }: ColumnOutlook, cells: number): boolean {
  return noise && values * (bytes + runBytes) >= worthwhile * cells * bytes;
}
