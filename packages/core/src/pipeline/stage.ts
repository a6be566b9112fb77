import type { Config } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import type { Registry } from "../plugin/registry.js";
import type { Sizes } from "../plugin/memory.js";
import type { RasterSource } from "../raster/raster.js";
import type { CellSource } from "../plugin/source.js";
import type { Store } from "../store/store.js";
import type { WorkerPool } from "../workers/pool.js";
import type { MergedTable } from "../table/exporter.js";
import type { Progress } from "./progress.js";

/** A dataset whose input is open, in configuration order. */
export interface OpenDataset {
  readonly name: string;
  readonly source: { readonly kind: "raster"; readonly raster: RasterSource } | { readonly kind: "cells"; readonly cells: CellSource };
}

/** What the stages of one run share. Stages fill in what later ones need. */
export interface StageContext {
  readonly config: Config;
  readonly registry: Registry;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Read anew for every window and batch. */
  readonly sizes: Sizes;
  readonly workers: WorkerPool;
  /** Set by `load`. */
  grid?: Grid;
  store?: Store;
  datasets?: OpenDataset[];
  /** Set by `merge`. */
  merged?: MergedTable;
}

/** A step of the pipeline. Stages coordinate; the work is in processors and exporters. */
export interface Stage {
  readonly name: string;
  /** Refuses what can't work, before anything is run. */
  validate?(context: StageContext): void | Promise<void>;
  /** Does the work and returns the number of rows that it produced. */
  run(context: StageContext): Promise<{ readonly rows: number }>;
  /** Called when memory is short or plentiful again. */
  onMemoryPressure?(event: { readonly level: "warning" | "critical" | "recovered" }): void | Promise<void>;
}
