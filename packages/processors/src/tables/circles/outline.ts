import type { Grid } from "@quadrat/core";
import { hasLongitudes, parseCrs, type CoordinateTransform } from "@quadrat/crs";
import { clip } from "./clip.js";
import type { Part } from "./part.js";
import { placesInCircle } from "./places.js";
import { ringMaker, type GlobeRing, type RingMaker } from "./ring.js";

/** A part with its extent. */
export interface MeasuredPart extends Part {
  readonly west: number;
  readonly east: number;
  readonly north: number;
  readonly south: number;
  /** In cells, positive or negative by the direction of the points. */
  readonly area: number;
}

/** A circle as it lies on the grid. */
export interface Outline {
  /** Where the grid's CRS tears the circle apart there are several. */
  readonly parts: readonly MeasuredPart[];
  /** Of all parts together, in cells, positive. */
  readonly area: number;
  /** Instead of parts: places that stand for equal areas; those without an image in the grid's CRS are NaN. */
  readonly places?: Pick<Part, "xs" | "ys">;
}

/** The coordinates in which outlines are drawn: cells of a grid, or pixels of a raster. */
export type Lattice = Pick<Grid, "crs"> & {
  readonly [axis in "x" | "y"]: { readonly first: number; readonly step: number };
};

/** What the outlines are made for. */
export interface Plane {
  readonly grid: Grid;
  /** From longitudes and latitudes on WGS 84 in degrees to the grid's CRS. */
  readonly fromGlobe: CoordinateTransform;
}

const degree = Math.PI / 180;
const fewest = 64;
const most = 8192;
/** Points of a circle that a seam cuts: its sides are not adjusted. */
const seamPoints = 2048;
/** Radians: sides that a seam has made are divided into pieces as short as this, since they are curved on the grid. */
const longest = 0.01;

/**
 * The area between an arc and the side that stands for it, once the side is shifted so that both enclose the same, up to
 * the point where it is largest: this part of the arc's height times its length.
 */
const lobeShare = 0.0642;
/** The error that a side may cause in one cell: a part of the circle's area. */
const tolerance = 2.5e-6;
/** Where more points do not help, the ring is torn in a way that is not known. */
const torn = 1e-3;

/** Circles with a radius from here on may contain both poles, or have no inside: they are made of places. */
export const farthestRing = 9_900_000;

/** Makes the outlines of circles, each of which may be overwritten by the next. */
export type Outliner = (longitude: number, latitude: number, radius: number) => Outline;

/**
 * The line at a distance from a place on the ellipsoid of WGS 84, in the plane of a grid. It has as many points as it takes
 * for the part in every cell to be exact to 1e-5 of the circle. Each side is shifted outwards so far that it
 * encloses the same area as the arc between its ends would: by a twelfth of the second differences of the points.
 */
