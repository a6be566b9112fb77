import type {
  DatasetConfig,
  Grid,
  OpenDataset,
  RasterSeries,
  RasterSource,
  Reducer,
  StageParts,
} from "@quadrat/core";
import { cleanedUp } from "@quadrat/core/base";
import { rasterExtent } from "../grid/extent.js";
import type { ResamplePlan } from "../resample/index.js";
import { overlapError, planFor } from "../staging/plan.js";
import { makeReducer, reducerOf } from "../staging/reducer.js";
import { checkFill } from "../inputs/fill.js";
import type { OpenInput } from "../inputs/open-input.js";

/**
 * Determines the method and the column's type on the grid.
 * @param typed whether the configuration says what the values are
 * @throws QuadratError if the dataset does not meet the grid, or its fill does not fit its column
 */
export async function settle(
  input: OpenInput,
  grid: Grid,
  parts: StageParts,
  typed: boolean,
): Promise<OpenDataset> {
  const { name, config, driver, files, source, crs, origin } = input;
  const common = { name, config, driver, files, crs, ...(origin && { origin }) };
  if (source.kind === "cells") {
    const { dataType, warnings } = source.cells;
    checkFill(config, dataType);
    const method = config.measure ?? "records";
    return { ...common, source, method, dataType, extent: undefined, warnings };
  }
  const { raster, series } = source;
  const method = reducerOf(config, parts);
  const reducer = method && (await makeReducer(method.definition, method.task));
  const { plan, warnings } = planFor(raster, crs!, grid, config.resample ?? config.type, reducer);
  const extent = rasterExtent(raster);
  const overlaps =
    plan.overlaps || (series !== undefined && (await anyOverlaps(series, grid, plan.method, reducer)));
  if (!overlaps) throw overlapError(config.path, extent, crs!, grid);
  const dataType = config.dtype ?? (series ? "float64" : plan.resultType);
  checkFill(config, dataType);
  return {
    ...common,
    source: series
      ? { kind: "raster", raster, series }
      : { kind: "raster", raster: await chooseOverview(raster, plan, config) },
    method: plan.method,
    dataType,
    extent,
    gridExtent: plan.gridBounds,
    warnings: [
      ...raster.warnings,
      ...(input.warnings ?? []),
      ...(typed ? [] : blendedClasses(raster, plan.method)),
      ...warnings,
    ],
  };
}

/** Whether any file of a series meets the grid. */
async function anyOverlaps(
  series: RasterSeries,
  grid: Grid,
  method: ResamplePlan["method"],
  reducer: Reducer | undefined,
): Promise<boolean> {
  for (const position of series.geometries) {
    const opened = await series.open(position);
    const raster = "layers" in opened ? opened.layer(0) : opened;
    const { crs } = series.files[position]!;
    const overlaps = await cleanedUp(
      () => Promise.resolve(planFor(raster, crs, grid, method, reducer).plan.overlaps),
      () => opened.close(),
    );
    if (overlaps) return true;
  }
  return false;
}

/** Methods whose results lie between the pixels' values, or beyond. */
const blending = new Set(["average", "bilinear", "cubic", "cubicspline", "lanczos", "rms", "sum"]);

/** Numbers of classes mean nothing once they are blended. */
function blendedClasses({ classes }: RasterSource, method: string): string[] {
  if (classes === undefined || !blending.has(method)) return [];
  return [
    `the file has ${classes}, so its values may be classes, which \`${method}\` would blend: ` +
      "set `type: categorical`, or `type: continuous` if they are quantities",
  ];
}

const interpolating = new Set(["bilinear", "cubic", "cubicspline", "lanczos"]);

/** The coarsest overview that is still as fine as the grid, for interpolating methods that may use one. */
async function chooseOverview(
  raster: RasterSource,
  plan: ResamplePlan,
  config: DatasetConfig,
): Promise<RasterSource> {
  const { overviews = [] } = raster;
  if (config.overviews === "none" || !interpolating.has(plan.method) || !raster.openOverview) return raster;
  const cell = Math.sqrt(plan.cellArea);
  const index = overviews.findLastIndex(({ width }) => raster.width / width <= cell);
  if (index < 0) return raster;
  const overview = await raster.openOverview(index);
  await raster.close();
  return overview;
}
