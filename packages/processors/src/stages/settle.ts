import type { DatasetConfig, Grid, OpenDataset, RasterSource, StageParts } from "@quadrat/core";
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
  const { name, config, driver, files, source, crs } = input;
  const common = { name, config, driver, files, crs };
  if (source.kind === "cells") {
    const { dataType, warnings } = source.cells;
    checkFill(config, dataType);
    const method = config.measure ?? "records";
    return { ...common, source, method, dataType, extent: undefined, warnings };
  }
  const { raster } = source;
  const method = reducerOf(config, parts);
  const reducer = method && (await makeReducer(method.definition, method.task));
  const { plan, warnings } = planFor(raster, crs!, grid, config.resample ?? { type: config.type }, reducer);
  const extent = rasterExtent(raster);
  if (!plan.overlaps) throw overlapError(config.path, extent, crs!, grid);
  const dataType = config.dtype ?? plan.resultType;
  checkFill(config, dataType);
  return {
    ...common,
    source: { kind: "raster", raster: await chooseOverview(raster, plan, config) },
    method: plan.method,
    dataType,
    extent,
    gridExtent: plan.gridBounds,
    warnings: [...raster.warnings, ...(typed ? [] : blendedClasses(raster, plan.method)), ...warnings],
  };
}

/** Methods whose results lie between the pixels' values, or beyond. */
const blending = new Set([
  "average",
  "bilinear",
  "cubic",
  "cubicspline",
  "lanczos",
  "rms",
  "stdev",
  "sum",
  "variance",
]);

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
