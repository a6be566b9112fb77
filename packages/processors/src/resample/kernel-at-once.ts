import type { Bounds, RasterArray, RasterData, Window } from "@quadrat/core/base";
import type { AtOnce } from "./cells.js";
import type { CentreFinder, Centres } from "./centres.js";
import { leastWeight } from "./kernel-finisher.js";
import type { KernelSums } from "./kernel-sums.js";
import { kernels } from "./kernels.js";
import { snap, turnsOnto, type PixelMap } from "./pixel-map.js";

/** Nearer to a whole pixel than this a third pixel is within the bilinear kernel's reach, without any weight. */
const threeWithin = 2e-9;

/**
 * The plain bilinear and cubic kernels; see `kernelFinisher`.
 * @param sums for cells next to nulls and to the raster's border
 */
export function kernelAtOnce(
  find: CentreFinder,
  map: PixelMap,
  method: "bilinear" | "cubic",
  sums: KernelSums,
  tolerance: number,
): AtOnce {
  const { radius } = kernels[method];
  const cubic = method === "cubic";
  let centres: Centres;
  let shiftX = 0;
  let shiftY = 0;

  return {
    locate(block) {
      centres = find(block);
      const box = boxOf(centres);
      if (!box) return { col: 0, row: 0, width: 0, height: 0 };
      const [west, north, east, south] = box;
      const [first, last] = turnsOnto(
        map,
        west - 1 - radius,
        north - 1 - radius,
        east + 1 + radius,
        south + 1 + radius,
      );
      if (first !== last) return undefined;
      shiftX = first === 0 ? 0 : first * map.turn!.x;
      shiftY = first === 0 ? 0 : first * map.turn!.y;
      return windowAround(map, [west + shiftX, north + shiftY, east + shiftX, south + shiftY], radius);
    },
    resample(array, out, offset, stride) {
      const { data, window } = array;
      const { count, width, xs, ys, column, row } = centres;
      const across = window.width;
      const corner = window.row * across + window.col;
      const right = window.col + across;
      const bottom = window.row + window.height;
      for (let first = 0, to = offset; first < count; first += width, to += stride) {
        for (let i = 0; i < width; i++) {
          const cell = first + i;
          const under = column[cell]!;
          if (under < 0) continue;
          const centre = data[row[cell]! * across + under - corner]!;
          if (centre !== centre) continue;
          const x = snap(xs[cell]! - 0.5 + shiftX, tolerance);
          const y = snap(ys[cell]! - 0.5 + shiftY, tolerance);
          const left = Math.floor(x);
          const top = Math.floor(y);
          let value = NaN;
          if (cubic) {
            if (left > window.col && left + 2 < right && top > window.row && top + 2 < bottom)
              value = ofSixteen(data, (top - 1) * across + left - 1 - corner, across, x - left, y - top);
          } else if (left >= window.col && left + 1 < right && top >= window.row && top + 1 < bottom) {
            value = ofFour(data, top * across + left - corner, across, x - left, y - top);
          }
          out[to + i] = value === value ? value : carefully(array, x, y);
        }
      }
    },
  };

  function carefully(array: RasterArray, x: number, y: number): number {
    const [left, right] = sums.across(x, map.width);
    const [top, bottom] = sums.down(y, map.height);
    sums.reset();
    sums.add(array, left, right, top, bottom, x, y);
    return sums.result();
  }
}

/** The extent of the centres that lie on the source. */
function boxOf({ count, xs, ys, column }: Centres): Bounds | undefined {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let cell = 0; cell < count; cell++) {
    if (column[cell]! < 0) continue;
    const x = xs[cell]!;
    const y = ys[cell]!;
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < north) north = y;
    if (y > south) south = y;
  }
  return west <= east ? [west, north, east, south] : undefined;
}

/** All pixels within reach of the centres in a box, and a few more. */
function windowAround({ width, height }: PixelMap, box: Bounds, radius: number): Window {
  const [west, north, east, south] = box;
  const col = Math.max(0, Math.floor(west - 0.5) - radius);
  const row = Math.max(0, Math.floor(north - 0.5) - radius);
  const right = Math.min(width, Math.floor(east - 0.5) + radius + 2);
  const bottom = Math.min(height, Math.floor(south - 0.5) + radius + 2);
  return { col, row, width: right - col, height: bottom - row };
}

/** The bilinear mean of two by two pixels; NaN where one of them is null. Sums are made as those of {@link KernelSums} are, from 0 on. */
function ofFour(data: RasterData, at: number, stride: number, dx: number, dy: number): number {
  if (dx < threeWithin || dx > 1 - threeWithin || dy < threeWithin || dy > 1 - threeWithin) return NaN;
  const left = 1 - dx;
  const right = 1 - left;
  const upper = 1 - dy;
  const lower = 1 - upper;
  const columns = left + right;
  const weight = upper * columns + lower * columns;
  const below = at + stride;
  const total =
    0 +
    upper * (0 + left * data[at]! + right * data[at + 1]!) +
    lower * (0 + left * data[below]! + right * data[below + 1]!);
  return weight >= leastWeight ? total / weight : NaN;
}

/** The same with the cubic kernel and four by four pixels. */
function ofSixteen(data: RasterData, at: number, stride: number, dx: number, dy: number): number {
  const a = kernels.cubic.weight(1 + dx);
  const b = kernels.cubic.weight(dx);
  const c = kernels.cubic.weight(1 - dx);
  const d = kernels.cubic.weight(2 - dx);
  const columns = a + b + c + d;
  let total = 0;
  let weight = 0;
  for (let j = -1, i = at; j < 3; j++, i += stride) {
    const down = kernels.cubic.weight(j - dy);
    total += down * (0 + a * data[i]! + b * data[i + 1]! + c * data[i + 2]! + d * data[i + 3]!);
    weight += down * columns;
  }
  return weight >= leastWeight ? total / weight : NaN;
}
