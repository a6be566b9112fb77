import { readFileSync } from "node:fs";
import { createTransform, type CoordinateTransform, type Crs } from "../src/index.js";

/** What GDAL and PROJ made, from the fixtures. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), "utf8")) as T;
}

/** The transformed points, `[x, y]` each. */
export function transformed(
  transform: CoordinateTransform,
  points: readonly (readonly [x: number, y: number])[],
): [x: number, y: number][] {
  const xs = Float64Array.from(points, ([x]) => x);
  const ys = Float64Array.from(points, ([, y]) => y);
  transform.transform(xs, ys);
  return points.map((_, i) => [xs[i]!, ys[i]!]);
}

/** Longitude and latitude from Greenwich, in degrees, on the datum of a system. */
export function baseOf(crs: Crs): Crs {
  const { datum } = crs.definition;
  return {
    ...crs,
    isGeographic: true,
    unit: "degree",
    definition: {
      projection: "longlat",
      parameters: {},
      datum,
      primeMeridian: 0,
      unitFactor: Math.PI / 180,
      axisSigns: [1, 1],
    },
  };
}

/** There and back between a system and longitude and latitude on its own datum. */
export function projectionOf(crs: Crs): { forward: CoordinateTransform; inverse: CoordinateTransform } {
  const base = baseOf(crs);
  return { forward: createTransform(base, crs), inverse: createTransform(crs, base) };
}

/** The distance on the ground between two places in degrees, in degrees of a great circle. */
export function degreesApart(
  [lon, lat]: readonly [number, number],
  [otherLon, otherLat]: readonly [number, number],
): number {
  const turn = Math.abs(lon - otherLon) % 360;
  return Math.hypot(Math.min(turn, 360 - turn) * Math.cos((lat * Math.PI) / 180), lat - otherLat);
}
