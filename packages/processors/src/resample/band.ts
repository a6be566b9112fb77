import type { DataType, RasterData, ResamplingMethod } from "@quadrat/core/base";
import { accumulator } from "./methods/accumulators.js";
import { accumulatedFinisher } from "./separable/accumulated-cells.js";
import { areaFinisher, extremeFinisher } from "./separable/area-finisher.js";
import { areaWorker, rectangles } from "./outlines/area-worker.js";
import { resampleCells, type CellWorker, type ColumnRange } from "./windows/cells.js";
import { kernelFinisher } from "./separable/kernel-finisher.js";
import { emptyBand, isKernelMethod, type AreaMethod } from "./methods/methods.js";
import { resampleNear } from "./separable/near.js";
import { outlines } from "./outlines/outlines.js";
import { planColumns, type ResamplePlan } from "./plan.js";
import { kernelWorker, nearWorker } from "./points/point-worker.js";
import { reducing } from "./methods/reducing.js";
import { pixelFinisher } from "./separable/pixel-finisher.js";
import { withRings } from "./separable/ring-finisher.js";
import { resampleSeparable, type RowFinisher } from "./separable/separable.js";

/** What to make of a band. */
export interface BandUse {
  /** The type that the values will have: they are computed in it if it is a float. */
  readonly dataType?: DataType;
  /** Memory into which they may be put. */
  readonly buffer?: ArrayBuffer | undefined;
  /** Only these columns. */
  readonly columns?: ColumnRange | undefined;
}

/**
 * Resamples grid rows `[rowStart, rowEnd)`: the cells row by row, NaN where there is no value. Not a single bit of the
 * values depends on how a grid is cut into bands, or on the window size.
 * @param windowPixels the maximum number of source pixels held at once (or one source row of one cell)
 */
export async function resampleBand(
  plan: ResamplePlan,
  rowStart: number,
  rowEnd: number,
  windowPixels: number,
  { dataType, buffer, columns }: BandUse = {},
): Promise<RasterData> {
  const { source, grid } = plan;
  const type = dataType === "float32" || dataType === "float64" ? dataType : plan.resultType;
  const range: ColumnRange = columns ?? [0, grid.width];
  const out = emptyBand(type, (rowEnd - rowStart) * (range[1] - range[0]), buffer);
  if (!plan.overlaps) return out;
  const isWhole = range[1] - range[0] === grid.width;
  const part = plan.axes && !isWhole ? planColumns(plan, range) : plan;
  if (part.axes && plan.method === "near") {
    await resampleNear(source, part.axes.main, rowStart, rowEnd, windowPixels, out);
    return out;
  }
  const finisher = separableFinisher(part);
  if (finisher) await resampleSeparable(source, finisher, rowStart, rowEnd, windowPixels, out);
  else await resampleCells(source, cellWorker(plan), range, rowStart, rowEnd, windowPixels, out);
  return out;
}

/** @returns undefined if the cells have to be computed one by one */
function separableFinisher({ source, axes, reducer, method: name }: ResamplePlan): RowFinisher | undefined {
  if (!axes || reducer) return undefined;
  const method = name as ResamplingMethod;
  switch (method) {
    case "average":
    case "sum":
      return withRings(areaFinisher(method, axes.main));
    case "rms":
      return pixelFinisher(method, axes.main, source) ?? withRings(areaFinisher(method, axes.main));
    case "min":
    case "max":
      return pixelFinisher(method, axes.main, source) ?? withRings(extremeFinisher(method, axes.main));
    case "mode":
    case "med":
    case "q1":
    case "q3":
      return pixelFinisher(method, axes.main, source);
    case "bilinear":
    case "cubic":
    case "cubicspline":
    case "lanczos":
      return withRings(kernelFinisher(method, axes.main, axes.fallback));
    case "count":
    case "coverage":
    case "stdev":
    case "variance":
    case "variety":
      return accumulatedFinisher(accumulator(method, source.dataType), axes.main, source);
    default:
      return undefined;
  }
}

function cellWorker({
  source,
  grid,
  map,
  method,
  reducer,
  axes,
  scale,
  tolerance,
}: ResamplePlan): CellWorker {
  if (method === "near") return nearWorker(grid, map, tolerance);
  if (isKernelMethod(method)) return kernelWorker(grid, map, method, scale, tolerance);
  const accumulate = reducer ? reducing(reducer, method) : accumulator(method as AreaMethod, source.dataType);
  const whole = accumulate.cellArea !== undefined;
  const shapes = axes ? rectangles(axes.main) : outlines(grid, map, tolerance, whole);
  return areaWorker(shapes, accumulate);
}
