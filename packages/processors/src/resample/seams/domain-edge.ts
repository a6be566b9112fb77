import type { Bounds, Grid } from "@quadrat/core/base";
import { findCrossings, latticeOf, sideKey, type Points, type SquareLattice } from "./domain-points.js";
import { groundLength, shortStep } from "../mapping/globe.js";
import type { GlobePoints } from "../mapping/lattice.js";
import { lobeOf, type PixelMap, type PixelSeams } from "../mapping/pixel-map.js";
import { squareSides } from "./square-sides.js";
import { copyRing, emptyRing, flatten, isTurned, push, type Ring } from "../outlines/ring.js";

/** A cell at the edge of the transform's domain is divided into this many squares along each side. */
const parts = 32;
/** A square in which that edge meets a seam is divided again into this many, at most this many times. */
const finerParts = 8;
const mostTimes = 3;
/** A square with a side longer than usual by this factor lies across a jump of the transform. */
const jump = 16;
/** Radians: a step of longitude that is not certainly the short way round. */
const nearHalfTurn = 3;

/** An outline in pixels, or on the globe ({@link PixelSeams.globe}) if it lies across a seam of the source. */
export interface DomainPart {
  readonly ring: Ring;
  readonly onGlobe: boolean;
}

/** One of some points. */
interface Met {
  readonly of: Points;
  readonly at: number;
}

