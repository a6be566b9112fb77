import type { Grid } from "../grid/grid.js";
import type { OpenDataset } from "./stage.js";

/*
 * A thread takes some 0.1 s of CPU time to start, as long as about a million values take on their way from a raster into the
 * store. With less than half of that in all, no thread is started,
 * unless `threads` was set.
 */
const littleValues = 500_000;
const littlePixels = 2_000_000;
const littleBytes = 16_000_000;

/** Whether the datasets are so small that the main thread alone is done sooner than threads have started. */
export function isLittleWork(datasets: readonly OpenDataset[], grid: Grid): boolean {
  const pixels = datasets.map(({ source }) =>
    source.kind === "raster" ? source.raster.width * source.raster.height * (source.series?.steps ?? 1) : 0,
  );
  const bytes = datasets.flatMap(({ files }) => (files?.before ?? []).map((file) => file.bytes));
  return (
    grid.size * datasets.length <= littleValues && sum(pixels) <= littlePixels && sum(bytes) <= littleBytes
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
