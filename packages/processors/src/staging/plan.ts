import {
  QuadratError,
  type Bounds,
  type DatasetType,
  type Grid,
  type PluginMethod,
  type RasterSource,
  type Reducer,
  type ResamplingMethod,
} from "@quadrat/core/base";
import { createTransform, parseCrs } from "../crs/index.js";
import { projectBounds } from "../grid/extent.js";
import { cellsGrow, defaultMethod, planResampling, type ResamplePlan } from "../resample/index.js";

/** Prepares the resampling of a raster with this CRS; without a method the dataset's type chooses one. */
export function planFor(
  source: RasterSource,
  crs: string,
  grid: Grid,
  method: ResamplingMethod | PluginMethod | DatasetType,
  reducer?: Reducer,
): { readonly plan: ResamplePlan; readonly warnings: readonly string[] } {
  const own = parseCrs(crs);
  const transform = createTransform(parseCrs(grid.crs), own);
  const input = { source, grid, transform, geographicSource: own.isGeographic };
  const chosen = !reducer && isDatasetType(method) ? defaultMethod(method, cellsGrow(input)) : method;
  return { plan: planResampling({ ...input, method: chosen, reducer }), warnings: transform.warnings };
}

function isDatasetType(method: string): method is DatasetType {
  return method === "continuous" || method === "categorical" || method === "count";
}

/** Says that a dataset and the grid do not meet, with both extents in both coordinate systems. */
export function overlapError(path: string, extent: Bounds, crs: string, grid: Grid): QuadratError {
  const [own, target] = [parseCrs(crs), parseCrs(grid.crs)];
  const there = projectBounds(extent, createTransform(own, target));
  const here = projectBounds(grid.bounds, createTransform(target, own));
  const lines = [
    `${path} does not overlap the grid`,
    `  its extent:        ${format(extent)} in ${own.name}, ${format(there)} in the grid's ${target.name}`,
    `  the grid's extent: ${format(here)} in ${own.name}, ${format(grid.bounds)} in the grid's ${target.name}`,
  ];
  return new QuadratError("input", lines.join("\n"), {
    hint: "check the bounds and the CRS of the grid, and `crs:` of the dataset if its file says the wrong one",
    place: { file: path, key: "grid.bounds" },
  });
}

function format(bounds: Bounds | undefined): string {
  return bounds ? `[${bounds.map((value) => Number(value.toPrecision(8))).join(", ")}]` : "(none)";
}
