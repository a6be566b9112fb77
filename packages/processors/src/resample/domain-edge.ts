import type { Grid } from "@quadrat/core";
import { groundLength, shortStep } from "./globe.js";
import type { PixelMap } from "./pixel-map.js";
import { copyRing, emptyRing, flatten, push, type Ring } from "./ring.js";

/** A cell at the edge of the transform's domain is taken apart into this many squares along each side. */
const parts = 32;
/** A square with a side so many times the usual one lies across a jump of the transform. */
const jump = 16;

/**
 * Outlines of what lies inside the transform's domain of a cell that does not lie in it wholly, or across which the
 * transform jumps: of its squares those that are whole, joined where four make a larger one.
 */
export function insideDomain(grid: Grid, map: PixelMap, column: number, row: number): Ring[] {
  const points = parts + 1;
  const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
  const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
  const xs = Float64Array.from(
    { length: points * points },
    (_, i) => west + (east - west) * ((i % points) / parts),
  );
  const ys = xs.map((_, i) => north + (south - north) * (Math.floor(i / points) / parts));
  map.toPixels(xs, ys);
  const whole = wholeSquares(map, xs, ys);

  const rings: Ring[] = [];
  const visit = (left: number, top: number, size: number): void => {
    let count = 0;
    for (let j = top; j < top + size; j++) {
      for (let i = left; i < left + size; i++) count += whole[j * parts + i]!;
    }
    if (count === 0) return;
    if (count < size * size) {
      const half = size / 2;
      for (const [i, j] of [
        [0, 0],
        [half, 0],
        [0, half],
        [half, half],
      ] as const)
        visit(left + i, top + j, half);
      return;
    }
    const ring = emptyRing();
    const corner = (i: number, j: number) => push(ring, xs[j * points + i]!, ys[j * points + i]!);
    for (let k = 0; k < size; k++) corner(left + k, top);
    for (let k = 0; k < size; k++) corner(left + size, top + k);
    for (let k = size; k > 0; k--) corner(left + k, top + size);
    for (let k = size; k > 0; k--) corner(left, top + k);
    flatten(ring, map);
    rings.push(copyRing(ring));
  };
  visit(0, 0, parts);
  return rings;
}

/** For every square, 1 when its corners have images that lie together. */
function wholeSquares(map: PixelMap, xs: Float64Array, ys: Float64Array): Uint8Array {
  const points = parts + 1;
  const side = (from: number, to: number) => {
    const step = shortStep(map, xs[from]!, ys[from]!, xs[to]!, ys[to]!, { x: 0, y: 0 });
    return groundLength(map, step, xs[from]!, ys[from]!);
  };
  const longest = new Float64Array(parts * parts);
  for (let j = 0; j < parts; j++) {
    for (let i = 0; i < parts; i++) {
      const [a, b] = [j * points + i, j * points + i + 1];
      const [c, d] = [a + points, b + points];
      longest[j * parts + i] = Math.max(side(a, b), side(b, d), side(d, c), side(c, a));
    }
  }
  const known = longest.filter((size) => !Number.isNaN(size)).sort();
  const limit = jump * (known[known.length >> 1] ?? 0);
  return Uint8Array.from(longest, (size) => (size <= limit ? 1 : 0));
}
