import { createTransform, type CoordinateTransform, type Crs } from "@quadrat/crs";

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
