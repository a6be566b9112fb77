import type { Grid } from "@quadrat/core/base";
import type { CellWorker } from "./cells.js";
import { leastPixels, leastWeight } from "./kernel-finisher.js";
import type { KernelScale } from "./kernel-scale.js";
import { kernels } from "./kernels.js";
import type { KernelMethod } from "./methods.js";
import { pieceBuilder, type Pieces } from "./pieces.js";
import { pixelUnder, snap, turnsOnto, type PixelMap } from "./pixel-map.js";

/** Where the centres of cells lie in the source's pixels. */
interface Centres {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** The pixel under the centre and the turns that bring it there; no column is negative but where there is none. */
  readonly column: Int32Array;
  readonly row: Int32Array;
  readonly turns: Int32Array;
}

function findCentres(
  grid: Grid,
  map: PixelMap,
  tolerance: number,
  rowStart: number,
  rowEnd: number,
): Centres {
  const columnCentres = Float64Array.from({ length: grid.width }, (_, i) => grid.x.centre(i));
  const cells = (rowEnd - rowStart) * grid.width;
  const xs = new Float64Array(cells);
  const ys = new Float64Array(cells);
  for (let row = rowStart; row < rowEnd; row++) {
    const base = (row - rowStart) * grid.width;
    xs.set(columnCentres, base);
    ys.fill(grid.y.centre(row), base, base + grid.width);
  }
  map.toPixels(xs, ys);
  const column = new Int32Array(cells).fill(-1);
  const row = new Int32Array(cells);
  const turns = new Int32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    const x = xs[cell]!;
    const y = ys[cell]!;
    if (Number.isNaN(x)) continue;
    const [first, last] = turnsOnto(map, x - tolerance, y - tolerance, x + tolerance, y + tolerance);
    for (let k = first; k <= last && column[cell]! < 0; k++) {
      const under = pixelUnder(x + (k === 0 ? 0 : k * map.turn!.x), map.westward, tolerance);
      const across = pixelUnder(y + (k === 0 ? 0 : k * map.turn!.y), map.northward, tolerance);
      if (under < 0 || under >= map.width || across < 0 || across >= map.height) continue;
      column[cell] = under;
      row[cell] = across;
      turns[cell] = k;
    }
  }
  return { xs, ys, column, row, turns };
}

/** The pixel under the centre. */
export function nearWorker(grid: Grid, map: PixelMap, tolerance: number): CellWorker {
  let pieces: Pieces;
  let value = NaN;
  return {
    load(rowStart, rowEnd) {
      const { column, row, turns } = findCentres(grid, map, tolerance, rowStart, rowEnd);
      const builder = pieceBuilder(column.length);
      for (let cell = 0; cell < column.length; cell++) {
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
  const kernel = kernels[method];
  const stretchX = scale.plain ? 1 : Math.min(1, scale.x);
  const stretchY = scale.plain ? 1 : Math.min(1, scale.y);
  const reachX = kernel.radius / stretchX;
  const reachY = kernel.radius / stretchY;
  const triangle = kernels.bilinear;
  const fallback = method === "cubic" && scale.plain;
  const across = new Float64Array(2 * Math.ceil(reachX) + 3);
  const nearAcross = new Float64Array(across.length);
  let pieces: Pieces;
  let centres: Centres;
  let cell = 0;
  let main = { total: 0, weight: 0 };
  let near = { total: 0, weight: 0 };
  let valid = 0;
  let pixels = 0;
  let centreIsNull = false;

  return {
    load(rowStart, rowEnd) {
      centres = findCentres(grid, map, tolerance, rowStart, rowEnd);
      const { xs, ys, column } = centres;
      const builder = pieceBuilder(column.length);
      for (let i = 0; i < column.length; i++) {
        if (column[i]! >= 0) {
          const x = xs[i]! - 0.5;
          const y = ys[i]! - 0.5;
          const [first, last] = turnsOnto(map, x - reachX, y - reachY, x + reachX + 1, y + reachY + 1);
          for (let k = first; k <= last; k++) {
            const [left, right] = span(
              x + (k === 0 ? 0 : k * map.turn!.x),
              reachX,
              fallback,
              tolerance,
              map.width,
            );
            const [top, bottom] = span(
              y + (k === 0 ? 0 : k * map.turn!.y),
              reachY,
              fallback,
              tolerance,
              map.height,
            );
            if (left < right && top < bottom) builder.add(k, left, right, top, bottom);
          }
        }
        builder.close();
      }
      return (pieces = builder.build());
    },
    begin(next) {
      cell = next;
      main = { total: 0, weight: 0 };
      near = { total: 0, weight: 0 };
      valid = pixels = 0;
      centreIsNull = false;
    },
    add(piece, top, bottom, { data, window }) {
      const k = pieces.turns[piece]!;
      const x = snap(centres.xs[cell]! - 0.5 + (k === 0 ? 0 : k * map.turn!.x), tolerance);
      const y = snap(centres.ys[cell]! - 0.5 + (k === 0 ? 0 : k * map.turn!.y), tolerance);
      const left = pieces.left[piece]!;
      const columns = pieces.right[piece]! - left;
      for (let i = 0; i < columns; i++) {
        across[i] = kernel.weight((left + i - x) * stretchX);
        if (fallback) nearAcross[i] = triangle.weight(left + i - x);
      }
      for (let row = top; row < bottom; row++) {
        const base = (row - window.row) * window.width + left - window.col;
        const down = kernel.weight((row - y) * stretchY);
        let total = 0;
        let weight = 0;
        for (let i = 0; i < columns; i++) {
          const value = data[base + i]!;
          if (value !== value) continue;
          total += across[i]! * value;
          weight += across[i]!;
          valid++;
        }
        pixels += columns;
        main.total += down * total;
        main.weight += down * weight;
        if (fallback) addNear(data, base, columns, triangle.weight(row - y));
        if (row === centres.row[cell] && k === centres.turns[cell]) {
          centreIsNull = Number.isNaN(data[base + centres.column[cell]! - left]!);
        }
      }
    },
    end() {
      if (centreIsNull) return NaN;
      if (fallback && valid < 16) return near.weight >= leastWeight ? near.total / near.weight : NaN;
      if (valid < leastPixels(method, pixels)) return NaN;
      return main.weight >= leastWeight ? main.total / main.weight : NaN;
    },
  };

  function addNear(
    data: { readonly [index: number]: number },
    base: number,
    columns: number,
    down: number,
  ): void {
    if (down === 0) return;
    for (let i = 0; i < columns; i++) {
      const value = data[base + i]!;
      if (value !== value) continue;
      near.total += down * nearAcross[i]! * value;
      near.weight += down * nearAcross[i]!;
    }
  }
}

/** The pixels within reach of a centre, half a pixel being taken off it; four for the plain cubic kernel. */
function span(
  centre: number,
  reach: number,
  plain: boolean,
  tolerance: number,
  size: number,
): readonly [number, number] {
  const middle = snap(centre, tolerance);
  const first = plain ? Math.floor(middle) - 1 : Math.ceil(middle - reach - 1e-9);
  const last = plain ? Math.floor(middle) + 2 : Math.floor(middle + reach + 1e-9);
  return [Math.max(0, first), Math.min(size, last + 1)];
}
