import type { Grid, RasterData, RasterSource, Reducer } from "@quadrat/core/base";
import { planSource, resampleBand, type ResamplePlan } from "../resample/index.js";
import { ColumnOverTime } from "./column-over-time.js";
import { planFor } from "./plan.js";
import type { SeriesReader } from "./series-reader.js";
import { stepsInTurn } from "./series-together.js";
import { keptBytes } from "./useful-cache.js";

/** What a band of columns is made with. */
export interface SeriesBand {
  readonly grid: Grid;
  /** Set if the method is a plugin's. */
  readonly reducer?: Reducer | undefined;
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly windowSize: number;
  readonly columns?: readonly [left: number, right: number] | undefined;
  /** Memory into which the bands of the steps may be put. */
  readonly buffer?: ArrayBuffer | undefined;
}

/**
 * Resamples the steps of series, one by one, and takes the statistic of each cell: one band of one step is in memory at a time,
 * however many steps there are, and one of each column.
 * @returns a band of each column
 */
export async function resampleSeries(
  { steps, layer: layerOf }: SeriesReader,
  band: SeriesBand,
): Promise<Float64Array<ArrayBuffer>[]> {
  const { grid, reducer, rowStart, rowEnd, windowSize } = band;
  const { files } = steps;
  const columns = band.columns ?? ([0, grid.width] as const);
  const cells = (rowEnd - rowStart) * (columns[1] - columns[0]);
  const results = steps.columns.map((column) => new ColumnOverTime(column, cells));
  const planOf = planner(grid, reducer);
  const methodOf = (column: number) => steps.columns[column]!.method;
  let buffer: ArrayBuffer | undefined = band.buffer;
  try {
    for (const { file, layer, users } of stepsInTurn(steps)) {
      const raster = await layerOf(file, layer);
      const done = new Set<string>();
      for (const { column } of users) {
        const method = methodOf(column);
        if (done.has(method)) continue;
        done.add(method);
        const plan = planOf(raster, files[file]!.crs, method);
        raster.limitCache?.(keptBytes(raster, plan, windowSize));
        const use = { dataType: "float64", buffer, columns } as const;
        const data: RasterData = await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, use);
        buffer = data.buffer as ArrayBuffer;
        for (const user of users)
          if (methodOf(user.column) === method) results[user.column]!.add(user.group, data);
      }
    }
    return results.map((result) => result.finish());
  } finally {
    for (const result of results) result.release();
  }
}

/** Plans for rasters of which most have the geometry of the one before. */
function planner(grid: Grid, reducer: Reducer | undefined) {
  const latest = new Map<string, { readonly plan: ResamplePlan; readonly crs: string }>();
  return (source: RasterSource, crs: string, method: ResamplePlan["method"]): ResamplePlan => {
    const last = latest.get(method);
    const before = last?.plan.source;
    const isSame =
      before?.affine === source.affine &&
      before.width === source.width &&
      before.height === source.height &&
      last?.crs === crs;
    if (last && isSame) return planSource(last.plan, { source, reducer });
    const { plan } = planFor(source, crs, grid, method, reducer);
    latest.set(method, { plan, crs });
    return plan;
  };
}
