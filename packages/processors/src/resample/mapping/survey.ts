import type { Bounds, Grid } from "@quadrat/core/base";
import { longitudeStep, type PixelMap, type PixelSeams, type ResamplingInput } from "./pixel-map.js";

/** How a grid lies over a source, from a sample of its points. */
export interface Survey {
  /**
   * The bounds of the sampled points in pixels, unwrapped: [left, top, right, bottom]; undefined if none has an
   * image.
   */
  readonly pixelBounds: Bounds | undefined;
  /** The grid's extent in the source's CRS; undefined if no point of it has an image there. */
  readonly gridBounds: Bounds | undefined;
  /** The area of a typical cell, in pixels. */
  readonly cellArea: number;
  /** The width and height in pixels of a typical cell's bounding box. */
  readonly cellSize: readonly [number, number];
  /** The longer side of a typical cell, in pixels. */
  readonly cellSpan: number;
  /** The fraction of the sampled cells that lie on the source. */
  readonly coverage: number;
}

/** Points along each side of the sample, as in GDAL: 21 at even steps and half a cell within either end. */
const steps = 21;
const sampledCells = 16;

export function survey(input: ResamplingInput, map: PixelMap): Survey {
  const { grid } = input;
  const positions = [...Array(steps).keys()].map((i) => i / (steps - 1));
  const columns = [...new Set([...positions, 0.5 / grid.width, 1 - 0.5 / grid.width])].sort((p, q) => p - q);
  const rows = [...new Set([...positions, 0.5 / grid.height, 1 - 0.5 / grid.height])].sort((p, q) => p - q);
  const [west, south, east, north] = grid.bounds;
  const xs = new Float64Array(columns.length * rows.length);
  const ys = new Float64Array(xs.length);
  for (const [j, v] of rows.entries()) {
    for (const [i, u] of columns.entries()) {
      xs[j * columns.length + i] = u === 1 ? east : west + (east - west) * u;
      ys[j * columns.length + i] = v === 1 ? south : north + (south - north) * v;
    }
  }
  const ends = map.seams && seamEnds(map.seams, xs, ys, columns.length);
  map.toPixels(xs, ys);
  unwrap(map, xs, ys, columns.length);
  const pixelBounds = boundsOf(ends ? concat(xs, ends.xs) : xs, ends ? concat(ys, ends.ys) : ys);
  return {
    pixelBounds: pixelBounds && moveToMeet(map, pixelBounds),
    gridBounds: worldBounds(map, xs, ys),
    ...measureCells(input, map),
  };
}

/** Whether the grid may meet the source; only a distance larger than the coarseness of the sample excludes it. */
export function mayOverlap({ pixelBounds }: Survey, map: PixelMap): boolean {
  if (!pixelBounds) return false;
  const [left, top, right, bottom] = pixelBounds;
  const marginX = map.separable ? 0 : (right - left) / steps;
  const marginY = map.separable ? 0 : (bottom - top) / steps;
  return (
    left - marginX < map.width && right + marginX > 0 && top - marginY < map.height && bottom + marginY > 0
  );
}

/**
 * Where the rows of a sample meet the meridian opposite the source's central one, in pixels: such a grid extends to both ends
 * of the source.
 */
function seamEnds(
  { toGlobe, toPixels }: PixelSeams,
  worldX: Float64Array,
  worldY: Float64Array,
  stride: number,
): { readonly xs: Float64Array; readonly ys: Float64Array } {
  const longitudes = worldX.slice();
  const latitudes = worldY.slice();
  toGlobe(longitudes, latitudes);
  const found: number[] = [];
  for (let i = 1; i < longitudes.length; i++) {
    if (i % stride === 0 || !(Math.abs(longitudes[i]! - longitudes[i - 1]!) > Math.PI)) continue;
    found.push((latitudes[i]! + latitudes[i - 1]!) / 2);
  }
  const xs = Float64Array.from([...found, ...found], (_, i) => (i < found.length ? -Math.PI : Math.PI));
  const ys = Float64Array.from([...found, ...found]);
  toPixels(xs, ys);
  return { xs, ys };
}

function concat(one: Float64Array, other: Float64Array): Float64Array {
  return Float64Array.from([...one, ...other]);
}

/** Makes neighbouring samples differ by less than half a turn of longitude. */
function unwrap({ affine, turn }: PixelMap, xs: Float64Array, ys: Float64Array, stride: number): void {
  if (!turn) return;
  for (let i = 1; i < xs.length; i++) {
    const before = i >= stride && i % stride === 0 ? i - stride : i - 1;
    const jump = longitudeStep(affine, xs[i]! - xs[before]!, ys[i]! - ys[before]!);
    const turns = Math.round(jump / 360);
    if (turns === 0 || Number.isNaN(turns)) continue;
    xs[i]! -= turns * turn.x;
    ys[i]! -= turns * turn.y;
  }
}

function boundsOf(xs: Float64Array, ys: Float64Array): Bounds | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) {
    if (Number.isNaN(xs[i]!)) continue;
    left = Math.min(left, xs[i]!);
    right = Math.max(right, xs[i]!);
    top = Math.min(top, ys[i]!);
    bottom = Math.max(bottom, ys[i]!);
  }
  return left <= right ? [left, top, right, bottom] : undefined;
}

/** Moves the bounds by full turns so that they overlap the source as much as possible. */
function moveToMeet({ turn, width, height }: PixelMap, bounds: Bounds): Bounds {
  if (!turn) return bounds;
  let best = bounds;
  let bestShare = -Infinity;
  for (let k = -3; k <= 3; k++) {
    const [left, top, right, bottom] = bounds;
    const moved: Bounds = [left + k * turn.x, top + k * turn.y, right + k * turn.x, bottom + k * turn.y];
    const share = Math.min(
      Math.min(moved[2], width) - Math.max(moved[0], 0),
      Math.min(moved[3], height) - Math.max(moved[1], 0),
    );
    if (share > bestShare) [best, bestShare] = [moved, share];
  }
  return best;
}

