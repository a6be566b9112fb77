import type { RowRuns } from "./row-runs.js";
import type { CellGrid, Shape } from "./shape.js";

/** Cells: an edge as near as this to a line between cells lies on it, and touches none of them. */
const onLine = 0.01;
/** Cells: the smallest step up or down along an edge. */
const leastStep = 1e-9;

/**
 * Adds the cells that the edges of a shape pass through, as gdal_rasterize -at does: edges along lines between cells touch neither
 * side; an edge within a column or a row that ends on the line to the next cell touches that.
 * @param shift added to every x before
 */
export function addTouched({ xs, ys, starts }: Shape, grid: CellGrid, shift: number, runs: RowRuns): void {
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const last = starts[ring + 1]!;
    let x = xs[last - 1]! + shift;
    let y = ys[last - 1]!;
    const isPoint = isOnePoint(xs, ys, starts[ring]!, last);
    for (let i = starts[ring]!; i < last; i++) {
      const [xNext, yNext] = [xs[i]! + shift, ys[i]!];
      // What repeats a point is not an edge, unless there is nothing else.
      if (xNext === x && yNext === y && !isPoint) continue;
      if (x <= xNext) addEdge(x, y, xNext, yNext, grid, runs);
      else addEdge(xNext, yNext, x, y, grid, runs);
      x = xNext;
      y = yNext;
    }
  }
}

function isOnePoint(xs: Float64Array, ys: Float64Array, first: number, end: number): boolean {
  for (let i = first + 1; i < end; i++) if (xs[i] !== xs[first] || ys[i] !== ys[first]) return false;
  return true;
}

/** An edge from west to east. */
function addEdge(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  { width, height }: CellGrid,
  runs: RowRuns,
): void {
  if (x2 < 0 || x1 > width || (y1 < 0 && y2 < 0) || (y1 > height && y2 > height)) return;
  if (Math.floor(x1) === Math.floor(x2) || x2 - x1 < onLine) {
    if (isOnLine(x1) && isOnLine(x2)) return;
    const [top, bottom] = y1 < y2 ? [y1, y2] : [y2, y1];
    const column = Math.floor(x2);
    if (column < 0 || column >= width) return;
    const end = Math.min(height - 1, Math.floor(bottom));
    for (let row = Math.max(0, Math.floor(top)); row <= end; row++) runs.add(row, column, column + 1);
    return;
  }
  if (Math.floor(y1) === Math.floor(y2) || Math.abs(y2 - y1) < onLine) {
    if (isOnLine(y1) && isOnLine(y2)) return;
    const row = Math.floor(y1);
    if (row < 0 || row >= height) return;
    const from = Math.max(0, Math.floor(x1));
    const end = Math.min(width, Math.floor(x2) + 1);
    if (from < end) runs.add(row, from, end);
    return;
  }
  addSloped(x1, y1, x2, y2, width, height, runs);
}

function isOnLine(value: number): boolean {
  return Math.abs(value - Math.round(value)) < onLine;
}

function addSloped(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  width: number,
  height: number,
  runs: RowRuns,
): void {
  const slope = (y2 - y1) / (x2 - x1);
  let [x, y, xEnd, yEnd] = [x1, y1, x2, y2];
  if (xEnd > width) {
    yEnd -= (xEnd - width) * slope;
    xEnd = width;
  }
  if (x < 0) {
    y -= x * slope;
    x = 0;
  }
  if (slope > 0) {
    if (y < 0) [x, y] = [x - y / slope, 0];
    if (yEnd >= height) xEnd += (height - yEnd) / slope;
  } else {
    if (y >= height) [x, y] = [x + (height - y) / slope, height];
    if (yEnd < 0) xEnd -= yEnd / slope;
  }
  while (x >= 0 && x < xEnd) {
    const column = Math.floor(x);
    const row = Math.floor(y);
    if (row >= 0 && row < height && column < width) runs.add(row, column, column + 1);
    let stepX = Math.floor(x + 1) - x;
    let stepY = stepX * slope;
    if (Math.floor(y + stepY) !== row) {
      stepY = slope < 0 ? Math.min(row - y, -leastStep) : Math.max(row + 1 - y, leastStep);
      stepX = stepY / slope;
    }
    x += stepX;
    y += stepY;
  }
}
