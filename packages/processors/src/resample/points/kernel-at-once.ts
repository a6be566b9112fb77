import type { Bounds, RasterArray, Window } from "@quadrat/core/base";
import type { AtOnce } from "../windows/cells.js";
import type { CentreFinder, Centres } from "../mapping/centres.js";
import { cellsAtOnce, type KernelBlock } from "./kernel-block.js";
import type { KernelRadius, KernelSums } from "./kernel-sums.js";
import { snap, turnsOnto, type PixelMap } from "../mapping/pixel-map.js";

/**
 * The kernels (see `kernelFinisher`) for blocks of which no cell extends over the seam of the source.
 * @param sums for cells next to nulls and to the raster's border, and for all cells if there is no `block`
 */
export function kernelAtOnce(
  find: CentreFinder,
  map: PixelMap,
  radius: KernelRadius,
  sums: KernelSums,
  block: KernelBlock | undefined,
  tolerance: number,
): AtOnce {
  const aside = Math.ceil(radius.x);
  const above = Math.ceil(radius.y);
  let centres: Centres;
  let shiftX = 0;
  let shiftY = 0;

  return {
    locate(cells) {
      centres = find(cells);
      const box = boxOf(centres);
      if (!box) return { col: 0, row: 0, width: 0, height: 0 };
      const [west, north, east, south] = box;
      const [first, last] = turnsOnto(
        map,
        west - 1 - aside,
        north - 1 - above,
        east + 1 + aside,
        south + 1 + above,
      );
      if (first !== last) return undefined;
      shiftX = first === 0 ? 0 : first * map.turn!.x;
      shiftY = first === 0 ? 0 : first * map.turn!.y;
      return windowAround(map, [west + shiftX, north + shiftY, east + shiftX, south + shiftY], aside, above);
    },
    resample(array, out, offset, stride) {
      const { data, window } = array;
      const { count, width, xs, ys, column, row } = centres;
      const corner = window.row * window.width + window.col;
      const loaded = block?.load(array, shiftX, shiftY) === true;
      for (let first = 0; first < count; first += cellsAtOnce) {
        const end = Math.min(count, first + cellsAtOnce);
        const values = loaded ? block.values(xs.subarray(first, end), ys.subarray(first, end)) : undefined;
        let i = first % width;
        let to = offset + Math.floor(first / width) * stride;
        for (let cell = first; cell < end; cell++, i++) {
          if (i === width) {
            i = 0;
            to += stride;
          }
          const under = column[cell]!;
          if (under < 0) continue;
          const value = values ? values[cell - first]! : NaN;
          if (value === value) {
            out[to + i] = value;
            continue;
          }
          const centre = data[row[cell]! * window.width + under - corner]!;
          if (centre === centre) out[to + i] = carefully(array, xs[cell]!, ys[cell]!);
        }
      }
    },
  };

  function carefully(array: RasterArray, centreX: number, centreY: number): number {
    const x = snap(centreX - 0.5 + shiftX, tolerance);
    const y = snap(centreY - 0.5 + shiftY, tolerance);
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

/** All pixels within the kernel radius of the centres in a box, and a few more. */
function windowAround({ width, height }: PixelMap, box: Bounds, aside: number, above: number): Window {
  const [west, north, east, south] = box;
  const col = Math.max(0, Math.floor(west - 0.5) - aside);
  const row = Math.max(0, Math.floor(north - 0.5) - above);
  const right = Math.min(width, Math.floor(east - 0.5) + aside + 2);
  const bottom = Math.min(height, Math.floor(south - 0.5) + above + 2);
  return { col, row, width: right - col, height: bottom - row };
}
