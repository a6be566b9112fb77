import type { Grid, Window } from "@quadrat/core/base";
import type { CellBlock } from "../windows/cells.js";
import { pixelUnder, turnsOnto, type PixelMap } from "./pixel-map.js";

/** The centres of a block's cells in the source's pixels; valid until the next block. */
export interface Centres {
  /** Cells in the block; the arrays may be longer. */
  count: number;
  /** Cells per row of the block. */
  width: number;
  xs: Float64Array;
  ys: Float64Array;
  /**
   * The pixel under the centre and the turns that bring the centre there; a column is negative only if there is
   * none.
   */
  column: Int32Array;
  row: Int32Array;
  turns: Int32Array;
}

export type CentreFinder = (block: CellBlock) => Centres;

export function centreFinder(grid: Grid, map: PixelMap, tolerance: number): CentreFinder {
  const { width, height, westward, northward, turn } = map;
  const found = emptyCentres(0);

  const place = (cell: number, x: number, y: number): void => {
    const [first, last] = turnsOnto(map, x - tolerance, y - tolerance, x + tolerance, y + tolerance);
    for (let k = first; k <= last; k++) {
      const under = pixelUnder(x + (k === 0 ? 0 : k * turn!.x), westward, tolerance);
      const across = pixelUnder(y + (k === 0 ? 0 : k * turn!.y), northward, tolerance);
      if (under < 0 || under >= width || across < 0 || across >= height) continue;
      found.column[cell] = under;
      found.row[cell] = across;
      found.turns[cell] = k;
      return;
    }
  };

  // Between these columns only 0 turns bring a point onto the source.
  const level = !turn || turn.y === 0;
  const whole = turn ? Math.abs(turn.x) : Infinity;
  const soleLeft = Math.max(0, width + 1 - whole);
  const soleRight = level ? Math.min(width, whole - 1) : -Infinity;
  /** Whether, by a first rough test, no number of turns brings a point near the source. */
  const isAway = (x: number, y: number): boolean =>
    level &&
    (y < -1 || y > height + 1 || (x > width + 1 && x < whole - 1) || (x < -1 && x > width - whole + 1));

  // Between these fractions of a pixel a coordinate is not near a whole number.
  const low = 2 * tolerance;
  const high = 1 - low;

  return ({ top, bottom, left, right }) => {
    const count = (bottom - top) * (right - left);
    if (found.xs.length < count) Object.assign(found, emptyCentres(count));
    found.width = right - left;
    found.count = count;
    const { xs, ys, column, row, turns } = found;
    const across = Float64Array.from({ length: found.width }, (_, i) => grid.x.centre(left + i));
    for (let j = top, base = 0; j < bottom; j++, base += found.width) {
      // Row by row, so that projections can reuse the longitudes of a row in the next.
      const lineX = xs.subarray(base, base + found.width);
      const lineY = ys.subarray(base, base + found.width).fill(grid.y.centre(j));
      lineX.set(across);
      map.pointsToPixels(lineX, lineY);
    }
    turns.fill(0, 0, count);
    for (let cell = 0; cell < count; cell++) {
      const x = xs[cell]!;
      const y = ys[cell]!;
      const wholeX = Math.floor(x);
      const wholeY = Math.floor(y);
      const shareX = x - wholeX;
      const shareY = y - wholeY;
      const plain = shareX > low && shareX < high && shareY > low && shareY < high;
      if (plain && wholeX >= soleLeft && wholeX + 1 <= soleRight && wholeY >= 0 && wholeY < height) {
        column[cell] = wholeX;
        row[cell] = wholeY;
        continue;
      }
      column[cell] = -1;
      if (x === x && !isAway(x, y)) place(cell, x, y);
    }
    return found;
  };
}

function emptyCentres(count: number): Centres {
  return {
    count,
    width: 0,
    xs: new Float64Array(count),
    ys: new Float64Array(count),
    column: new Int32Array(count),
    row: new Int32Array(count),
    turns: new Int32Array(count),
  };
}

/** The box of pixels under the centres, of width 0 if there are none. */
export function windowUnder({ count, column, row }: Centres): Window {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let cell = 0; cell < count; cell++) {
    const under = column[cell]!;
    if (under < 0) continue;
    const across = row[cell]!;
    if (under < left) left = under;
    if (under > right) right = under;
    if (across < top) top = across;
    if (across > bottom) bottom = across;
  }
  if (right < 0) return { col: 0, row: 0, width: 0, height: 0 };
  return { col: left, row: top, width: right + 1 - left, height: bottom + 1 - top };
}
