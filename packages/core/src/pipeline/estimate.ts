import type { Grid } from "../grid/grid.js";
import type { Prediction } from "../prediction/predict.js";

/** What a stage will need. */
export interface StageEstimate {
  readonly name: string;
  /** Maximum resident set of the process while it runs. */
  readonly peak_rss_bytes: number;
  readonly seconds: number;
}

/** The estimate of what a run will need. Sizes are in bytes. */
export interface Estimate {
  readonly cells: number;
  /** Rows of the merged table. */
  readonly rows: number;
  readonly columns: number;
  /** Source pixels to decode. */
  readonly pixels: number;
  readonly bytes_per_row: number;
  /** The size of the merged table held whole. */
  readonly table_bytes: number;
  /** What each mode would need without a limit. */
  readonly peak_memory_bytes: { readonly memory: number; readonly streaming: number };
  /** What is expected in the chosen mode, under the limit. */
  readonly peak_rss_bytes: number;
  /** The store, the outputs, and what exists beside them for a while. */
  readonly disk_bytes: number;
  readonly store_bytes: number;
  readonly output_bytes: number;
  /** Files beside the store that exist only while rasters are resampled. */
  readonly scratch_bytes: number;
  /** Files beside the outputs that exist only while a Parquet file is put together from them. */
  readonly parts_bytes: number;
  readonly seconds: number;
  readonly stages: readonly StageEstimate[];
  readonly mode_reason: string;
  readonly batch_reason: string;
  /** The number of earlier runs that have corrected the estimate. */
  readonly learned_from_runs: number;
}

/**
 * A prediction as `quadrat plan --json` prints it.
 * @param described columns that describe the cell, besides x and y
 */
export function toEstimate(prediction: Prediction, grid: Grid, described = 0): Estimate {
  const { demand, bytesPerRow, features, unlimited, pixels } = prediction;
  return {
    cells: grid.size,
    rows: demand.rows,
    columns: Math.round(features.values / features.cells) + 2 + described,
    pixels,
    bytes_per_row: bytesPerRow,
    table_bytes: demand.rows * bytesPerRow,
    peak_memory_bytes: unlimited,
    peak_rss_bytes: demand.peak_memory_bytes,
    disk_bytes: demand.store_bytes + demand.output_bytes + Math.max(demand.scratch_bytes, demand.parts_bytes),
    store_bytes: demand.store_bytes,
    output_bytes: demand.output_bytes,
    scratch_bytes: demand.scratch_bytes,
    parts_bytes: demand.parts_bytes,
    seconds: demand.seconds,
    stages: demand.stages.map(({ name, peak_memory_bytes: peak, seconds }) => ({
      name,
      peak_rss_bytes: peak,
      seconds,
    })),
    mode_reason: prediction.modeReason,
    batch_reason: prediction.batch.reason,
    learned_from_runs: prediction.runs,
  };
}
