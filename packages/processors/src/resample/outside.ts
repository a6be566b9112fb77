import type { ResamplePlan } from "./plan.js";
import { pixelUnder, turnsOnto, type PixelMap } from "./mapping/pixel-map.js";
import type { AxisPair } from "./separable/axis-spans.js";

/** Columns between two centres that are examined first. */
const stride = 64;

const unknown = 255;

/**
 * Cells of rows `[rowStart, rowEnd)` whose centres do not lie on the source, as ascending ranges: pairs of a first cell
 * and the one after the last, which do not touch each other.
 *
 * If columns and rows depend on each other, every 64th centre of a row is transformed, and between two of them those
 * that the distance to the source's edge leaves in doubt.
 */
export function outsideRuns(plan: ResamplePlan, rowStart: number, rowEnd: number): Float64Array {
  const { grid, axes } = plan;
  if (axes) return outsideAxes(axes.main, rowStart, rowEnd);
  const runs = runCollector();
  const look = rowLooker(plan);
  // One more row on each side, needed to recognise the tips of a domain.
  const from = Math.max(0, rowStart - 1);
  const states: Uint8Array[] = [];
  for (let row = from; row < Math.min(grid.height, rowEnd + 1); row++) states.push(look(row, stride));
  lookAgain(states, (index) => look(from + index, 1));
  for (let row = rowStart; row < rowEnd; row++) addStates(runs, row * grid.width, states[row - from]!);
  return runs.build();
}

/** If columns and rows are independent, every row has the same gaps, or is one. */
function outsideAxes({ columns, rows }: AxisPair, rowStart: number, rowEnd: number): Float64Array {
  const width = columns.count;
  const runs = runCollector();
  const gaps = runCollector();
  for (let column = 0; column < width; column++) {
    if (columns.centre[column]! < 0) gaps.add(column, column + 1);
  }
  const within = gaps.build();
  for (let row = rowStart; row < rowEnd; row++) {
    const first = row * width;
    if (rows.centre[row]! < 0) runs.add(first, first + width);
    else for (let i = 0; i < within.length; i += 2) runs.add(first + within[i]!, first + within[i + 1]!);
  }
  return runs.build();
}

/**
 * Examines every centre of rows that seem to lie completely outside, next to rows that do not: the tips of a domain.
 */
function lookAgain(states: Uint8Array[], exactly: (index: number) => Uint8Array): void {
  const hit = states.map((state) => state.includes(1));
  for (const step of [1, -1]) {
    for (let i = step > 0 ? 0 : states.length - 1; i >= 0 && i < states.length; i += step) {
      const other = i - step;
      if (hit[i] || !hit[other]) continue;
      states[i] = exactly(i);
      hit[i] = states[i]!.includes(1);
    }
  }
}

/** A function that says for every cell in a row whether its centre lies on the source, 1 or 0. */
function rowLooker({ grid, map, tolerance }: ResamplePlan): (row: number, step: number) => Uint8Array {
  const { width } = grid;
  const state = new Uint8Array(width);
  const px = new Float64Array(width);
  const py = new Float64Array(width);
  const columnCentres = Float64Array.from({ length: width }, (_, i) => grid.x.centre(i));
  const look = (columns: ArrayLike<number>, y: number): void => {
    const count = columns.length;
    const xs = new Float64Array(count);
    const ys = new Float64Array(count).fill(y);
    for (let i = 0; i < count; i++) xs[i] = columnCentres[columns[i]!]!;
    map.pointsToPixels(xs, ys);
    for (let i = 0; i < count; i++) {
      const column = columns[i]!;
      px[column] = xs[i]!;
      py[column] = ys[i]!;
      state[column] = liesOn(map, tolerance, xs[i]!, ys[i]!) ? 1 : 0;
    }
  };
  return (row, step) => {
    const y = grid.y.centre(row);
    state.fill(unknown);
    const first = Int32Array.from({ length: Math.ceil((width - 1) / step) + 1 }, (_, i) =>
      Math.min(i * step, width - 1),
    );
    look(first, y);
    let doubtful: (readonly [number, number])[] = [];
    for (let i = 0; i + 1 < first.length; i++) {
      const [start, end] = [first[i]!, first[i + 1]!];
      if (!settled(start, end)) doubtful.push([start, end]);
    }
    while (doubtful.length > 0) {
      const middles = doubtful.map(([start, end]) => (start + end) >> 1);
      look(middles, y);
      doubtful = doubtful
        .flatMap(([start, end], i) => [[start, middles[i]!] as const, [middles[i]!, end] as const])
        .filter(([start, end]) => !settled(start, end));
    }
    return state.slice();
  };

  /** Whether everything is known about the centres between two at this point. */
  function settled(start: number, end: number): boolean {
    if (end - start < 2) return true;
    if (state[start] !== state[end] || !isFar(map, px, py, start, end)) return false;
    state.fill(state[start]!, start, end);
    return true;
  }
}

