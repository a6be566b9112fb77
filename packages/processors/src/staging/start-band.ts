import type { DataType, Grid, GridSpec, Mask, RasterData, RasterSource, WorkerPool } from "@quadrat/core";
import { cleanedUp, threadModule, type HookOwner } from "@quadrat/core/base";
import { countSource, sourceTotalOf } from "../conservation/source-total.js";
import { resampleBand, type ResamplePlan } from "../resample/index.js";
import type { BandResult, BandTask, OutsideTask } from "./band-task.js";
import { toColumn } from "./column.js";
import { keepInside } from "./inside.js";
import { methodsTogether, type OtherMethod } from "./methods-together.js";
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
  /** Other methods that make columns of the same pixels. */
  readonly others?: readonly OtherMethod[] | undefined;
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
  const { raster, crs, grid, dataType, plan, series, others } = job;
  const { rowStart, rowEnd, windowSize, buffer, columns, inside } = part;
  if (!inThread(job)) {
    const made = series
      ? await inMainThread(series, { grid, reducer: plan.reducer, rowStart, rowEnd, windowSize, columns })
      : others
        ? await methodsTogether(plan, crs, grid, dataType, others).resample(rowStart, rowEnd, windowSize, {
            buffer,
            columns,
          })
        : [await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, { dataType, buffer, columns })];
    if (inside) for (const data of made) keepInside(data, columns![1] - columns![0], inside);
    const total = part.total
      ? await sourceTotalOf(countSource(raster, crs, plan), rowStart, rowEnd, windowSize ** 2)
      : undefined;
    const types = columnTypesOf(job);
    return { columns: made.map((data, k) => toColumn(data, types[k]!)), milliseconds: 0, total };
  }
  const task: BandTask = { ...openingOf(job), ...part };
  return workers.run<BandResult>(taskModule, "resampleTask", task, {
    lane,
    transfer: buffer ? [buffer] : [],
  });
}

/** What a thread has to know to open what a band is made from. */
export function openingOf(
  job: RasterJob,
): Omit<OutsideTask, "rowStart" | "rowEnd"> & Pick<RasterJob, "dataType"> {
  const { key, raster, crs, grid, method, reducer, owner, dataType, counted, others, series } = job;
  return {
    ...{ key, reopen: raster.reopen!, crs, grid: specOf(grid), method, reducer, owner, dataType, counted },
    ...(others && { others }),
    ...(series && { series: series.shared }),
  };
}

/** The types of the columns that a job makes, in order. */
export function columnTypesOf({ dataType, others, series }: RasterJob): readonly DataType[] {
  if (series) return series.columns.map((column) => column.dataType);
  return [dataType, ...(others ?? []).map((other) => other.dataType)];
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
