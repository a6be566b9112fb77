import type { AxisSpans } from "./axis-spans.js";
import type { ResamplePlan } from "./plan.js";

/**
 * The number of grid rows for which about `windowSize` squared source pixels are needed, so that bands end where the
 * file's own blocks do if that is possible. It never makes more cells than that.
 */
export function suggestBandRows(plan: ResamplePlan, windowSize: number): number {
  const { grid, axes, cellArea, survey, source } = plan;
  const pixels = windowSize * windowSize;
  const cells = Math.max(1, Math.floor(pixels / grid.width));
  const limit = Math.min(grid.height, cells);
  if (!axes) {
    const perRow = cellArea * grid.width * Math.max(survey.coverage, 1 / grid.width);
    return clamp(Math.floor(pixels / perRow), limit);
  }
  const perCell = survey.cellSize[1];
  const rows = clamp(Math.floor(pixels / (Math.max(1, extent(axes.main.columns)) * perCell)), limit);
  const blocks = Math.floor((rows * perCell) / source.blockSize.height);
  const aligned = (blocks * source.blockSize.height) / perCell;
  const whole = Math.abs(aligned - Math.round(aligned)) < 1e-6 && aligned >= 1;
  return whole ? Math.round(aligned) : rows;
}

/** The number of source columns that the cells need. */
function extent({ start, end }: AxisSpans): number {
  let left = Infinity;
  let right = 0;
  for (let run = 0; run < start.length; run++) {
    left = Math.min(left, start[run]!);
    right = Math.max(right, end[run]!);
  }
  return Math.max(0, right - left);
}

function clamp(rows: number, limit: number): number {
  return Math.max(1, Math.min(limit, Number.isFinite(rows) ? rows : limit));
}
