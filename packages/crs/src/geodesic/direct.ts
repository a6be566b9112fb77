import { wgs84 } from "../ellipsoids.js";

const { a, rf } = wgs84;
const f = 1 / rf;
const b = a * (1 - f);
const secondEccentricitySquared = (a * a - b * b) / (b * b);

/** Radians: less than a micrometre on the ground. */
const converged = 1e-13;

/** The distance from a place to the one opposite to it is at least this, in metres: half a meridian. */
export const halfMeridian = 20003931.458;

/** Ends of geodesics that start at one place, in radians: longitudes from that place, and latitudes. */
export interface GeodesicEnds {
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/** Directions from a place, as {@link directionsOf} gives them. */
export interface Directions {
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
}

/** @param azimuths clockwise from north, in radians */
export function directionsOf(azimuths: Float64Array): Directions {
  return { sines: azimuths.map(Math.sin), cosines: azimuths.map(Math.cos) };
}

/**
 * The direct geodesic problem on the ellipsoid of WGS 84 for one place and many directions, after T. Vincenty, "Direct and
 * inverse solutions of geodesics on the ellipsoid with application of nested equations" (1975): accurate to 0.1 mm. (Only
 * the inverse problem, which isn't solved here, fails for places that are nearly opposite.)
 * @param latitude of the place, in radians
 * @param distance in metres, at most {@link halfMeridian}
 * @param ends room for as many ends
 */
export function geodesicEnds(
  latitude: number,
  distance: number,
  { sines, cosines }: Directions,
  { longitudes, latitudes }: GeodesicEnds,
): void {
  const tanU1 = (1 - f) * Math.tan(latitude);
  const cosU1 = 1 / Math.sqrt(1 + tanU1 * tanU1);
  const sinU1 = tanU1 * cosU1;
  for (let i = 0; i < sines.length; i++) {
    const sinAzimuth = sines[i]!;
    const cosAzimuth = cosines[i]!;
    const twiceSigma1 = 2 * Math.atan2(tanU1, cosAzimuth);
    const sinAlpha = cosU1 * sinAzimuth;
    const cosSquared = 1 - sinAlpha * sinAlpha;
    const u = cosSquared * secondEccentricitySquared;
    const scale = b * (1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u))));
    const B = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    let sigma = distance / scale;
    let sin = 0;
    let cos = 0;
    let middle = 0;
    for (let round = 0; round < 20; round++) {
      sin = Math.sin(sigma);
      cos = Math.cos(sigma);
      middle = Math.cos(twiceSigma1 + sigma);
      const square = 2 * middle * middle - 1;
      const inner = (B / 6) * middle * (4 * sin * sin - 3) * (4 * middle * middle - 3);
      const next = distance / scale + B * sin * (middle + (B / 4) * (cos * square - inner));
      const change = Math.abs(next - sigma);
      sigma = next;
      if (change < converged) break;
    }
    const across = sinU1 * sin - cosU1 * cos * cosAzimuth;
    latitudes[i] = Math.atan2(
      sinU1 * cos + cosU1 * sin * cosAzimuth,
      (1 - f) * Math.sqrt(sinAlpha * sinAlpha + across * across),
    );
    const lambda = Math.atan2(sin * sinAzimuth, cosU1 * cos - sinU1 * sin * cosAzimuth);
    const C = (f / 16) * cosSquared * (4 + f * (4 - 3 * cosSquared));
    longitudes[i] =
      lambda - (1 - C) * f * sinAlpha * (sigma + C * sin * (middle + C * cos * (2 * middle * middle - 1)));
  }
}

/** The radii of curvature at a latitude (radians), in metres: along the meridian, and across it. */
export function curvatureRadii(latitude: number): readonly [meridian: number, across: number] {
  const e = f * (2 - f);
  const sin = Math.sin(latitude);
  const w = 1 - e * sin * sin;
  return [(a * (1 - e)) / (w * Math.sqrt(w)), a / Math.sqrt(w)];
}
