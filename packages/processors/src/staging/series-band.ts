import type { Grid, RasterData, Reducer } from "@quadrat/core/base";
import { resampleBand, type ResamplePlan } from "../resample/index.js";
import { overTime } from "../resample/time/statistics.js";
import { planFor } from "./plan.js";
import type { SeriesReader } from "./series-reader.js";
import { keptBytes } from "./useful-cache.js";

/** What a band of a series is made with. */
export interface SeriesBand {
  readonly grid: Grid;
  readonly method: ResamplePlan["method"];
  readonly reducer?: Reducer | undefined;
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly windowSize: number;
  readonly columns?: readonly [left: number, right: number] | undefined;
  /** Memory into which the bands of the steps may be put. */
  readonly buffer?: ArrayBuffer | undefined;
}

/**
 * Resamples the steps of a series, one by one, and takes the statistic of each cell: one band of each step is in memory at a
 * time, however many steps there are.
 */
export async function resampleSeries(reader: SeriesReader, band: SeriesBand): Promise<RasterData> {
  const { statistic, then, complete, files, groups } = reader.steps;
  const { grid, method, reducer, rowStart, rowEnd, windowSize } = band;
  const columns = band.columns ?? ([0, grid.width] as const);
  const cells = (rowEnd - rowStart) * (columns[1] - columns[0]);
  const outer = then && overTime(then, cells);
  let buffer: ArrayBuffer | undefined = band.buffer;
  for (const group of groups) {
    const inner = overTime(statistic, cells);
    for (let i = 0; i < group.length; i += 2) {
      const [file, layer] = [group[i]!, group[i + 1]!];
      const raster = await reader.layer(file, layer);
      const { plan } = planFor(raster, files[file]!.crs, grid, method, reducer);
      raster.limitCache?.(keptBytes(raster, plan, windowSize));
      const use = { dataType: "float64", buffer, columns } as const;
      const data = await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, use);
      inner.add(data);
      buffer = data.buffer as ArrayBuffer;
    }
    const values = inner.finish(complete);
    if (!outer) return values;
    outer.add(values);
  }
  return outer!.finish(complete);
}
