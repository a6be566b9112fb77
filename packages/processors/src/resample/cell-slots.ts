import { slot } from "./coverage-code.js";
import { cornerIndex } from "./lattice.js";
import type { Sides } from "./sides.js";

/** Writes points as x, y, x, y... from place `first` on. */
export function copyPoints(
  to: Float64Array,
  xs: Float64Array,
  ys: Float64Array,
  count: number,
  first: number,
): void {
  for (let i = 0, k = first; i < count; i++) {
    to[k++] = xs[i]!;
    to[k++] = ys[i]!;
  }
}

/**
 * Writes where the points of the outlines of cells are, of a block's row from column `start` to `end`: the block's corners
 * are at 0, the points of its sides behind them. Of a cell with too many there is but one, so that it has no inside.
 * @param slots where the slot of the first cell is
 */
export function writeSlots(
  integers: Int32Array,
  slots: number,
  { lattice, edges }: Sides,
  corners: number,
  row: number,
  start: number,
  end: number,
): void {
  const { block, stride } = lattice;
  const { first, wests, points } = edges;
  const width = block.right - block.left;
  let at = slots >> 2;
  for (let column = start; column < end; column++, at += slot.bytes >> 2) {
    const corner = cornerIndex(lattice, block.left + column, block.top + row);
    let count = 4;
    if (points === 0) {
      integers[at] = corner << 4;
      integers[at + 1] = (corner + 1) << 4;
      integers[at + 2] = (corner + stride + 1) << 4;
      integers[at + 3] = (corner + stride) << 4;
    } else {
      const north = row * width + column;
      const west = wests + north + row;
      const northEnd = first[north + 1]!;
      const westEnd = first[west + 1]!;
      const southStart = first[north + width]!;
      const eastEnd = first[west + 2]!;
      count += northEnd - first[north]! + (westEnd - first[west]!);
      count += first[north + width + 1]! - southStart + (eastEnd - westEnd);
      if (count <= slot.mostPoints) {
        let k = at;
        integers[k++] = corner << 4;
        for (let i = first[north]!; i < northEnd; i++) integers[k++] = (corners + i) << 4;
        integers[k++] = (corner + 1) << 4;
        for (let i = westEnd; i < eastEnd; i++) integers[k++] = (corners + i) << 4;
        integers[k++] = (corner + stride + 1) << 4;
        for (let i = first[north + width + 1]! - 1; i >= southStart; i--) integers[k++] = (corners + i) << 4;
        integers[k++] = (corner + stride) << 4;
        for (let i = westEnd - 1; i >= first[west]!; i--) integers[k++] = (corners + i) << 4;
      } else {
        integers[at] = corner << 4;
        count = 1;
      }
    }
    integers[at + (slot.pointBytes >> 2)] = 4 * count;
  }
}
