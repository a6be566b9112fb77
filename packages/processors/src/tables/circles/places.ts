import { curvatureRadii, geodesicEnds, halfMeridian, type Directions } from "@quadrat/crs";

const degree = Math.PI / 180;

/** The places that stand for a circle whose outline can't be drawn: a power of two. */
const placesOfCircle = 4096;

/** Of a turn: no multiple of it comes near another. */
const goldenPart = (3 - Math.sqrt(5)) / 2;

const direction: Directions = { sines: new Float64Array(1), cosines: new Float64Array(1) };
const end = { longitudes: new Float64Array(1), latitudes: new Float64Array(1) };

/**
 * The distance from the centre of a circle within which a part of its area lies: that on the sphere with the ellipsoid's
 * curvature at the centre, where a circle of the angle d has an area of 4 pi R^2 sin^2(d / 2).
 */
export function distanceWithin(latitude: number, radius: number, part: number): number {
  const [meridian, across] = curvatureRadii(latitude * degree);
  const sphere = Math.sqrt(meridian * across);
  const half = Math.min(Math.PI / 2, radius / sphere / 2);
  return Math.min(radius, 2 * sphere * Math.asin(Math.sqrt(part) * Math.sin(half)), halfMeridian);
}

/** The place at a distance (metres) and an azimuth (turns) from another; all in degrees. */
export function placeAt(
  longitude: number,
  latitude: number,
  distance: number,
  turns: number,
): readonly [longitude: number, latitude: number] {
  direction.sines[0] = Math.sin(2 * Math.PI * turns);
  direction.cosines[0] = Math.cos(2 * Math.PI * turns);
  geodesicEnds(latitude * degree, distance, direction, end);
  const x = longitude + end.longitudes[0]! / degree;
  return [x - 360 * Math.round(x / 360), end.latitudes[0]! / degree];
}

/** Places spread evenly over the area of a circle, in degrees. */
export function placesInCircle(
  longitude: number,
  latitude: number,
  radius: number,
): { readonly xs: Float64Array; readonly ys: Float64Array } {
  const [xs, ys] = [new Float64Array(placesOfCircle), new Float64Array(placesOfCircle)];
  for (let i = 0; i < placesOfCircle; i++) {
    const distance = distanceWithin(latitude, radius, (i + 0.5) / placesOfCircle);
    [xs[i], ys[i]] = placeAt(longitude, latitude, distance, (i * goldenPart) % 1) as [number, number];
  }
  return { xs, ys };
}