function liesOn(map: PixelMap, tolerance: number, x: number, y: number): boolean {
  if (Number.isNaN(x)) return false;
  const [first, last] = turnsOnto(map, x - tolerance, y - tolerance, x + tolerance, y + tolerance);
  for (let k = first; k <= last; k++) {
    const column = pixelUnder(x + (k === 0 ? 0 : k * map.turn!.x), map.westward, tolerance);
    const row = pixelUnder(y + (k === 0 ? 0 : k * map.turn!.y), map.northward, tolerance);
    if (column >= 0 && column < map.width && row >= 0 && row < map.height) return true;
  }
  return false;
}

/** The path between two centres may be longer than the line between their pixels by this factor. */
const detour = 2;

/**
 * Whether both are further from the source's edge than the path between them is long, which also holds if both are
 * outside the domain.
 */
function isFar(map: PixelMap, px: Float64Array, py: Float64Array, start: number, end: number): boolean {
  const [x0, x1] = [px[start]!, px[end]!];
  if (Number.isNaN(x0) || Number.isNaN(x1)) return Number.isNaN(x0) && Number.isNaN(x1);
  const [y0, y1] = [py[start]!, py[end]!];
  const { turn } = map;
  const turns = turn && turn.y === 0 ? Math.round((x1 - x0) / turn.x) : 0;
  const way = detour * length(x1 - x0 - (turns === 0 ? 0 : turns * turn!.x), y1 - y0);
  return edgeDistance(map, x0, y0) + edgeDistance(map, x1, y1) > way + 1e-3;
}

/**
 * The distance of a point from the nearest edge of the source, in pixels; 0 if longitudes are not parallel to
 * an axis.
 */
function edgeDistance({ width, height, turn }: PixelMap, x: number, y: number): number {
  const beyondY = Math.max(-y, y - height);
  if (!turn) return rectangleDistance(Math.max(-x, x - width), beyondY);
  if (turn.y !== 0) return 0;
  const whole = Math.abs(turn.x);
  if (width >= whole - 1e-6) return Math.abs(beyondY);
  const middle = x - width / 2;
  const near = middle - whole * Math.round(middle / whole);
  return rectangleDistance(Math.abs(near) - width / 2, beyondY);
}

/** How far the point lies beyond the nearer side in each direction; negative inside. */
function rectangleDistance(beyondX: number, beyondY: number): number {
  if (beyondX <= 0 && beyondY <= 0) return Math.min(-beyondX, -beyondY);
  return length(Math.max(0, beyondX), Math.max(0, beyondY));
}

/** `Math.hypot` is slow. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

interface RunCollector {
  /** Adds cells `[first, end)`, which come after all others. */
  add(first: number, end: number): void;
  build(): Float64Array;
}

function runCollector(): RunCollector {
  const ends: number[] = [];
  return {
    add(first, end) {
      if (ends.at(-1) === first) ends[ends.length - 1] = end;
      else ends.push(first, end);
    },
    build: () => Float64Array.from(ends),
  };
}

function addStates(runs: RunCollector, first: number, states: Uint8Array): void {
  for (let at = states.indexOf(0); at >= 0;) {
    const found = states.indexOf(1, at);
    const end = found < 0 ? states.length : found;
    runs.add(first + at, first + end);
    at = found < 0 ? -1 : states.indexOf(0, end);
  }
}
