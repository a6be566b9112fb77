import { createRequire } from "node:module";
import type proj4 from "proj4";
import { degree } from "../units.js";
import type { PlainStep } from "../chain.js";
import { withinQuarterTurn, type Projection, type ProjectionInput } from "./projection.js";

/** A point that doesn't come back to within this, in radians (0.6 m on the ground), is outside the domain. */
const tolerance = 1e-7;

interface Point {
  x: number;
  y: number;
}

/** proj4's own direction of a projection: the point is changed in place, or another or none returned. */
type PointFunction = (point: Point) => Point | null | undefined;

/**
 * A projection of proj4 by PROJ name. Its functions do not check their domain, so every point goes there and back.
 * proj4 is loaded when the first of them is made.
 */
export function fromProj4(name: string, { parameters, ellipsoid }: ProjectionInput): Projection {
  const { Proj } = createRequire(import.meta.url)("proj4") as typeof proj4;
  const { a, rf } = ellipsoid;
  const { lon_0 = 0, x_0: _x, y_0: _y, sweep, no_uoff, ...others } = parameters;
  const text = [
    `+proj=${name} +a=${a} ${rf === 0 ? `+b=${a}` : `+rf=${rf}`} +x_0=0 +y_0=0 +no_defs`,
    `${name === "omerc" ? "+lonc" : "+lon_0"}=${lon_0}`,
    ...(sweep === undefined ? [] : [`+sweep=${sweep === 1 ? "x" : "y"}`]),
    ...(no_uoff === 1 ? ["+no_uoff"] : []),
    ...Object.entries(others).map(([key, value]) => `+${key}=${value}`),
  ].join(" ");
  const projection = new Proj(text);
  const point: Point = { x: 0, y: 0 };
  const call = (direction: PointFunction, x: number, y: number): void => {
    point.x = x;
    point.y = y;
    try {
      const result = direction.call(projection, point);
      if (result === null || typeof result !== "object") point.x = point.y = NaN;
      else if (result !== point) [point.x, point.y] = [result.x, result.y];
    } catch {
      // Some projections throw for a point outside their domain.
      point.x = point.y = NaN;
    }
  };
  const project: PointFunction = projection.forward;
  const unproject: PointFunction = projection.inverse;
  const origin = lon_0 * degree;

  const forward: PlainStep = (x, y, count) => {
    for (let i = 0; i < count; i++) {
      const longitude = x[i]!;
      const latitude = y[i]!;
      call(project, longitude + origin, latitude);
      const east = point.x;
      const north = point.y;
      call(unproject, east, north);
      const away = fromHalfTurn(point.x - origin - longitude) * Math.cos(latitude);
      const inside = Math.abs(away) < tolerance && Math.abs(point.y - latitude) < tolerance;
      x[i] = inside ? east / a : NaN;
      y[i] = inside ? north / a : NaN;
    }
  };
  const inverse: PlainStep = (x, y, count) => {
    for (let i = 0; i < count; i++) {
      const east = x[i]! * a;
      const north = y[i]! * a;
      call(unproject, east, north);
      const longitude = point.x;
      const latitude = withinQuarterTurn(point.y);
      call(project, longitude, latitude);
      const inside = Math.abs(point.x - east) < tolerance * a && Math.abs(point.y - north) < tolerance * a;
      x[i] = inside ? fromHalfTurn(longitude - origin) : NaN;
      y[i] = inside ? latitude : NaN;
    }
  };
  return { forward, inverse };
}

/** The same direction within [-pi, pi]. */
function fromHalfTurn(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