function worldBounds({ affine }: PixelMap, xs: Float64Array, ys: Float64Array): Bounds | undefined {
  const { a, b, c, d, e, f } = affine;
  const worldX = xs.map((x, i) => a * x + b * ys[i]! + c);
  const worldY = xs.map((x, i) => d * x + e * ys[i]! + f);
  return boundsOf(worldX, worldY);
}

interface SampledCell {
  readonly column: number;
  readonly row: number;
  readonly area: number;
  readonly width: number;
  readonly height: number;
  readonly span: number;
  /** The distance from the source, in pixels; 0 on it. */
  readonly distance: number;
}

function measureCells(
  { grid }: ResamplingInput,
  map: PixelMap,
): Pick<Survey, "cellArea" | "cellSize" | "cellSpan" | "coverage"> {
  const cells = sampleCells(grid, map, [0, 0, grid.width, grid.height]);
  const inside = cells.filter(({ distance }) => distance === 0);
  const near = inside.length > 0 || map.separable ? inside : cellsNear(grid, map, cells);
  const typical = near.length > 0 ? near : cells;
  return {
    cellArea: median(typical.map((cell) => cell.area)),
    cellSize: [median(typical.map((cell) => cell.width)), median(typical.map((cell) => cell.height))],
    cellSpan: median(typical.map((cell) => cell.span)),
    coverage: inside.length / (Math.min(grid.width, sampledCells) * Math.min(grid.height, sampledCells)),
  };
}

/**
 * Cells on a source so small that a sample of the grid misses it: found by sampling ever closer to the nearest
 * cell.
 */
function cellsNear(grid: Grid, map: PixelMap, sample: readonly SampledCell[]): SampledCell[] {
  let [nearest, reachX, reachY] = [nearestOf(sample), grid.width, grid.height];
  while (nearest && nearest.distance > 0 && Math.max(reachX, reachY) > sampledCells) {
    [reachX, reachY] = [Math.ceil(reachX / 4), Math.ceil(reachY / 4)];
    const { column, row } = nearest;
    const [left, top] = [Math.max(0, column - reachX), Math.max(0, row - reachY)];
    const right = Math.min(grid.width, column + reachX + 1);
    const bottom = Math.min(grid.height, row + reachY + 1);
    const closer = sampleCells(grid, map, [left, top, right, bottom]);
    const found = closer.filter(({ distance }) => distance === 0);
    if (found.length > 0) return found;
    nearest = nearestOf(closer);
  }
  return [];
}

function nearestOf(cells: readonly SampledCell[]): SampledCell | undefined {
  return cells.reduce<SampledCell | undefined>(
    (best, cell) => (best && best.distance <= cell.distance ? best : cell),
    undefined,
  );
}

/** Measures up to so many cells in each direction, evenly spread between two columns and two rows. */
export function sampleCells(
  grid: Grid,
  map: PixelMap,
  [left, top, right, bottom]: readonly [number, number, number, number],
  most = sampledCells,
): SampledCell[] {
  const cells: SampledCell[] = [];
  const across = Math.min(right - left, most);
  const down = Math.min(bottom - top, most);
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const column = left + Math.floor(((i + 0.5) * (right - left)) / across);
      const row = top + Math.floor(((j + 0.5) * (bottom - top)) / down);
      const cell = measureCell(grid, map, column, row);
      if (cell) cells.push(cell);
    }
  }
  return cells;
}

function measureCell(grid: Grid, map: PixelMap, column: number, row: number): SampledCell | undefined {
  const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
  const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
  const [xs, ys] = corners(map, [west, south, east, north]);
  const bounds = boundsOf(xs, ys);
  const area = Math.abs((xs[2]! - xs[0]!) * (ys[3]! - ys[1]!) - (xs[3]! - xs[1]!) * (ys[2]! - ys[0]!)) / 2;
  if (!bounds || !(area > 0)) return undefined;
  const [left, top, right, bottom] = moveToMeet(map, bounds);
  const inside = left < map.width && right > 0 && top < map.height && bottom > 0;
  const beside = Math.hypot(Math.max(0, left - map.width, -right), Math.max(0, top - map.height, -bottom));
  const span = Math.max(...[1, 2, 3].map((k) => Math.hypot(xs[k]! - xs[k - 1]!, ys[k]! - ys[k - 1]!)));
  const distance = inside ? 0 : Math.max(beside, Number.MIN_VALUE);
  return { column, row, area, width: right - left, height: bottom - top, span, distance };
}

/** Points per side of a cell on the way to its corners: no step may be half a turn of longitude. */
const perSide = 4;

/** The corners of a cell in pixels, unwrapped along its sides: a cell may be as wide as the globe. */
function corners(map: PixelMap, [west, south, east, north]: Bounds): [Float64Array, Float64Array] {
  const share = (from: number, to: number): number[] =>
    [...Array(perSide).keys()].map((i) => (i === 0 ? from : from + ((to - from) * i) / perSide));
  const stay = (at: number): number[] => share(at, at);
  const xs = Float64Array.from([...share(west, east), ...stay(east), ...share(east, west), west]);
  const ys = Float64Array.from([...stay(north), ...share(north, south), ...stay(south), south]);
  map.toPixels(xs, ys);
  unwrap(map, xs, ys, xs.length);
  const atCorner = (_: number, i: number): boolean => i % perSide === 0;
  return [xs.filter(atCorner), ys.filter(atCorner)];
}

function median(values: number[]): number {
  return values.sort((p, q) => p - q)[values.length >> 1] ?? NaN;
}
