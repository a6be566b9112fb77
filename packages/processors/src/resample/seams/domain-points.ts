import type { Bounds } from "@quadrat/core/base";
import type { GlobePoints } from "../mapping/lattice.js";
import type { PixelMap } from "../mapping/pixel-map.js";

/** Halvings in the search for the edge of the domain on the side of a square. */
const halvings = 24;

/** Points in the grid's CRS, in pixels, and on the globe for a source with seams. */
export interface Points {
  readonly worldX: Float64Array;
  readonly worldY: Float64Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly globe: GlobePoints | undefined;
}

/** The points of a rectangle in a square lattice. */
export interface SquareLattice extends Points {
  /** Squares along a side. */
  readonly parts: number;
}

/** The last points inside on sides that leave the domain, by {@link sideKey}. */
export interface Crossings extends Points {
  readonly indexOf: ReadonlyMap<number, number>;
}

export function latticeOf(map: PixelMap, [west, south, east, north]: Bounds, parts: number): SquareLattice {
  const points = parts + 1;
  const worldX = Float64Array.from(
    { length: points * points },
    (_, i) => west + (east - west) * ((i % points) / parts),
  );
  const worldY = worldX.map((_, i) => north + (south - north) * (Math.floor(i / points) / parts));
  const xs = worldX.slice();
  const ys = worldY.slice();
  const { seams } = map;
  if (!seams) {
    map.toPixels(xs, ys);
    return { parts, worldX, worldY, xs, ys, globe: undefined };
  }
  seams.toGlobe(xs, ys);
  const globe = { longitudes: xs.slice(), latitudes: ys.slice() };
  seams.toPixels(xs, ys);
  return { parts, worldX, worldY, xs, ys, globe };
}

export function sideKey(points: number, p: number, q: number): number {
  return Math.min(p, q) * points * points + Math.max(p, q);
}

/** On every side of a square that leaves the domain, the last point inside. */
export function findCrossings(map: PixelMap, lattice: SquareLattice): Crossings {
  const { parts, worldX, worldY, xs, ys } = lattice;
  const points = parts + 1;
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
  let globe: GlobePoints | undefined;
  if (map.seams) {
    const way = (world: Float64Array): Float64Array =>
      Float64Array.from(
        sides,
        ({ inside, outside }, i) => world[inside]! + (world[outside]! - world[inside]!) * low[i]!,
      );
    globe = { longitudes: way(worldX), latitudes: way(worldY) };
    map.seams.toGlobe(globe.longitudes, globe.latitudes);
  }
  const indexOf = new Map(sides.map(({ inside, outside }, i) => [sideKey(points, inside, outside), i]));
  const along = (world: Float64Array): Float64Array =>
    Float64Array.from(
      sides,
      ({ inside, outside }, i) => world[inside]! + (world[outside]! - world[inside]!) * low[i]!,
    );
  return { indexOf, worldX: along(worldX), worldY: along(worldY), xs: foundX, ys: foundY, globe };
}
