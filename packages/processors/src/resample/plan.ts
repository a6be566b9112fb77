import type {
  Bounds,
  DataType,
  Grid,
  PluginMethod,
  RasterSource,
  Reducer,
  ResamplingMethod,
} from "@quadrat/core/base";
import { kernelScale, type KernelScale } from "./mapping/kernel-scale.js";
import { resultType } from "./methods/methods.js";
import { pixelMap, pixelTolerance, type PixelMap, type ResamplingInput } from "./mapping/pixel-map.js";
import { separableAxes, type SeparableAxes } from "./separable/separable-axes.js";
import { mayOverlap, survey, type Survey } from "./mapping/survey.js";

export interface ResampleRequest extends ResamplingInput {
  readonly method: ResamplingMethod | PluginMethod;
  /** The method of a plugin; absent for GDAL's methods. */
  readonly reducer?: Reducer | undefined;
}

/**
 * What depends only on the geometry of source and grid, not on the source's contents: equal for rasters with the same
 * geometry.
 */
export interface PlanGeometry {
  readonly grid: Grid;
  readonly method: ResamplingMethod | PluginMethod;
  /** False if no cell of the grid can get a value from the source. */
  readonly overlaps: boolean;
  /** The source's extent in its own CRS. */
  readonly sourceBounds: Bounds;
  /** The grid's extent in the source's CRS; undefined if no point of it has an image there. */
  readonly gridBounds: Bounds | undefined;
  /** The area of a typical cell, in pixels. */
  readonly cellArea: number;
  /** Cells per pixel, by which the interpolation kernels are scaled. */
  readonly scale: KernelScale;
  readonly map: PixelMap;
  readonly survey: Survey;
  /** Set if columns and rows are independent of each other. */
  readonly axes: SeparableAxes | undefined;
  /** Distances in pixels below which points coincide; smaller where cells are smaller than pixels. */
  readonly tolerance: number;
}

/** How a source will be resampled onto a grid: everything that does not depend on the rows and windows in which it is done. */
export interface ResamplePlan extends PlanGeometry {
  readonly source: RasterSource;
  readonly reducer: Reducer | undefined;
  /** The type of the resulting column. */
  readonly resultType: DataType;
}

/**
 * What is known before the method is chosen: whether a cell covers more than one pixel, or extends over more than
 * one.
 */
export function cellsGrow(input: ResamplingInput): boolean {
  const { cellArea, cellSpan } = survey(input, pixelMap(input));
  return !(cellArea <= 1 + 1e-6 && cellSpan <= 1 + 1e-6);
}

/** Prepares the resampling of a dataset; reads no pixel. */
export function planResampling(request: ResampleRequest): ResamplePlan {
  return planSource(planGeometry(request), request);
}

/** The plan for one of the sources with the same geometry. */
export function planSource(
  geometry: PlanGeometry,
  { source, reducer }: Pick<ResampleRequest, "source" | "reducer">,
): ResamplePlan {
  return { ...geometry, source, reducer, resultType: resultType(geometry.method, source.dataType) };
}

export function planGeometry(request: Omit<ResampleRequest, "reducer">): PlanGeometry {
  const { source, grid, method } = request;
  const map = pixelMap(request);
  const surveyed = survey(request, map);
  const scale = kernelScale(surveyed, map, grid.width, grid.height);
  const tolerance = pixelTolerance * Math.min(1, ...surveyed.cellSize.filter((size) => size > 0));
  const axes = map.separable ? separableAxes(grid, map, method, scale, tolerance) : undefined;
  return {
    grid,
    method,
    overlaps: axes ? axes.overlap : mayOverlap(surveyed, map),
    sourceBounds: sourceBounds(source),
    gridBounds: surveyed.gridBounds,
    cellArea: surveyed.cellArea,
    scale,
    map,
    survey: surveyed,
    axes,
    tolerance,
  };
}

/** Plans for some columns of a grid, by the plan of all. */
const parts = new WeakMap<PixelMap, Map<string, Pick<PlanGeometry, "grid" | "axes">>>();
const mostParts = 64;

/**
 * The plan for columns `[left, right)` of a grid whose columns and rows are independent of each other: the cells have the same
 * pixels and weights.
 */
export function planColumns(plan: ResamplePlan, [left, right]: readonly [number, number]): ResamplePlan {
  const { grid, map, method, scale, tolerance } = plan;
  const known = parts.get(map) ?? new Map<string, Pick<PlanGeometry, "grid" | "axes">>();
  parts.set(map, known);
  const key = `${method} ${left} ${right}`;
  let part = known.get(key);
  if (!part) {
    const columns = grid.columns(left, right);
    part = { grid: columns, axes: separableAxes(columns, map, method, scale, tolerance) };
    if (known.size >= mostParts) known.clear();
    known.set(key, part);
  }
  return { ...plan, ...part };
}

function sourceBounds({ width, height, affine: { a, b, c, d, e, f } }: RasterSource): Bounds {
  const xs = [0, a * width, b * height, a * width + b * height].map((x) => x + c);
  const ys = [0, d * width, e * height, d * width + e * height].map((y) => y + f);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
