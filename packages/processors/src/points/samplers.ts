import type { RasterArray, RasterSource, Window } from "@quadrat/core";
import { fitsFloat32 } from "../resample/methods/methods.js";
import { pixelTolerance, pixelUnder } from "../resample/mapping/pixel-map.js";
import { borrowWindow, returnWindow } from "../resample/windows/window-buffers.js";
import { circleFinder, coverBox, type CircleBox, type PixelCircle } from "./circles-on-pixels.js";
import type { PixelFinder } from "./pixel-places.js";

/** Points in the pixels of rasters, and their longitudes and latitudes in degrees. */
export interface PixelPoints {
  readonly count: number;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/** The values of rasters of one geometry at points that are near each other; NaN where there is none. */
export type Sampler = (points: PixelPoints) => Promise<Float64Array[]>;

/** Reads a window, uses it, and gives its memory back. */
async function withWindow(
  source: RasterSource,
  window: Window,
  use: (pixels: RasterArray) => void,
): Promise<void> {
  const bytes = window.width * window.height * (fitsFloat32(source.dataType) ? 4 : 8);
  const buffer = borrowWindow(bytes);
  try {
    use(await source.read(window, { buffer }));
  } finally {
    returnWindow(buffer);
  }
}

function emptyValues(sources: readonly RasterSource[], count: number): Float64Array[] {
  return sources.map(() => new Float64Array(count).fill(NaN));
}

interface Pixels {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

function pixelsUnder({ count, xs, ys }: PixelPoints, { map }: PixelFinder): Pixels {
  const { westward, northward, width, height } = map;
  const [columns, rows] = [new Int32Array(count), new Int32Array(count)];
  for (let i = 0; i < count; i++) {
    columns[i] = Math.min(Math.max(pixelUnder(xs[i]!, westward, pixelTolerance), 0), width - 1);
    rows[i] = Math.min(Math.max(pixelUnder(ys[i]!, northward, pixelTolerance), 0), height - 1);
  }
  return { columns, rows };
}

function boxAround({ columns, rows }: Pixels): Window {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < columns.length; i++) {
    const [column, row] = [columns[i]!, rows[i]!];
    if (column < left) left = column;
    if (column > right) right = column;
    if (row < top) top = row;
    if (row > bottom) bottom = row;
  }
  return { col: left, row: top, width: right + 1 - left, height: bottom + 1 - top };
}

/** The pixel under each point. */
export function nearSampler(sources: readonly RasterSource[], finder: PixelFinder): Sampler {
  return async (points) => {
    const pixels = pixelsUnder(points, finder);
    const window = boxAround(pixels);
    const found = emptyValues(sources, points.count);
    for (const [layer, source] of sources.entries()) {
      const out = found[layer]!;
      await withWindow(source, window, ({ data }) => {
        for (let i = 0; i < points.count; i++)
          out[i] = data[(pixels.rows[i]! - window.row) * window.width + pixels.columns[i]! - window.col]!;
      });
    }
    return found;
  };
}

/**
 * Bilinear interpolation among the four pixel centres around each point. Without a value of the pixel under the point there is none;
 * other pixels without one, or beyond the raster, are left out, and the rest is weighed up.
 */
export function bilinearSampler(sources: readonly RasterSource[], finder: PixelFinder): Sampler {
  const { isAround } = finder;
  const { width, height } = finder.map;
  return async (points) => {
    const { count, xs, ys } = points;
    const under = pixelsUnder(points, finder);
    const box = boxAround(under);
    const left = Math.max(0, box.col - 1);
    const top = Math.max(0, box.row - 1);
    const window = {
      col: left,
      row: top,
      width: Math.min(width, box.col + box.width + 1) - left,
      height: Math.min(height, box.row + box.height + 1) - top,
    };
    const edges = isAround && width > 1 ? [box.col === 0, box.col + box.width === width] : [false, false];
    const found = emptyValues(sources, count);
    for (const [layer, source] of sources.entries()) {
      const out = found[layer]!;
      const column = async (col: number): Promise<RasterArray["data"]> =>
        (await source.read({ col, row: top, width: 1, height: window.height })).data;
      const west = edges[0] ? await column(width - 1) : undefined;
      const east = edges[1] ? await column(0) : undefined;
      await withWindow(source, window, ({ data }) => {
        const at = (col: number, row: number): number => {
          if (row < 0 || row >= height) return NaN;
          if (col < 0) return west ? west[row - top]! : NaN;
          if (col >= width) return east ? east[row - top]! : NaN;
          return data[(row - top) * window.width + col - left]!;
        };
        for (let i = 0; i < count; i++) {
          if (Number.isNaN(at(under.columns[i]!, under.rows[i]!))) continue;
          const [x, y] = [xs[i]! - 0.5, ys[i]! - 0.5];
          const [col, row] = [Math.floor(x), Math.floor(y)];
          const [right, down] = [x - col, y - row];
          let [sum, weights] = [0, 0];
          const add = (value: number, weight: number): void => {
            if (weight === 0 || Number.isNaN(value)) return;
            sum += weight * value;
            weights += weight;
          };
          add(at(col, row), (1 - right) * (1 - down));
          add(at(col + 1, row), right * (1 - down));
          add(at(col, row + 1), (1 - right) * down);
          add(at(col + 1, row + 1), right * down);
          if (weights > 0) out[i] = sum / weights;
        }
      });
    }
    return found;
  };
}

/** Circles of more pixels are done one at a time, in strips of so many pixels. */
const mostTogether = 1 << 16;
const stripPixels = 1 << 20;

/** Pixels that are read, and parts of pixels that are held, for several circles together. */
const mostPixels = 1 << 21;

/** The mean of the pixels within a distance in metres, weighted by the area of each that is inside. */
export function bufferSampler(sources: readonly RasterSource[], crs: string, radius: number): Sampler {
  const circleAt = circleFinder(sources[0]!, crs, radius);
  const fractions = new Float64Array(mostPixels);
  return async ({ count, longitudes, latitudes }) => {
    const found = emptyValues(sources, count);
    let group = newGroup();
    const finish = async (): Promise<void> => {
      if (group.circles.length > 0) await meansOfGroup(sources, group, fractions, found);
      group = newGroup();
    };
    for (let i = 0; i < count; i++) {
      const circle = circleAt(longitudes[i]!, latitudes[i]!);
      const pixels = circle.boxes.reduce((sum, box) => sum + box.rows * box.columns, 0);
      if (circle.pixels || circle.boxes.length > 1 || pixels > mostTogether) {
        await meanOfOne(sources, circle, fractions, found, i);
        continue;
      }
      const [box] = circle.boxes;
      if (!box) continue;
      if (!fits(group, box)) await finish();
      coverBox(box, box.top, box.rows, fractions.subarray(group.used, group.used + pixels));
      const { left, top, columns, rows } = box;
      group.circles.push({ point: i, left, top, columns, rows, from: group.used });
      group.used += pixels;
      group.left = Math.min(group.left, left);
      group.top = Math.min(group.top, top);
      group.right = Math.max(group.right, left + columns);
      group.bottom = Math.max(group.bottom, top + rows);
    }
    await finish();
    return found;
  };
}

/** Circles whose pixels are read together. */
interface Group {
  left: number;
  top: number;
  right: number;
  bottom: number;
  used: number;
  readonly circles: {
    readonly point: number;
    readonly left: number;
    readonly top: number;
    readonly columns: number;
    readonly rows: number;
    readonly from: number;
  }[];
}

function newGroup(): Group {
  return { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity, used: 0, circles: [] };
}

function fits(group: Group, { left, top, columns, rows }: CircleBox): boolean {
  if (group.circles.length === 0) return true;
  const width = Math.max(group.right, left + columns) - Math.min(group.left, left);
  const height = Math.max(group.bottom, top + rows) - Math.min(group.top, top);
  return width * height <= mostPixels && group.used + columns * rows <= mostPixels;
}

async function meansOfGroup(
  sources: readonly RasterSource[],
  { left, top, right, bottom, circles }: Group,
  fractions: Float64Array,
  found: readonly Float64Array[],
): Promise<void> {
  const window = { col: left, row: top, width: right - left, height: bottom - top };
  for (const [layer, source] of sources.entries()) {
    const out = found[layer]!;
    await withWindow(source, window, ({ data }) => {
      for (const circle of circles) {
        let [sum, weights, at] = [0, 0, circle.from];
        for (let row = 0; row < circle.rows; row++) {
          let pixel = (circle.top - top + row) * window.width + circle.left - left;
          for (let column = 0; column < circle.columns; column++, at++, pixel++) {
            const weight = fractions[at]!;
            const value = data[pixel]!;
            if (weight <= 0 || Number.isNaN(value)) continue;
            sum += weight * value;
            weights += weight;
          }
        }
        if (weights > 0) out[circle.point] = sum / weights;
      }
    });
  }
}

/** The means of a circle that is in several pieces, or large, which is read strip by strip. */
async function meanOfOne(
  sources: readonly RasterSource[],
  { boxes, pixels }: PixelCircle,
  fractions: Float64Array,
  found: readonly Float64Array[],
  point: number,
): Promise<void> {
  const [sums, weights] = [new Float64Array(sources.length), new Float64Array(sources.length)];
  for (const box of boxes) {
    const rowsAtOnce = Math.max(1, Math.floor(stripPixels / box.columns));
    for (let top = box.top; top < box.top + box.rows; top += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, box.top + box.rows - top);
      const window = { col: box.left, row: top, width: box.columns, height: rows };
      const own = fractions.subarray(0, rows * box.columns);
      coverBox(box, top, rows, own);
      for (const [layer, source] of sources.entries()) {
        await withWindow(source, window, ({ data }) => {
          for (let i = 0; i < own.length; i++) {
            const weight = own[i]!;
            const value = data[i]!;
            if (weight <= 0 || Number.isNaN(value)) continue;
            sums[layer]! += weight * value;
            weights[layer]! += weight;
          }
        });
      }
    }
  }
  for (let i = 0; i < (pixels?.columns.length ?? 0); i++) {
    const window = { col: pixels!.columns[i]!, row: pixels!.rows[i]!, width: 1, height: 1 };
    for (const [layer, source] of sources.entries()) {
      const { data } = await source.read(window);
      if (Number.isNaN(data[0]!)) continue;
      sums[layer]! += data[0]!;
      weights[layer]! += 1;
    }
  }
  for (let layer = 0; layer < sources.length; layer++)
    if (weights[layer]! > 0) found[layer]![point] = sums[layer]! / weights[layer]!;
}
