import type { Crs, CrsDefinition } from "./crs.js";
import { planDatumShift } from "./datum/plan.js";
import { sameEllipsoid } from "./ellipsoids.js";
import { withinQuarterTurn, type Kernel } from "./projections/projection.js";
import { projectionMethods } from "./projections/registry.js";
import { parameterKind } from "./parse/methods.js";
import { looseCodes } from "./parse/withdrawn.js";
import { degree } from "./units.js";

/** Takes points from one coordinate system to another. */
export interface CoordinateTransform {
  /** True when positions are the same in both to a millimetre: {@link transform} then leaves all points as they are. */
  readonly identity: boolean;
  /** What the user should know: shifts between datums that are inexact, left out or would need a grid file. */
  readonly warnings: readonly string[];
  /**
   * Changes the first `count` points (default: all) in place. A point outside the domain of either system becomes NaN
   * in both coordinates. Longitudes come out within half a turn of Greenwich, -180 to 180 degrees.
   */
  transform(xs: Float64Array, ys: Float64Array, count?: number): void;
}

/** Points that go through all steps together: as much as the fastest cache holds. */
const block = 1024;

/**
 * Makes the transform between two systems; it costs microseconds. Both are plain data, so that a worker thread can make
 * its own.
 * @throws QuadratError of kind "usage" when the systems are not on the same celestial body
 */
export function createTransform(from: Crs, to: Crs): CoordinateTransform {
  const { steps, warnings: datumWarnings } = planDatumShift(from, to);
  const warnings = [...datumWarnings, ...[from, to].flatMap(looseness)];
  if (steps.length === 0 && sameCoordinates(from.definition, to.definition)) {
    return { identity: true, warnings, transform: () => undefined };
  }
  const kernels = [toGeographic(from.definition), ...steps, fromGeographic(to.definition)];
  return {
    identity: false,
    warnings,
    transform(xs, ys, count = Math.min(xs.length, ys.length)) {
      for (let start = 0; start < count; start += block) {
        const end = Math.min(start + block, count);
        for (const kernel of kernels) kernel(xs, ys, start, end);
      }
    },
  };
}

function looseness({ id }: Crs): string[] {
  const size = looseCodes[id];
  return size === undefined ? [] : [`the definitions of ${id} by EPSG and by Esri differ by up to ${size} m`];
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

/** From coordinates to longitudes from Greenwich and latitudes, in radians. */
function toGeographic(definition: CrsDefinition): Kernel {
  const { projection, parameters, datum, unitFactor, axisSigns, primeMeridian } = definition;
  const { lon_0 = 0, x_0 = 0, y_0 = 0 } = parameters;
  const turn = (primeMeridian + (projection === "longlat" ? 0 : lon_0)) * degree;
  if (projection === "longlat") return readLongitudes(unitFactor, turn);
  const method = projectionMethods[projection]!;
  const { inverse } = method.create({ parameters, ellipsoid: datum.ellipsoid });
  const scale = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  const [signX, signY] = axisSigns;

  return (x, y, start, end) => {
    for (let i = start; i < end; i++) {
      x[i] = (x[i]! * unitFactor * signX - x_0) / scale;
      y[i] = (y[i]! * unitFactor * signY - y_0) / scale;
    }
    inverse(x, y, start, end);
    for (let i = start; i < end; i++) x[i] = x[i]! + turn;
  };
}

/** From longitudes from Greenwich and latitudes, in radians, to coordinates. */
function fromGeographic(definition: CrsDefinition): Kernel {
  const { projection, parameters, datum, unitFactor, axisSigns, primeMeridian } = definition;
  const { lon_0 = 0, x_0 = 0, y_0 = 0, lon_wrap = 0 } = parameters;
  const origin = (primeMeridian + (projection === "longlat" ? lon_wrap : lon_0)) * degree;
  if (projection === "longlat") return writeLongitudes(unitFactor, origin, lon_wrap * degree);
  const method = projectionMethods[projection]!;
  const { forward } = method.create({ parameters, ellipsoid: datum.ellipsoid });
  const scale = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  const [signX, signY] = axisSigns;

  return (x, y, start, end) => {
    for (let i = start; i < end; i++) x[i] = halfTurn(x[i]! - origin);
    forward(x, y, start, end);
    for (let i = start; i < end; i++) {
      const east = ((x[i]! * scale + x_0) / unitFactor) * signX;
      const north = ((y[i]! * scale + y_0) / unitFactor) * signY;
      const finite = east - east === 0 && north - north === 0;
      x[i] = finite ? east : NaN;
      y[i] = finite ? north : NaN;
    }
  };
}

/** Longitudes further out than this, in radians, are no longitudes: PROJ's limit. */
const farthestLongitude = 10;

function readLongitudes(unitFactor: number, turn: number): Kernel {
  return (x, y, start, end) => {
    for (let i = start; i < end; i++) {
      const longitude = x[i]! * unitFactor;
      x[i] = Math.abs(longitude) <= farthestLongitude ? longitude + turn : NaN;
      y[i] = withinQuarterTurn(y[i]! * unitFactor);
    }
  };
}

function writeLongitudes(unitFactor: number, origin: number, wrap: number): Kernel {
  return (x, y, start, end) => {
    for (let i = start; i < end; i++) {
      const longitude = (halfTurn(x[i]! - origin) + wrap) / unitFactor;
      const latitude = y[i]! / unitFactor;
      const finite = longitude - longitude === 0 && latitude - latitude === 0;
      x[i] = finite ? longitude : NaN;
      y[i] = finite ? latitude : NaN;
    }
  };
}

/** The same direction within [-pi, pi]; both ends stay what they are. */
function halfTurn(angle: number): number {
  const turned =
    Math.abs(angle) <= Math.PI + 1e-12 ? angle : angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  return turned > Math.PI ? Math.PI : turned < -Math.PI ? -Math.PI : turned;
}
