import type { TimeStatistic } from "../config/types.js";
import type { HookOwner } from "../plugin/hook.js";
import type { RasterStack } from "../plugin/source.js";
import type { RasterSource, ReopenInThread } from "./raster.js";

/** A file of a series: a raster of one step, or a stack of several. */
export interface SeriesFile {
  readonly path: string;
  readonly crs: string;
  /** How a thread opens it; undefined if only the main thread can. */
  readonly reopen?: ReopenInThread | undefined;
  /** Set if it comes from a plugin's source. */
  readonly owner?: HookOwner | undefined;
}

/** The steps in time of which a column is made, in order. Threads get a copy, in which nothing is open. */
export interface SeriesSteps {
  readonly files: readonly SeriesFile[];
  /** Pairs of the position of a file and that of a layer in it, group after group. */
  readonly groups: readonly Int32Array[];
  readonly statistic: TimeStatistic;
  /** The statistic of the groups, if they are several. */
  readonly then?: TimeStatistic | undefined;
  readonly complete: boolean;
}

/** A series whose files the main thread can open too. */
export interface RasterSeries extends SeriesSteps {
  /** Opens a file by its position. */
  open(file: number): Promise<RasterSource | RasterStack>;
  /** The number of all steps. */
  readonly steps: number;
  /** The maximum number of steps that a block of a file holds, which are decoded together. */
  readonly blockLayers: number;
  /** Positions of files, one for each geometry that occurs. */
  readonly geometries: readonly number[];
}