/** A point in the grid's CRS and in pixels. */
interface Placed {
  readonly worldX: number;
  readonly worldY: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Outlines of the part inside the transform's domain of a cell that is only partly inside it, or across which the
 * transform jumps: its complete squares, joined where four make a larger one; of the squares at the edge of the
 * domain the part inside; and squares across a seam as they are on the globe.
 */
export function insideDomain(
  grid: Grid,
  map: PixelMap,
  column: number,
  row: number,
  tolerance: number,
): DomainPart[] {
  const cell: Bounds = [grid.x.edge(column), grid.y.edge(row + 1), grid.x.edge(column + 1), grid.y.edge(row)];
  return insideRectangle(map, cell, parts, 0, tolerance);
}

function insideRectangle(
  map: PixelMap,
  rectangle: Bounds,
  parts: number,
  times: number,
  tolerance: number,
): DomainPart[] {
  const lattice = latticeOf(map, rectangle, parts);
  const points = parts + 1;
  const { xs, ys, worldX, worldY } = lattice;
  if (isFarAway(map, lattice)) return [];
  const { whole, limit } = wholeSquares(map, lattice);
  const between = squareSides(map, lattice, limit, tolerance);
  const found: DomainPart[] = [];
  const ring = emptyRing();
  const side = (from: number, to: number) => {
    push(ring, xs[from]!, ys[from]!);
    const way = between(from, to);
    for (let k = 0; k < way.length; k += 2) push(ring, way[k]!, way[k + 1]!);
  };
  const finish = () => {
    flatten(ring, map, true);
    if (!isTurned(map, ring)) found.push({ ring: copyRing(ring), onGlobe: false });
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
    const first = top * points + left;
    for (let k = 0, at = first; k < size; k++, at++) side(at, at + 1);
    for (let k = 0, at = first + size; k < size; k++, at += points) side(at, at + points);
    for (let k = 0, at = first + size * (points + 1); k < size; k++, at--) side(at, at - 1);
    for (let k = 0, at = first + size * points; k < size; k++, at -= points) side(at, at - points);
    finish();
  };
  visit(0, 0, parts);

  const crossings = findCrossings(map, lattice);
  for (let j = 0; j < parts; j++) {
    for (let i = 0; i < parts; i++) {
      const around = [j * points + i, j * points + i + 1, (j + 1) * points + i + 1, (j + 1) * points + i];
      const missing = around.filter((point) => Number.isNaN(xs[point]!)).length;
      if (missing === 4 || whole[j * parts + i] === 1 || (missing === 0 && !map.seams)) continue;
      const met = around.flatMap((point, k): Met[] => {
        const crossing = crossings.indexOf.get(sideKey(points, point, around[(k + 1) % 4]!));
        const inside = Number.isNaN(xs[point]!) ? [] : [{ of: lattice, at: point }];
        return crossing === undefined ? inside : [...inside, { of: crossings, at: crossing }];
      });
      const { seams } = map;
      const acrossSeam = seams !== undefined && !isOnOneSide(seams, met);
      if (seams && (acrossSeam || extentOf(met) > limit)) {
        if (isBeyond(map, seams, met, limit)) continue;
        const onGlobe = outlineOnGlobe(seams, met);
        if (times < mostTimes && (missing > 0 || !onGlobe)) {
          const [west, north] = [worldX[around[0]!]!, worldY[around[0]!]!];
          const square: Bounds = [west, worldY[around[2]!]!, worldX[around[2]!]!, north];
          found.push(...insideRectangle(map, square, finerParts, times + 1, tolerance));
        } else if (onGlobe) {
          found.push({ ring: onGlobe, onGlobe: true });
        }
      } else if (missing > 0 && !jumpsAround(map, lattice, met)) {
        for (const [k, { of, at }] of met.entries()) {
          const next = met[(k + 1) % met.length]!;
          if (of === lattice && next.of === lattice) side(at, next.at);
          else push(ring, of.xs[at]!, of.ys[at]!);
        }
        finish();
      }
    }
  }
  return found;
}

/**
 * Whether the parts of a square on both sides of a seam are further from the source than a square is large. This holds for
 * most cells across the seam of a country's CRS, which is on the other side of the globe, or around a pole that runs to
 * infinity.
 */
function isBeyond(map: PixelMap, seams: PixelSeams, met: readonly Met[], reach: number): boolean {
  const places = placesOf(met);
  const sides = new Map<string, Met[]>();
  for (const [i, point] of met.entries()) {
    const side = `${lobeOf(seams, places.longitudes, places.latitudes, i)} ${places.longitudes[i]! < 0}`;
    sides.set(side, [...(sides.get(side) ?? []), point]);
  }
  return [...sides.values()].every((points) => {
    const xs = points.map(({ of, at }) => of.xs[at]!);
    const ys = points.map(({ of, at }) => of.ys[at]!);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    return Math.max(left - map.width, -right, top - map.height, -bottom) > reach;
  });
}

/** The longer side of the box around points, in pixels. */
function extentOf(met: readonly Met[]): number {
  const xs = met.map(({ of, at }) => of.xs[at]!);
  const ys = met.map(({ of, at }) => of.ys[at]!);
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
}

/** Whether no seam lies between any two of the points. */
function isOnOneSide(seams: PixelSeams, met: readonly Met[]): boolean {
  return isTogether(seams, placesOf(met));
}

/** Whether all points with an image lie in one lobe, and none is half a turn of longitude from another. */
function isTogether(seams: PixelSeams, { longitudes, latitudes }: GlobePoints): boolean {
  let west = Infinity;
  let east = -Infinity;
  let lobe = -1;
  for (let i = 0; i < longitudes.length; i++) {
    const longitude = longitudes[i]!;
    if (Number.isNaN(longitude)) continue;
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    const own = lobeOf(seams, longitudes, latitudes, i);
    if (lobe >= 0 && own !== lobe) return false;
    lobe = own;
  }
  return !(east - west >= nearHalfTurn);
}

function placesOf(met: readonly Met[]): GlobePoints {
  return {
    longitudes: Float64Array.from(met, ({ of, at }) => of.globe!.longitudes[at]!),
    latitudes: Float64Array.from(met, ({ of, at }) => of.globe!.latitudes[at]!),
  };
}

/** An outline on the globe; undefined if the way from a point to the next is ambiguous. */
function outlineOnGlobe(seams: PixelSeams, met: readonly Met[]): Ring | undefined {
  const { longitudes, latitudes } = placesOf(met);
  const { a, c, e, f } = seams.globe.affine;
  const degrees = 180 / Math.PI;
  const ring = emptyRing();
  for (let i = 0; i < met.length; i++) {
    const step = longitudes[(i + 1) % met.length]! - longitudes[i]!;
    if (Math.abs(step - 2 * Math.PI * Math.round(step / (2 * Math.PI))) > nearHalfTurn) return undefined;
    push(ring, (longitudes[i]! * degrees - c) / a, (latitudes[i]! * degrees - f) / e);
  }
  flatten(ring, seams.globe, true);
  return copyRing(ring);
}

/**
 * Whether the images of the points, at least a quarter of which exist, are further from the source than their
 * extent.
 */
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

/** For every square, 1 if its corners have images that are no further apart than the limit. */
function wholeSquares(
  map: PixelMap,
  lattice: SquareLattice,
): { readonly whole: Uint8Array; readonly limit: number } {
  const { parts, xs, ys } = lattice;
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
  const whole = Uint8Array.from(longest, (size) => (size <= limit ? 1 : 0));
  if (map.seams) leaveOutSeams(map.seams, lattice, whole);
  return { whole, limit };
}

function leaveOutSeams(seams: PixelSeams, lattice: SquareLattice, whole: Uint8Array): void {
  const { parts } = lattice;
  if (isTogether(seams, lattice.globe!)) return;
  for (let square = 0; square < whole.length; square++) {
    if (whole[square] === 0) continue;
    const first = Math.floor(square / parts) * (parts + 1) + (square % parts);
    const around = [first, first + 1, first + parts + 2, first + parts + 1];
    const met = around.map((at) => ({ of: lattice, at }));
    if (!isOnOneSide(seams, met)) whole[square] = 0;
  }
}

/** The number of halvings towards the longer half after which a line without a jump is short. */
const jumpHalvings = 12;
/** A line that is still longer than this fraction of its original length jumps. */
const jumpShare = 1 / 8;

/** Whether the transform jumps on a side of a square, of which `met` are the corners and the ends of sides inside the domain. */
function jumpsAround(map: PixelMap, lattice: Points, met: readonly Met[]): boolean {
  return met.some((one, i) => {
    const other = met[(i + 1) % met.length]!;
    // From one crossing to the next the outline follows the edge of the domain.
    if (one.of !== lattice && other.of !== lattice) return false;
    return one.of === lattice
      ? jumps(map, placed(one), placed(other))
      : jumps(map, placed(other), placed(one));
  });
}

function placed({ of: { worldX, worldY, xs, ys }, at }: Met): Placed {
  return { worldX: worldX[at]!, worldY: worldY[at]!, x: xs[at]!, y: ys[at]! };
}

/** Whether the transform jumps between two points. It may run far away there, even to infinity. */
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
