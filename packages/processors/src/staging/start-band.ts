import type { DataType, Grid, GridSpec, Mask, RasterData, RasterSource, WorkerPool } from "@quadrat/core";
import { cleanedUp, threadModule, type HookOwner } from "@quadrat/core/base";
import { countSource, sourceTotalOf } from "../conservation/source-total.js";
import { resampleBand, type ResamplePlan } from "../resample/index.js";
import type { BandResult, BandTask } from "./band-task.js";
import { toColumn } from "./column.js";
import { keepInside } from "./inside.js";
import type { ReducerTask } from "./reducer.js";
import { resampleSeries, type SeriesBand } from "./series-band.js";
import { SeriesReader } from "./series-reader.js";
import type { Together } from "./series-together.js";

export const taskModule = threadModule(import.meta.url, "./band-task.js");

export interface RasterJob {
  readonly key: string;
  readonly raster: RasterSource;
  readonly crs: string;
  readonly grid: Grid;
  readonly method: ResamplePlan["method"];
  readonly reducer?: ReducerTask | undefined;
  /** Set if the raster comes from a plugin's source. */
  readonly owner?: HookOwner | undefined;
  /** Set if columns are made from several steps in time, of which the raster is one. */
  readonly series?: Together | undefined;
  readonly dataType: DataType;
  readonly plan: ResamplePlan;
  /** The cells that get a value; absent: all. */
  readonly mask?: Mask | undefined;
  /** Whether the raster's own total inside of the grid is wanted. */
  readonly counted?: boolean | undefined;
}

/** Whether a thread can open the raster itself, and every file of a series, and knows the method. */
export function inThread({ raster, reducer, series }: RasterJob): boolean {
  if (series?.files.some(({ reopen }) => reopen === undefined)) return false;
  return raster.reopen !== undefined && !(reducer && reducer.module === undefined);
}

/** Makes a part of a band, in a thread if that can open what it is made from. */
export async function startBand(
  job: RasterJob,
  part: Pick<
    BandTask,
    "rowStart" | "rowEnd" | "windowSize" | "columns" | "inside" | "buffer" | "scratch" | "total"
  >,
  workers: WorkerPool,
  lane: number,
): Promise<BandResult> {
  const { key, raster, crs, grid, method, reducer, owner, dataType, plan, series } = job;
  const { rowStart, rowEnd, windowSize, buffer, columns, inside } = part;
  if (!inThread(job)) {
    const made = series
      ? await inMainThread(series, { grid, reducer: plan.reducer, rowStart, rowEnd, windowSize, columns })
      : [await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, { dataType, buffer, columns })];
    if (inside) for (const data of made) keepInside(data, columns![1] - columns![0], inside);
    const total = part.total
      ? await sourceTotalOf(countSource(raster, crs, plan), rowStart, rowEnd, windowSize ** 2)
      : undefined;
    return { columns: made.map((data) => toColumn(data, dataType)), milliseconds: 0, total };
  }
  const reopen = raster.reopen!;
  const task: BandTask = {
    ...{ key, reopen, crs, grid: specOf(grid), method, reducer, owner, dataType, counted: job.counted },
    ...(series && { series: series.shared }),
    ...part,
  };
  return workers.run<BandResult>(taskModule, "resampleTask", task, {
    lane,
    transfer: buffer ? [buffer] : [],
  });
}

function inMainThread(series: Together, band: SeriesBand): Promise<RasterData[]> {
  const reader = new SeriesReader(series, series.open);
  return cleanedUp(
    () => resampleSeries(reader, band),
    () => reader.close(),
  );
}

/** A grid in the form in which it is passed to a thread. */
export function specOf({ crs, resolution, bounds }: Grid): GridSpec {
  return { crs, resolution, bounds };
}
