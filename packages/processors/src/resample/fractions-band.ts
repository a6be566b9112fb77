import { areaWorker, rectangles } from "./outlines/area-worker.js";
import { outlines } from "./outlines/outlines.js";
import { classFractions, type ClassGroups } from "./methods/class-fractions.js";
import type { ClassLists } from "./methods/class-lists.js";
import type { ResamplePlan } from "./plan.js";
import { accumulatedFinisher } from "./separable/accumulated-cells.js";
import { resampleSeparable } from "./separable/separable.js";
import { resampleCells } from "./windows/cells.js";

/**
 * The fractions of classes in grid rows `[rowStart, rowEnd)`: lists of the classes of each cell, or of groups of classes. Not
 * a single bit depends on how a grid is cut into bands, or on the window size.
 * @param windowPixels the maximum number of source pixels held at once (or one source row of one cell)
 * @param hide makes NaN of the cells that are not wanted; all are by default
 */
export async function resampleFractions(
  plan: ResamplePlan,
  rowStart: number,
  rowEnd: number,
  windowPixels: number,
  groups?: ClassGroups,
  hide?: (cells: Float64Array) => void,
): Promise<ClassLists> {
  const { source, grid, axes, map, tolerance } = plan;
  const fractions = classFractions(source.dataType, groups);
  const results = new Float64Array((rowEnd - rowStart) * grid.width).fill(NaN);
  if (plan.overlaps) {
    const finisher = axes && accumulatedFinisher(fractions, axes.main, source);
    if (finisher) await resampleSeparable(source, finisher, rowStart, rowEnd, windowPixels, results);
    else {
      const shapes = axes ? rectangles(axes.main) : outlines(grid, map, tolerance, true);
      const worker = areaWorker(shapes, fractions);
      await resampleCells(source, worker, [0, grid.width], rowStart, rowEnd, windowPixels, results);
    }
  }
  hide?.(results);
  return fractions.lists(results);
}