export function outliner({ grid, fromGlobe }: Omit<Plane, "grid"> & { readonly grid: Lattice }): Outliner {
  const crs = parseCrs(grid.crs);
  const turn = hasLongitudes(crs) ? (2 * Math.PI) / crs.definition.unitFactor / grid.x.step : 0;
  const pole = turn === 0 ? 0 : Math.PI / 2 / crs.definition.unitFactor;
  const tools = new Map<number, Tools>();
  const toolsFor = (points: number): Tools => {
    let found = tools.get(points);
    if (!found) tools.set(points, (found = makeTools(points)));
    return found;
  };
  const toColumns = (xs: Float64Array, ys: Float64Array): void => {
    const { x, y } = grid;
    for (let i = 0; i < xs.length; i++) {
      xs[i] = (xs[i]! - x.first) / x.step;
      ys[i] = (ys[i]! - y.first) / y.step;
    }
  };

  const byPlaces = (longitude: number, latitude: number, radius: number): Outline => {
    const { xs, ys } = placesInCircle(longitude, latitude, radius);
    fromGlobe.transform(xs, ys);
    toColumns(xs, ys);
    return { parts: [], area: xs.length, places: { xs, ys } };
  };

  /** The ring on the grid, without a break from each point to the next. */
  const onPlane = ({ longitudes, latitudes }: GlobeRing, { xs, ys }: Part): Line | undefined => {
    for (let i = 0; i < xs.length; i++) {
      xs[i] = longitudes[i]! / degree;
      ys[i] = latitudes[i]! / degree;
    }
    fromGlobe.transform(xs, ys);
    toColumns(xs, ys);
    let sum = 0;
    for (let i = 0; i < xs.length; i++) sum += xs[i]! + ys[i]!;
    if (!Number.isFinite(sum)) return undefined;
    return { xs, ys, around: turn === 0 ? 0 : unwind(xs, turn) };
  };

  const whole = (longitude: number, latitude: number, radius: number): Outline | undefined => {
    for (let points = fewest; ; points *= 2) {
      const { makeRing, line: room, part } = toolsFor(points);
      const line = onPlane(makeRing(longitude * degree, latitude * degree, radius), room);
      if (!line) return undefined;
      const error = adjust(line, turn, part);
      // Not a number for a circle that is smaller than the distance between two coordinates.
      if (Number.isNaN(error)) return undefined;
      if (error > tolerance && points < most) continue;
      if (error > torn) return undefined;
      const closed =
        line.around === 0 ? part : closeAtPole(part, line.around * turn, poleRow(longitude, latitude));
      const measured = measurePart(closed);
      return { parts: [measured], area: Math.abs(measured.area) };
    }
  };

  const poleRow = (longitude: number, latitude: number): number => {
    const [xs, ys] = [Float64Array.of(longitude), Float64Array.of(latitude)];
    fromGlobe.transform(xs, ys);
    return ((ys[0]! < 0 ? -pole : pole) - grid.y.first) / grid.y.step;
  };

  const { seams } = fromGlobe;
  /** A circle on a CRS that cuts the globe open; undefined if it lies on one side of every cut. */
  const cut = (longitude: number, latitude: number, radius: number): Outline | "uncut" | undefined => {
    const { lobes, toGlobe, fromGlobe: project } = seams!;
    const globe = (points: number): Line => {
      const ring = toolsFor(points).makeRing(longitude * degree, latitude * degree, radius);
      const xs = ring.longitudes.map((value) => value / degree);
      const ys = ring.latitudes.map((value) => value / degree);
      toGlobe(xs, ys);
      return { xs, ys, around: unwind(xs, 2 * Math.PI) };
    };
    const first = globe(fewest);
    if (first.around === 0 && lobes.some((lobe) => holds(lobe, first))) return "uncut";
    const line = globe(seamPoints);
    const part: Part = { xs: line.xs, ys: line.ys, count: line.xs.length };
    const closed =
      line.around === 0
        ? part
        : closeAtPole(part, line.around * 2 * Math.PI, latitude < 0 ? -Math.PI / 2 : Math.PI / 2);
    const parts: MeasuredPart[] = [];
    for (const [index, lobe] of lobes.entries()) {
      for (let turns = -2; turns <= 2; turns++) {
        const clipped = clip(closed, { ...lobe, shift: turns * 2 * Math.PI, longest });
        if (clipped.count < 3) continue;
        const [xs, ys] = [clipped.xs.slice(0, clipped.count), clipped.ys.slice(0, clipped.count)];
        project(xs, ys, index);
        toColumns(xs, ys);
        if (!xs.every(Number.isFinite) || !ys.every(Number.isFinite)) return undefined;
        parts.push(measurePart({ xs, ys, count: xs.length }));
      }
    }
    const area = parts.reduce((sum, one) => sum + Math.abs(one.area), 0);
    return area > 0 ? { parts, area } : undefined;
  };

  return (longitude, latitude, radius) => {
    if (radius >= farthestRing) return byPlaces(longitude, latitude, radius);
    const found = seams ? cut(longitude, latitude, radius) : "uncut";
    const outline = found === "uncut" ? whole(longitude, latitude, radius) : found;
    return outline && outline.area > 0 ? outline : byPlaces(longitude, latitude, radius);
  };
}

