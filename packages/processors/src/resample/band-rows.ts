import type { AxisSpans } from "./axis-spans.js";
import type { ResamplePlan } from "./plan.js";

/**
 * The grid rows of a band that begins at `rowStart`, `[rowStart, end)`: those for which about `windowSize` squared source
 * pixels are needed, and never more cells than that or than `mostCells`. Where it costs no more than half of them, the band ends
 * where rows of the file's blocks do, so that no block is decoded for two bands.
 */
export function bandEnd(plan: ResamplePlan, rowStart: number, windowSize: number, mostCells: number): number {
  const { grid, axes, source } = plan;
  const rows = Math.min(rowsFor(plan, windowSize), Math.max(1, Math.floor(mostCells / grid.width)));
  const most = Math.min(grid.height, rowStart + rows);
  if (!axes || most === grid.height) return most;
  for (let end = most; end > rowStart + rows / 2; end--) {
    if (isBetweenBlocks(axes.main.rows, end, source.blockSize.height)) return end;
  }
  return most;
}

function rowsFor({ grid, axes, cellArea, survey }: ResamplePlan, windowSize: number): number {
  const pixels = windowSize * windowSize;
  const cells = Math.max(1, Math.floor(pixels / grid.width));
  const limit = Math.min(grid.height, cells);
  const perRow = axes
    ? Math.max(1, extent(axes.main.columns)) * survey.cellSize[1]
    : cellArea * grid.width * Math.max(survey.coverage, 1 / grid.width);
  return clamp(Math.floor(pixels / perRow), limit);
}

/**
 * Whether the grid rows before `row` and those from there on need no block both, but for rows of pixels which the band before
 * leaves to the next.
 */
function isBetweenBlocks({ first, start, end, count }: AxisSpans, row: number, blockHeight: number): boolean {
  if (row >= count || first[row] === first[row - 1] || first[row + 1] === first[row]) return false;
  const [upper, lower] = [first[row - 1]!, first[row]!];
  if (end[upper]! % blockHeight === 0 && end[upper]! > start[lower]!) return start[lower]! >= start[upper]!;
  const block = (pixel: number) => Math.floor(pixel / blockHeight);
  return block(end[upper]! - 1) < block(start[lower]!) || block(end[lower]! - 1) < block(start[upper]!);
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
