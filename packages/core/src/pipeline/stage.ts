import type { Catalogue } from "../catalogue/catalogue.js";
import type { StagedDataset } from "../catalogue/dataset-entry.js";
import type { Config, DatasetConfig } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import type { InputFiles } from "../inputs/input-files.js";
import type { MemoryForum, MemoryPressure, MemoryVote, MemoryWatch, Sizes } from "../plugin/memory.js";
import type { StageParts } from "../plugin/parts.js";
import type { CellSource } from "../plugin/source.js";
import type { ColumnType, RasterSource } from "../raster/raster.js";
import type { RasterSeries } from "../raster/series.js";
import type { Store } from "../store/store.js";
import type { MergedTable } from "../table/exporter.js";
import type { PointTable } from "../table/points.js";
import type { DatasetWork } from "./dataset-work.js";
import type { OpenMask } from "./open-mask.js";
import type { ShardedDataset, ShardTarget, StagedElsewhere } from "../shards/stage-contract.js";
import type { WorkerPool } from "../workers/pool.js";
import type { Progress } from "./progress.js";

/** A dataset whose input is open. */
export interface OpenDataset {
  readonly name: string;
  readonly config: DatasetConfig;
  /** The files on which its values depend; absent for a query. Without it the input is only its path. */
  readonly files?: InputFiles | undefined;
  readonly source: RasterInput | CellInput;
  /** Name of the source that opened it. */
  readonly driver: string;
  /** Absent if the input does not state one and does not need one. */
  readonly crs: string | undefined;
  /** The resampling method, or the measure of a table. */
  readonly method: string;
  /** Type of its column. */
  readonly dataType: ColumnType;
  /** Bounds of the input in its own CRS, if known. */
  readonly extent: readonly [number, number, number, number] | undefined;
  /** Bounds of the grid in the same CRS, if known. */
  readonly gridExtent?: readonly [number, number, number, number] | undefined;
  readonly warnings: readonly string[];
  /** For a query: the datasets that it reads, which are staged before it. */
  readonly reads?: readonly string[];
  /** Set if its entry makes columns of its own: several, or one from several steps in time. */
  readonly origin?: ColumnOrigin | undefined;
}

export interface RasterInput {
  readonly kind: "raster";
  /** Of a series: a raster that stands for its steps in estimates. */
  readonly raster: RasterSource;
  /** Set if the column is made from several steps in time. */
  readonly series?: RasterSeries | undefined;
}

/** Where a column comes from that is one of several of an entry of the configuration. */
export interface ColumnOrigin {
  /** The name of the entry. */
  readonly entry: string;
  /** Counted from 1. */
  readonly band?: number | undefined;
  readonly variable?: string | undefined;
  readonly time?:
    | {
        readonly first: string;
        readonly last: string;
        readonly steps: number;
        readonly statistic?: string | undefined;
        readonly then?: string | undefined;
        readonly complete?: boolean | undefined;
      }
    | undefined;
}

export interface CellInput {
  readonly kind: "cells";
  readonly cells: CellSource;
}

/** What the stages of one run share. Stages fill in what later ones need. */
export interface StageContext {
  readonly config: Config;
  /** Path of the store if it is not the default. */
  readonly storePath?: string | undefined;
  readonly registry: StageParts;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Read again for every window and batch. */
  readonly sizes: Sizes;
  readonly workers: WorkerPool;
  readonly memory: MemoryForum & Pick<MemoryWatch, "batchDone">;
  /** What shards have staged, if their results are collected. */
  readonly elsewhere?: StagedElsewhere | undefined;
  /** Set by `load`, in configuration order. */
  grid?: Grid;
  /** Absent if every cell may become a row. */
  mask?: OpenMask | undefined;
  datasets?: readonly OpenDataset[];
  /** Present from `resample` on. */
  store?: Store;
  catalogue?: Catalogue;
  /** Set by `resample`, in configuration order. */
  staged?: readonly StagedDataset[];
  /** Set by `merge`. */
  merged?: MergedTable;
  /** The outputs of earlier runs; absent if what is exported may depend on stages of plugins, or on shards. */
  outputs?: FinishedOutputs;
  /** Set by `points`, if the configuration asks for a table of points. */
  points?: PointTable;
  /** Set by `export`. */
  files?: readonly ExportedFile[];
  /** Set by `export` if it has kept outputs of earlier runs. */
  kept?: boolean;
  /** The number of rows of the merged table, once one of Quadrat's own exporters has counted them. */
  exportedRows?: number;
}

/** A complete file under its final name. */
export interface ExportedFile {
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

/** The outputs that earlier runs have finished. */
export interface FinishedOutputs {
  /** Those that need not be written again, by path. */
  current(): Promise<ReadonlyMap<string, ExportedFile>>;
  /** Whether there is nothing to export. */
  isComplete(): Promise<boolean>;
  /** Enters an output that was just given its final name. */
  enter(file: ExportedFile): Promise<void>;
}

/** A step of the pipeline. Stages coordinate; the work is in processors and exporters. */
export interface Stage {
  readonly name: string;
  /** Refuses what can't work, before anything is run. */
  validate?(context: StageContext): void | Promise<void>;
  /** Refuses what can't work now that the inputs are open and the grid is known, before anything is written. */
  validateInputs?(context: StageContext): void | Promise<void>;
  /**
   * Called while a store without earlier work is opened: prepares, in the meantime, what takes a while, such as threads.
   * Nothing waits for it.
   */
  warmUp?(context: StageContext): void;
  /** Does the work and returns the number of rows that it produced. */
  run(context: StageContext): Promise<{ readonly rows: number }>;
  /**
   * For a stage that stages datasets: what {@link run} would do about each, and why. The store and catalogue of the context are open
   * for reading alone, or absent if there is no store yet.
   */
  workOutlook?(context: StageContext): Promise<readonly DatasetWork[]>;
  /** For a stage that stages datasets: what of it can be done in parts, by processes that know nothing of each other. */
  shardOutlook?(context: StageContext): Promise<readonly ShardedDataset[]>;
  /** Does the part of a shard in place of {@link run}. */
  runShard?(context: StageContext, target: ShardTarget): Promise<void>;
  /**
   * Stages the datasets that are queries in the rows of a shard, which are the context's grid, and what they read, which is elsewhere.
   * The context's store has nothing else. Returns those that are queries.
   */
  runShardQueries?(context: StageContext): Promise<readonly StagedDataset[]>;
  /** Called when memory is short or plentiful again. Nothing waits for it. */
  onMemoryPressure?(pressure: MemoryPressure): void | Promise<void>;
  /** Votes before batches and windows change, see {@link MemoryForum.vote}. Must answer synchronously. */
  voteOnMemory?(pressure: MemoryPressure): MemoryVote | undefined;
}

/** A value that an earlier stage must have set; its absence means that the stages are in a wrong order. */
export function required<K extends "grid" | "datasets" | "store" | "catalogue" | "staged" | "merged">(
  context: StageContext,
  key: K,
): NonNullable<StageContext[K]> {
  const value = context[key];
  if (value === undefined) throw new Error(`no earlier stage has set the ${key}`);
  return value;
}
