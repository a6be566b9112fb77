import type { Config } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import type { Footprint } from "../pipeline/footprint.js";
import type { MergeMode } from "../table/merge-mode.js";
import type { OpenDataset } from "../pipeline/stage.js";
import { firstBatch, type FirstBatch } from "./batch.js";
import { bytesPerRow, estimateDemand, type Demand } from "./demand.js";
import { correct, learn, type PastRun, type Quantities } from "./experience.js";
import { featuresOf, type RunFeatures } from "./features.js";
import { isPlain } from "./plain.js";
import { columnCount, type TableOutlook } from "./rows.js";

export interface PredictionInput {
  readonly grid: Grid;
  readonly datasets: readonly OpenDataset[];
  readonly outlook: TableOutlook;
  readonly config: Config;
  readonly footprint: Footprint;
  readonly limitBytes: number;
  /** Rows of a batch, unless the prediction requires fewer. */
  readonly batchRows: number;
  /** Earlier runs; empty if nothing is to be learned. */
  readonly history: readonly PastRun[];
  /** Names of the datasets that are already staged. */
  readonly staged?: ReadonlySet<string>;
  /** Whether all outputs exist already, made from what is staged. */
  readonly exported?: boolean;
  /** Names of the exporters that need the whole table, which `auto` then merges in memory. */
  readonly wholeTable?: readonly string[];
}

/** The prediction of what a run will need. */
export interface Prediction {
  readonly mode: MergeMode;
  /** The reason for this mode, in words. */
  readonly modeReason: string;
  readonly batch: FirstBatch;
  readonly bytesPerRow: number;
  /** Pixels to be read. */
  readonly pixels: number;
  /** Names of the datasets that DuckDB would hardly compress. */
  readonly plain: ReadonlySet<string>;
  /** In the chosen mode, corrected by experience. */
  readonly demand: Demand;
  /** Without the correction; experience is learned from it. */
  readonly estimated: Demand;
  /** What each mode would need without a limit, corrected by experience. */
  readonly unlimited: Readonly<Record<MergeMode, number>>;
  /** The number of earlier runs that have corrected the estimate. */
  readonly runs: number;
  readonly features: RunFeatures;
}

/** Share of the limit that a merge in memory may be expected to need before `enable_streaming: auto` prefers streaming. */
const autoShare = 0.6;

/** Estimates rows, memory, disk and time from the inputs, corrects them by earlier runs, and chooses the mode. */
export function predictRun(input: PredictionInput): Prediction {
  const { grid, datasets, outlook, config, footprint, limitBytes, history, staged = new Set() } = input;
  const reads = outlook.columns.reduce((sum, column) => sum + column.reads, 0);
  const done = outlook.columns.reduce((sum, { name, reads: own }) => sum + (staged.has(name) ? own : 0), 0);
  const stagedShare = reads > 0 ? done / reads : staged.size / Math.max(1, datasets.length);
  const batch = firstBatch(bytesPerRow(outlook), input.batchRows, limitBytes);
  const threads = footprint.threads;
  const inMode = (mode: MergeMode) => {
    const demand = {
      ...{ grid, outlook, config, mode, footprint, limitBytes, batchRows: batch.rows, stagedShare },
      exported: input.exported && stagedShare === 1,
    };
    const estimated = estimateDemand(demand);
    const features = featuresOf({
      ...{ grid, datasets, config, mode, limitBytes, threads, reads, stagedShare },
      columns: columnCount(outlook),
    });
    const correction = learn(history, features);
    const corrected = correct(estimated, correction, { cells: grid.size, limitBytes });
    return { estimated, features, demand: corrected, runs: correction.runs };
  };
  const modes = { memory: inMode("memory"), streaming: inMode("streaming") };
  const unlimited = {
    memory: modes.memory.demand.unlimited_memory_bytes,
    streaming: modes.streaming.demand.unlimited_memory_bytes,
  };
  const { mode, modeReason } = chooseMode(
    config.merge.enableStreaming,
    unlimited.memory,
    limitBytes,
    input.wholeTable,
  );
  return {
    mode,
    modeReason,
    batch,
    bytesPerRow: bytesPerRow(outlook),
    pixels: outlook.columns.reduce((sum, { kind, reads: own }) => sum + (kind === "raster" ? own : 0), 0),
    plain: new Set(outlook.columns.filter((column) => isPlain(column, grid.size)).map(({ name }) => name)),
    unlimited,
    ...modes[mode],
  };
}

/** An estimate in the form in which it is remembered. */
export function quantitiesOf(demand: Demand): Quantities {
  return {
    rows: demand.rows,
    peak_rss_bytes: demand.peak_memory_bytes,
    store_bytes: demand.store_bytes,
    output_bytes: demand.output_bytes,
    seconds: demand.seconds,
    stage_seconds: Object.fromEntries(demand.stages.map(({ name, seconds }) => [name, seconds])),
  };
}

function chooseMode(
  wanted: boolean | "auto",
  memoryBytes: number,
  limitBytes: number,
  [needy]: readonly string[] = [],
): { readonly mode: MergeMode; readonly modeReason: string } {
  if (wanted !== "auto") return { mode: wanted ? "streaming" : "memory", modeReason: "as configured" };
  if (needy !== undefined) return { mode: "memory", modeReason: `exporter "${needy}" needs the whole table` };
  const share = Math.round(autoShare * 100);
  const streaming = memoryBytes > autoShare * limitBytes;
  return {
    mode: streaming ? "streaming" : "memory",
    modeReason: `in memory it would take ${streaming ? "more" : "no more"} than ${share} % of the limit`,
  };
}
