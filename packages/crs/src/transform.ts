import { runSteps, type Step } from "./chain.js";
import type { Crs, CrsDefinition } from "./crs.js";
import type { Box } from "./datum/operations.js";
import { planDatumShift } from "./datum/plan.js";
import { sameEllipsoid } from "./ellipsoids.js";
import { parameterKind } from "./parse/methods.js";
import { looseCodes } from "./parse/withdrawn.js";
import { seamsOf, type Seams } from "./seams.js";
import { fromGeographic, toGeographic, toPixels } from "./steps.js";

/** Takes points from one coordinate system to another. */
export interface CoordinateTransform {
  /** True when positions are the same in both to a millimetre: {@link transform} then leaves all points as they are. */
  readonly identity: boolean;
  /** What the user should know: datum shifts that are inexact, omitted or would need a grid file. */
  readonly warnings: readonly string[];
  /** True when there are several shifts between the datums, and the place of the data decides which is used. */
  readonly byPlace: boolean;
  /** True when a figure that runs clockwise in one system runs anticlockwise in the other: an axis of one is reversed. */
  readonly mirrored: boolean;
  /**
   * Changes the first `count` points (default: all) in place. A point outside the domain of either system becomes NaN
   * in both coordinates. Longitudes come out within half a turn of Greenwich, -180 to 180 degrees.
   */
  transform(xs: Float64Array, ys: Float64Array, count?: number): void;
  /** The transform of all points, followed by (x - c) / a and (y - f) / e. */
  onto(a: number, c: number, e: number, f: number): (xs: Float64Array, ys: Float64Array) => void;
  /** Set if the second system cuts the globe open. */
  readonly seams: Seams | undefined;
}

/**
 * Makes the transform between two systems; it costs microseconds. Both are plain data, so that a worker thread can make
 * its own. Of several shifts between their datums the one that is best `where` the data are is taken:
 * longitudes and latitudes in degrees; a place may be a single point.
 * @throws QuadratError of kind "usage" when the systems are not on the same celestial body
 */
export function createTransform(from: Crs, to: Crs, where?: Box): CoordinateTransform {
  const { steps, warnings: datumWarnings, byPlace } = planDatumShift(from, to, where);
  const warnings = [...datumWarnings, ...[from, to].flatMap(looseness), ...[from, to].flatMap(partiality)];
  const same = steps.length === 0 && sameCoordinates(from.definition, to.definition);
  const toGlobe: Step[] = [...toGeographic(from.definition), ...steps];
  const chain: Step[] = same ? [] : [...toGlobe, ...fromGeographic(to.definition)];
  return {
    identity: same,
    warnings,
    byPlace,
    mirrored: handedness(from.definition) !== handedness(to.definition),
    transform(xs, ys, count = Math.min(xs.length, ys.length)) {
      if (!same) runSteps(chain, xs, ys, count);
    },
    onto(a, c, e, f) {
      const placed = [...chain, toPixels(a, c, e, f)];
      return (xs, ys) => runSteps(placed, xs, ys, Math.min(xs.length, ys.length));
    },
    seams: same ? undefined : seamsOf(to.definition, toGlobe),
  };
}

/** 1 if y lies to the left of x; every projection preserves orientation. */
function handedness({ axisSigns: [x, y] }: CrsDefinition): number {
  return x * y;
}

function looseness({ id }: Crs): string[] {
  const size = looseCodes[id];
  return size === undefined ? [] : [`the definitions of ${id} by EPSG and by Esri differ by up to ${size} m`];
}

function partiality({ id, horizontal }: Crs): string[] {
  return horizontal === undefined ? [] : [`${id} is compound: its horizontal part ${horizontal} is used`];
}

/** True when equal longitudes and latitudes have equal coordinates in both. */
export function sameCoordinates(one: CrsDefinition, other: CrsDefinition): boolean {
  const names = new Set([...Object.keys(one.parameters), ...Object.keys(other.parameters)]);
  return (
    one.projection === other.projection &&
    (one.projection === "longlat" || sameEllipsoid(one.datum.ellipsoid, other.datum.ellipsoid)) &&
    near(one.unitFactor / other.unitFactor, 1, 1e-10) &&
    near(one.primeMeridian, other.primeMeridian, angleTolerance) &&
    one.axisSigns.every((sign, axis) => sign === other.axisSigns[axis]) &&
    [...names].every((name) =>
      near(one.parameters[name] ?? NaN, other.parameters[name] ?? NaN, parameterTolerance(name)),
    )
  );
}

/** Two values of a parameter are one when no position differs by more than a few millimetres. */
function near(one: number, other: number, tolerance: number): boolean {
  return Math.abs(one - other) <= tolerance;
}

function parameterTolerance(name: string): number {
  const kind = parameterKind(name);
  if (kind === "angle") return angleTolerance;
  return kind === "length" ? 2e-3 : 1e-9;
}

/** Degrees: a millimetre on the ground. */
const angleTolerance = 1e-8;
