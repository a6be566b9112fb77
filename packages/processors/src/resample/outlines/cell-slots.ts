import { cornerIndex } from "../mapping/lattice.js";
import type { Sides } from "./sides.js";

/**
 * What the kernel knows about a cell, in its memory: the addresses of its outline's points, which are x and y as float64,
 * and what it finds about the pixels under it.
 */
export const slot = {
  bytes: 128,
  mostPoints: 16,
  /** Left, top, right and bottom as int32. */
  box: 96,
  /** 1 if the outline does not extend beyond the box, not even by rounding. */
  within: 120,
  /** 4 bytes for each point. */
  pointBytes: 124,
} as const;

/** Writes points as x, y, x, y... from position `first` on. */
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
 * Writes the addresses of the outlines' points for the cells of a block's row from column `start` to `end`: the block's
 * corners are at `points`, followed by the points of its sides. A cell with too many points gets only one, so that it has
 * no inside.
 * @param places the addresses of the slot of the first cell, and of the first point
 */
export function writeSlots(
  integers: Int32Array,
  places: { readonly slots: number; readonly points: number },
  { lattice, edges }: Sides,
  corners: number,
  row: number,
  start: number,
  end: number,
): void {
  const { block, stride } = lattice;
  const { first, wests, points } = edges;
  const width = block.right - block.left;
  const address = (point: number): number => places.points + (point << 4);
  let at = places.slots >> 2;
  for (let column = start; column < end; column++, at += slot.bytes >> 2) {
    const corner = cornerIndex(lattice, block.left + column, block.top + row);
    let count = 4;
    if (points === 0) {
      integers[at] = address(corner);
      integers[at + 1] = address(corner + 1);
      integers[at + 2] = address(corner + stride + 1);
      integers[at + 3] = address(corner + stride);
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
        integers[k++] = address(corner);
        for (let i = first[north]!; i < northEnd; i++) integers[k++] = address(corners + i);
        integers[k++] = address(corner + 1);
        for (let i = westEnd; i < eastEnd; i++) integers[k++] = address(corners + i);
        integers[k++] = address(corner + stride + 1);
        for (let i = first[north + width + 1]! - 1; i >= southStart; i--)
          integers[k++] = address(corners + i);
        integers[k++] = address(corner + stride);
        for (let i = westEnd - 1; i >= first[west]!; i--) integers[k++] = address(corners + i);
      } else {
        integers[at] = address(corner);
        count = 1;
      }
    }
    integers[at + (slot.pointBytes >> 2)] = 4 * count;
  }
}
