import type { Grid } from "@quadrat/core/base";
import { groundLength, shortStep } from "./globe.js";
import type { PixelMap } from "./pixel-map.js";
import { copyRing, emptyRing, flatten, isTurned, push, type Ring } from "./ring.js";

/** A cell at the edge of the transform's domain is taken apart into this many squares along each side. */
const parts = 32;
const points = parts + 1;
/** A square with a side so many times the usual one lies across a jump of the transform. */
const jump = 16;
/** Halvings in the search for the edge of the domain on the side of a square. */
const halvings = 24;

/** Points of a cell in a square lattice: where they are in the grid's CRS and in pixels. */
interface Points {
  readonly worldX: Float64Array;
  readonly worldY: Float64Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** A point in the grid's CRS and in pixels. */
interface Placed {
  readonly worldX: number;
  readonly worldY: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Outlines of what lies inside the transform's domain of a cell that does not lie in it wholly, or across which the
 * transform jumps: of its squares those that are whole, joined where four make a larger one, and of the squares at the
 * edge of the domain the part that is inside.
 */
export function insideDomain(grid: Grid, map: PixelMap, column: number, row: number): Ring[] {
  const lattice = latticeOf(grid, map, column, row);
  const { xs, ys } = lattice;
  if (isFarAway(map, lattice)) return [];
  const whole = wholeSquares(map, lattice);
  const rings: Ring[] = [];
  const ring = emptyRing();
  const corner = (i: number, j: number) => push(ring, xs[j * points + i]!, ys[j * points + i]!);
  const finish = () => {
    flatten(ring, map, true);
    if (!isTurned(map, ring)) rings.push(copyRing(ring));
    ring.count = 0;
  };

  const visit = (left: number, top: number, size: number): void => {
    let count = 0;
    for (let j = top; j < top + size; j++) {
      for (let i = left; i < left + size; i++) count += whole[j * parts + i]!;
    }
    if (count === 0) return;
    if (count < size * size) {
      const half = size / 2;
      visit(left, top, half);
      visit(left + half, top, half);
      visit(left, top + half, half);
      visit(left + half, top + half, half);
      return;
    }
    for (let k = 0; k < size; k++) corner(left + k, top);
    for (let k = 0; k < size; k++) corner(left + size, top + k);
    for (let k = size; k > 0; k--) corner(left + k, top + size);
    for (let k = size; k > 0; k--) corner(left, top + k);
    finish();
  };
  visit(0, 0, parts);

  const crossings = findCrossings(map, lattice);
  const place = (point: number): Placed => ({
    worldX: lattice.worldX[point]!,
    worldY: lattice.worldY[point]!,
    x: xs[point]!,
    y: ys[point]!,
  });
  for (let j = 0; j < parts; j++) {
    for (let i = 0; i < parts; i++) {
      const around = [j * points + i, j * points + i + 1, (j + 1) * points + i + 1, (j + 1) * points + i];
      const missing = around.filter((point) => Number.isNaN(xs[point]!)).length;
      if (missing === 0 || missing === 4) continue;
      let whole = true;
      for (const [k, point] of around.entries()) {
        const following = around[(k + 1) % 4]!;
        const crossing = crossings.get(sideKey(point, following));
        if (!Number.isNaN(xs[point]!)) push(ring, xs[point]!, ys[point]!);
        if (crossing) push(ring, crossing.x, crossing.y);
        const inside = Number.isNaN(xs[point]!) ? following : point;
        const end = crossing ?? place(following);
        if (Number.isNaN(xs[inside]!) || Number.isNaN(end.x)) continue;
        whole &&= !jumps(map, place(inside), end);
      }
      if (whole) finish();
      else ring.count = 0;
    }
  }
  return rings;
}

function latticeOf(grid: Grid, map: PixelMap, column: number, row: number): Points {
  const [west, east] = [grid.x.edge(column), grid.x.edge(column + 1)];
  const [north, south] = [grid.y.edge(row), grid.y.edge(row + 1)];
  const worldX = Float64Array.from(
    { length: points * points },
    (_, i) => west + (east - west) * ((i % points) / parts),
  );
  const worldY = worldX.map((_, i) => north + (south - north) * (Math.floor(i / points) / parts));
  const xs = worldX.slice();
  const ys = worldY.slice();
  map.toPixels(xs, ys);
  return { worldX, worldY, xs, ys };
}

/** Whether the images of the points, a quarter of them at least, lie further from the source than they reach. */
function isFarAway({ turn, width, height }: PixelMap, { xs, ys }: Points): boolean {
  if (turn) return false;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let known = 0;
  for (let i = 0; i < xs.length; i++) {
    if (Number.isNaN(xs[i]!)) continue;
    known++;
    left = Math.min(left, xs[i]!);
    right = Math.max(right, xs[i]!);
    top = Math.min(top, ys[i]!);
    bottom = Math.max(bottom, ys[i]!);
  }
  const reach = Math.max(right - left, bottom - top);
  return known >= xs.length / 4 && Math.max(left - width, -right, top - height, -bottom) > reach;
}

/** For every square, 1 when its corners have images that lie together. */
function wholeSquares(map: PixelMap, { xs, ys }: Points): Uint8Array {
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

function sideKey(p: number, q: number): number {
  return Math.min(p, q) * points * points + Math.max(p, q);
}

/** Halvings of a line towards its longer half, after which a line without a jump is short. */
const jumpHalvings = 12;
/** A line that is still longer than this share of what it was jumps. */
const jumpShare = 1 / 8;

/** Whether the transform jumps between two points. It may run far away there, to infinity even. */
function jumps(map: PixelMap, from: Placed, to: Placed): boolean {
  let [start, end] = [from, to];
  const length = (one: Placed, other: Placed): number =>
    groundLength(map, shortStep(map, one.x, one.y, other.x, other.y, { x: 0, y: 0 }), one.x, one.y);
  const most = jumpShare * length(start, end);
  const [tryX, tryY] = [new Float64Array(1), new Float64Array(1)];
  for (let k = 0; k < jumpHalvings; k++) {
    const [worldX, worldY] = [(start.worldX + end.worldX) / 2, (start.worldY + end.worldY) / 2];
    tryX[0] = worldX;
    tryY[0] = worldY;
    map.toPixels(tryX, tryY);
    const middle = { worldX, worldY, x: tryX[0], y: tryY[0] };
    if (Number.isNaN(middle.x)) return true;
    if (length(start, middle) > length(middle, end)) end = middle;
    else start = middle;
    if (length(start, end) <= most) return false;
  }
  return true;
}

/** On every side of a square that leaves the domain, the last point inside. */
function findCrossings(map: PixelMap, { worldX, worldY, xs, ys }: Points): ReadonlyMap<number, Placed> {
  const sides: { inside: number; outside: number }[] = [];
  for (let point = 0; point < xs.length; point++) {
    for (const other of [point % points < parts ? point + 1 : -1, point + points]) {
      if (other < 0 || other >= xs.length) continue;
      const missing = Number.isNaN(xs[point]!);
      if (missing === Number.isNaN(xs[other]!)) continue;
      sides.push(missing ? { inside: other, outside: point } : { inside: point, outside: other });
    }
  }
  const low = new Float64Array(sides.length);
  const high = new Float64Array(sides.length).fill(1);
  const foundX = Float64Array.from(sides, ({ inside }) => xs[inside]!);
  const foundY = Float64Array.from(sides, ({ inside }) => ys[inside]!);
  const tryX = new Float64Array(sides.length);
  const tryY = new Float64Array(sides.length);
  for (let k = 0; k < halvings && sides.length > 0; k++) {
    for (const [i, { inside, outside }] of sides.entries()) {
      const at = (low[i]! + high[i]!) / 2;
      tryX[i] = worldX[inside]! + (worldX[outside]! - worldX[inside]!) * at;
      tryY[i] = worldY[inside]! + (worldY[outside]! - worldY[inside]!) * at;
    }
    map.toPixels(tryX, tryY);
    for (let i = 0; i < sides.length; i++) {
      const at = (low[i]! + high[i]!) / 2;
      if (Number.isNaN(tryX[i]!)) {
        high[i] = at;
      } else {
        low[i] = at;
        foundX[i] = tryX[i]!;
        foundY[i] = tryY[i]!;
      }
    }
  }
  return new Map(
    sides.map(({ inside, outside }, i) => [
      sideKey(inside, outside),
      {
        worldX: worldX[inside]! + (worldX[outside]! - worldX[inside]!) * low[i]!,
        worldY: worldY[inside]! + (worldY[outside]! - worldY[inside]!) * low[i]!,
        x: foundX[i]!,
        y: foundY[i]!,
      },
    ]),
  );
}