/** What is used again for every circle with a number of points. */
interface Tools {
  readonly makeRing: RingMaker;
  readonly line: Part;
  readonly part: Part;
}

function makeTools(count: number): Tools {
  const room = (): Part => ({ xs: new Float64Array(count), ys: new Float64Array(count), count });
  return { makeRing: ringMaker(count), line: room(), part: room() };
}

/** A closed line: after the last point it goes on at the first, `around` turns further. */
interface Line {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly around: number;
}

/** Removes the jumps between longitudes a turn apart, and returns the turns from the first point to its repetition. */
function unwind(xs: Float64Array, turn: number): number {
  for (let i = 1; i < xs.length; i++) xs[i]! -= turn * Math.round((xs[i]! - xs[i - 1]!) / turn);
  // Not -0.
  return Math.round((xs[xs.length - 1]! - xs[0]!) / turn) + 0;
}

function holds(
  { west, east, south, north }: { west: number; east: number; south: number; north: number },
  { xs, ys }: Line,
): boolean {
  // Circles that come near to a cut are cut too: between two points they could cross it.
  const margin = 0.01 * (Math.max(...ys) - Math.min(...ys));
  return (
    xs.every((x) => x > west + margin && x < east - margin) &&
    ys.every((y) => y > south + margin && y < north - margin)
  );
}

/**
 * Shifts the sides of a smooth line outwards, and finds the largest error that remains in one cell.
 * @param part room for the points
 */
function adjust({ xs, ys, around }: Line, turn: number, part: Part): number {
  const { xs: outX, ys: outY, count } = part;
  const x0 = xs[0]!;
  const y0 = ys[0]!;
  let xBefore = xs[count - 1]! - around * turn;
  let yBefore = ys[count - 1]!;
  let x = x0;
  let y = y0;
  let side = (x - xBefore) ** 2 + (y - yBefore) ** 2;
  let lobe = 0;
  let twice = 0;
  for (let i = 0; i < count; i++) {
    const isLast = i === count - 1;
    const xAfter = isLast ? x0 + around * turn : xs[i + 1]!;
    const yAfter = isLast ? y0 : ys[i + 1]!;
    const secondX = xBefore - 2 * x + xAfter;
    const secondY = yBefore - 2 * y + yAfter;
    outX[i] = x - secondX / 12;
    outY[i] = y - secondY / 12;
    const next = (xAfter - x) ** 2 + (yAfter - y) ** 2;
    lobe = Math.max(lobe, (secondX * secondX + secondY * secondY) * Math.max(side, next));
    twice += (x - x0) * (yAfter - y0) - (xAfter - x0) * (y - y0);
    xBefore = x;
    yBefore = y;
    x = xAfter;
    y = yAfter;
    side = next;
  }
  return (Math.sqrt(lobe) * lobeShare) / 4 / Math.abs(twice);
}

/** Closes a line that goes around a pole along it. */
function closeAtPole({ xs, ys, count }: Part, around: number, pole: number): Part {
  const [closedX, closedY] = [new Float64Array(count + 3), new Float64Array(count + 3)];
  closedX.set(xs);
  closedY.set(ys);
  closedX.set([xs[0]! + around, xs[0]! + around, xs[0]!], count);
  closedY.set([ys[0]!, pole, pole], count);
  return { xs: closedX, ys: closedY, count: count + 3 };
}

function measurePart({ xs, ys, count }: Part): MeasuredPart {
  const x0 = xs[0]!;
  const y0 = ys[0]!;
  let [west, east, north, south] = [x0, x0, y0, y0];
  let twice = 0;
  let x = 0;
  let y = 0;
  for (let i = 1; i < count; i++) {
    const nextX = xs[i]!;
    const nextY = ys[i]!;
    if (nextX < west) west = nextX;
    else if (nextX > east) east = nextX;
    if (nextY < north) north = nextY;
    else if (nextY > south) south = nextY;
    twice += x * (nextY - y0) - (nextX - x0) * y;
    x = nextX - x0;
    y = nextY - y0;
  }
  return { xs, ys, count, west, east, north, south, area: twice / 2 };
}
