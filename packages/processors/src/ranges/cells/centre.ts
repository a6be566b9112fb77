import type { RowRuns } from "./row-runs.js";
import type { CellGrid, Shape } from "./shape.js";

/** The number of crossings that are held at once. */
const mostCrossings = 1 << 21;

/**
 * Adds the cells whose centres lie in a shape: those with an odd number of edges to the west. As in gdal_rasterize, a centre on an
 * edge belongs to the polygon to the west of the edge, or to the south of it; centres on a horizontal edge to the north of it also do if
 * its ring lies there, whichever way the ring turns.
 * @param shift added to every x before
 */
export function addCentres(shape: Shape, { width, height }: CellGrid, shift: number, runs: RowRuns): void {
  const { north, south } = shape;
  const first = Math.max(0, Math.ceil(north - 0.5));
  const end = Math.min(height, Math.floor(south - 0.5) + 1);
  if (first >= end) return;
  const counts = countCrossings(shape, first, end);
  for (let from = first; from < end;) {
    let to = from;
    let total = 0;
    for (; to < end; to++) {
      const more = counts[to - first]!;
      if (total > 0 && total + more > mostCrossings) break;
      total += more;
    }
    addBand(shape, width, shift, from, to, total, counts.subarray(from - first, to - first), runs);
    from = to;
  }
}

/** The number of edges that cross each row of centres. */
function countCrossings({ xs: _, ys, starts }: Shape, first: number, end: number): Int32Array {
  const changes = new Int32Array(end - first + 1);
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const last = starts[ring + 1]!;
    let before = ys[last - 1]!;
    for (let i = starts[ring]!; i < last; i++) {
      const here = ys[i]!;
      const from = Math.max(first, Math.ceil(Math.min(before, here) - 0.5));
      const to = Math.min(end, Math.ceil(Math.max(before, here) - 0.5));
      before = here;
      if (from >= to) continue;
      changes[from - first]!++;
      changes[to - first]!--;
    }
  }
  for (let row = 1; row <= end - first; row++) changes[row]! += changes[row - 1]!;
  return changes;
}

function addBand(
  { xs, ys, starts }: Shape,
  width: number,
  shift: number,
  first: number,
  end: number,
  total: number,
  counts: Int32Array,
  runs: RowRuns,
): void {
  const crossings = new Float64Array(total);
  const next = new Int32Array(end - first + 1);
  for (let row = 0; row < end - first; row++) next[row + 1] = next[row]! + counts[row]!;
  const begins = next.slice();
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const last = starts[ring + 1]!;
    const isClockwise = turnsClockwise(xs, ys, starts[ring]!, last);
    let xBefore = xs[last - 1]!;
    let yBefore = ys[last - 1]!;
    for (let i = starts[ring]!; i < last; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      const down = yBefore < y;
      const x1 = down ? xBefore : x;
      const y1 = down ? yBefore : y;
      const x2 = down ? x : xBefore;
      const y2 = down ? y : yBefore;
      if (y1 === y2) {
        const row = y - 0.5;
        const isBelow = isClockwise ? xBefore > x : xBefore < x;
        if (isBelow && Number.isInteger(row) && row >= first && row < end)
          addRun(runs, row, Math.min(x, xBefore) + shift, Math.max(x, xBefore) + shift, width);
      } else {
        const from = Math.max(first, Math.ceil(y1 - 0.5));
        const to = Math.min(end, Math.ceil(y2 - 0.5));
        for (let row = from; row < to; row++) {
          crossings[next[row - first]!++] = ((row + 0.5 - y1) * (x2 - x1)) / (y2 - y1) + x1;
        }
      }
      xBefore = x;
      yBefore = y;
    }
  }
  for (let row = first; row < end; row++) {
    const [begin, stop] = [begins[row - first]!, begins[row - first + 1]!];
    sortPart(crossings, begin, stop);
    for (let i = begin; i + 1 < stop; i += 2)
      addRun(runs, row, crossings[i]! + shift, crossings[i + 1]! + shift, width);
  }
}

/** Which way a ring turns at its southernmost point, of several the easternmost; y points to the south. */
function turnsClockwise(xs: Float64Array, ys: Float64Array, first: number, end: number): boolean {
  let point = first;
  for (let i = first + 1; i < end; i++)
    if (ys[i]! > ys[point]! || (ys[i]! === ys[point]! && xs[i]! > xs[point]!)) point = i;
  const before = point === first ? end - 1 : point - 1;
  const after = point + 1 === end ? first : point + 1;
  const [x, y] = [xs[point]!, ys[point]!];
  return (xs[after]! - x) * (ys[before]! - y) > (xs[before]! - x) * (ys[after]! - y);
}

/** The columns whose centres lie in `(west, east]`. */
function addRun(runs: RowRuns, row: number, west: number, east: number, width: number): void {
  const from = Math.max(0, Math.floor(west + 0.5));
  const to = Math.min(width, Math.floor(east + 0.5));
  if (from < to) runs.add(row, from, to);
}

function sortPart(values: Float64Array, begin: number, end: number): void {
  if (end - begin > 40) {
    values.subarray(begin, end).sort();
    return;
  }
  for (let i = begin + 1; i < end; i++) {
    const value = values[i]!;
    let place = i;
    while (place > begin && values[place - 1]! > value) {
      values[place] = values[place - 1]!;
      place--;
    }
    values[place] = value;
  }
}
