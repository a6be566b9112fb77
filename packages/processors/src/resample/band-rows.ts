import type { AxisSpans } from "./separable/axis-spans.js";
import type { ResamplePlan } from "./plan.js";

/** Maximum cells of a band, which is at least one row: if it ends with rows of the file's blocks, and if it doesn't. */
export interface MostCells {
  readonly aligned: number;
  readonly others: number;
}

/**
 * The end of the grid rows `[rowStart, end)` of a band: those that need about `windowSize` squared source pixels, and never
 * more cells than that. If possible without becoming much smaller, a band ends where rows of the file's blocks do, so that
 * no block is decoded for two bands.
 */
export function bandEnd(plan: ResamplePlan, rowStart: number, windowSize: number, cells: MostCells): number {
  const { grid, axes, source } = plan;
  const rows = rowsFor(plan, windowSize);
  const most = (limit: number): number =>
    Math.min(grid.height, rowStart + Math.min(rows, Math.max(1, Math.floor(limit / grid.width))));
  const otherwise = most(cells.others);
  if (!axes || otherwise === grid.height) return otherwise;
  for (let end = most(cells.aligned); end > (rowStart + otherwise) / 2; end--) {
    if (end === grid.height || isBetweenBlocks(axes.main.rows, end, source.blockSize.height)) return end;
  }
  return otherwise;
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
 * Whether no block is needed both by the grid rows before `row` and by those from there on, apart from rows of pixels that a
 * band leaves to the next.
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
