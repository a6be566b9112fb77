import type { Grid } from "@quadrat/core/base";
import type { CellWorker } from "../windows/cells.js";
import { centreFinder, windowUnder, type Centres } from "../mapping/centres.js";
import { kernelAtOnce } from "./kernel-at-once.js";
import type { KernelScale } from "../mapping/kernel-scale.js";
import { kernelBlock } from "./kernel-block.js";
import { kernelRadius, kernelSums } from "./kernel-sums.js";
import type { KernelMethod } from "../methods/methods.js";
import { pieceBuilder, type Pieces } from "../windows/pieces.js";
import { snap, turnsOnto, type PixelMap } from "../mapping/pixel-map.js";

/** The pixel under the centre. */
export function nearWorker(grid: Grid, map: PixelMap, tolerance: number): CellWorker {
  const find = centreFinder(grid, map, tolerance);
  let pieces: Pieces;
  let centres: Centres;
  let value = NaN;
  return {
    atOnce: {
      locate: (block) => windowUnder((centres = find(block))),
      resample({ data, window }, out, offset, stride) {
        const { count, width, column, row } = centres;
        const corner = window.row * window.width + window.col;
        for (let first = 0, to = offset; first < count; first += width, to += stride) {
          for (let i = 0; i < width; i++) {
            const under = column[first + i]!;
            if (under >= 0) out[to + i] = data[row[first + i]! * window.width + under - corner]!;
          }
        }
      },
    },
    load(block) {
      const { count, column, row, turns } = find(block);
      const builder = pieceBuilder(count);
      for (let cell = 0; cell < count; cell++) {
        if (column[cell]! >= 0) {
          builder.add(turns[cell]!, column[cell]!, column[cell]! + 1, row[cell]!, row[cell]! + 1);
        }
        builder.close();
      }
      return (pieces = builder.build());
    },
    begin: () => (value = NaN),
    add(piece, top, _bottom, { data, window }) {
      value = data[(top - window.row) * window.width + pieces.left[piece]! - window.col]!;
    },
    end: () => value,
  };
}

/** The weighted mean under the kernel around the centre; see `kernelFinisher`. */
export function kernelWorker(
  grid: Grid,
  map: PixelMap,
  method: KernelMethod,
  scale: KernelScale,
  tolerance: number,
): CellWorker {
  const radius = kernelRadius(method, scale);
  const sums = kernelSums(method, radius, tolerance);
  const find = centreFinder(grid, map, tolerance);
  const inBlocks = method === "bilinear" || method === "cubic";
  const block = inBlocks ? kernelBlock(method, radius, tolerance) : undefined;
  let pieces: Pieces;
  let centres: Centres;
  let cell = 0;
  let centreIsNull = false;

  return {
    atOnce: kernelAtOnce(find, map, radius, sums, block, tolerance),
    load(block) {
      centres = find(block);
      const { count, xs, ys, column } = centres;
      const builder = pieceBuilder(count);
      for (let i = 0; i < count; i++) {
        if (column[i]! >= 0) {
          const x = xs[i]! - 0.5;
          const y = ys[i]! - 0.5;
          const [first, last] = turnsOnto(
            map,
            x - radius.x,
            y - radius.y,
            x + radius.x + 1,
            y + radius.y + 1,
          );
          for (let k = first; k <= last; k++) {
            const [left, right] = sums.across(x + (k === 0 ? 0 : k * map.turn!.x), map.width);
            const [top, bottom] = sums.down(y + (k === 0 ? 0 : k * map.turn!.y), map.height);
            if (left < right && top < bottom) builder.add(k, left, right, top, bottom);
          }
        }
        builder.close();
      }
      return (pieces = builder.build());
    },
    begin(next) {
      cell = next;
      sums.reset();
      centreIsNull = false;
    },
    add(piece, top, bottom, array) {
      const k = pieces.turns[piece]!;
      const x = snap(centres.xs[cell]! - 0.5 + (k === 0 ? 0 : k * map.turn!.x), tolerance);
      const y = snap(centres.ys[cell]! - 0.5 + (k === 0 ? 0 : k * map.turn!.y), tolerance);
      sums.add(array, pieces.left[piece]!, pieces.right[piece]!, top, bottom, x, y);
      const row = centres.row[cell]!;
      if (k !== centres.turns[cell]! || row < top || row >= bottom) return;
      const { data, window } = array;
      const at = (row - window.row) * window.width + centres.column[cell]! - window.col;
      centreIsNull = Number.isNaN(data[at]!);
    },
    end: () => (centreIsNull ? NaN : sums.result()),
  };
}
