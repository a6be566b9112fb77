import type { Bounds } from "@quadrat/core/base";
import { longitudeStep, type PixelMap, type ResamplingInput } from "./pixel-map.js";

/** How a grid lies over a source, from a sample of its points. */
export interface Survey {
  /** The sampled points in pixels, unwrapped: [left, top, right, bottom]; undefined when none has an image. */
  readonly pixelBounds: Bounds | undefined;
  /** The grid's extent in the source's CRS; undefined when no point of it has an image there. */
  readonly gridBounds: Bounds | undefined;
  /** The area of a typical cell, in pixels. */
  readonly cellArea: number;
  /** The width and height in pixels of a typical cell's bounding box. */
  readonly cellSize: readonly [number, number];
  /** The share of the sampled cells that lie on the source. */
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
  map.toPixels(xs, ys);
  unwrap(map, xs, ys, columns.length);
  const pixelBounds = boundsOf(xs, ys);
  return {
    pixelBounds: pixelBounds && moveToMeet(map, pixelBounds),
    gridBounds: worldBounds(map, xs, ys),
    ...measureCells(input, map),
  };
}

/** Whether the grid may meet the source; only a distance beyond the coarseness of the sample says that it does not. */
export function mayOverlap({ pixelBounds }: Survey, map: PixelMap): boolean {
  if (!pixelBounds) return false;
  const [left, top, right, bottom] = pixelBounds;
  const marginX = map.separable ? 0 : (right - left) / steps;
  const marginY = map.separable ? 0 : (bottom - top) / steps;
  return (
    left - marginX < map.width && right + marginX > 0 && top - marginY < map.height && bottom + marginY > 0
  );
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

/** Moves the bounds by full turns so that they share as much as they can with the source. */
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

function measureCells(
  { grid }: ResamplingInput,
  map: PixelMap,
): Pick<Survey, "cellArea" | "cellSize" | "coverage"> {
  const cells: { area: number; width: number; height: number; inside: boolean }[] = [];
  const across = Math.min(grid.width, sampledCells);
  const down = Math.min(grid.height, sampledCells);
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const column = Math.floor(((i + 0.5) * grid.width) / across);
      const row = Math.floor(((j + 0.5) * grid.height) / down);
      const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
      const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
      const xs = Float64Array.of(west, east, east, west);
      const ys = Float64Array.of(north, north, south, south);
      map.toPixels(xs, ys);
      unwrap(map, xs, ys, xs.length);
      const bounds = boundsOf(xs, ys);
      const area =
        Math.abs((xs[2]! - xs[0]!) * (ys[3]! - ys[1]!) - (xs[3]! - xs[1]!) * (ys[2]! - ys[0]!)) / 2;
      if (!bounds || !(area > 0)) continue;
      const [left, top, right, bottom] = moveToMeet(map, bounds);
      const inside = left < map.width && right > 0 && top < map.height && bottom > 0;
      cells.push({ area, width: right - left, height: bottom - top, inside });
    }
  }
  const inside = cells.filter((cell) => cell.inside);
  const typical = inside.length > 0 ? inside : cells;
  return {
    cellArea: median(typical.map((cell) => cell.area)),
    cellSize: [median(typical.map((cell) => cell.width)), median(typical.map((cell) => cell.height))],
    coverage: inside.length / (across * down),
  };
}

function median(values: number[]): number {
  return values.sort((p, q) => p - q)[values.length >> 1] ?? NaN;
}
