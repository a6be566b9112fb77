import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import {
  conformalLatitude,
  isometricLatitude,
  latitudeOfIsometric,
  parallelRadius,
  sineSum,
} from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Points this close to the antipode of the centre, as 1 + cosine of the distance, cannot be mapped. */
const antipode = 1e-10;

/** Stereographic: polar (EPSG 9810, 9829) and, through the conformal sphere, oblique (Snyder 21-2 to 21-40). */
export function stereographic({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { lat_0 = 0, lat_ts, k_0 = 1 } = parameters;
  return Math.abs(lat_0) === 90
    ? polar(es, Math.sign(lat_0), polarScale(es, Math.abs(lat_ts ?? 90), k_0))
    : oblique(es, lat_0 * degree, k_0);
}

/** The distance from the pole over `exp(-isometric latitude)`. */
function polarScale(es: number, trueScaleLatitude: number, k: number): number {
  const e = Math.sqrt(es);
  if (trueScaleLatitude === 90) return (2 * k) / Math.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e));
  const latitude = trueScaleLatitude * degree;
  return k * parallelRadius(latitude, es) * Math.exp(isometricLatitude(latitude, e));
}

function polar(es: number, pole: number, scale: number): Projection {
  const e = Math.sqrt(es);
  const { toGeographic } = conformalLatitude(es);
  const exact = Math.PI / 2 - 1e-12;
  const farthest = scale * Math.sqrt(2 / antipode);

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = pole * y[i]!;
        let distance = latitude > exact ? 0 : scale * Math.exp(-isometricLatitude(latitude, e));
        if (distance > farthest) distance = NaN;
        y[i] = -pole * distance * Math.cos(x[i]!);
        x[i] = distance * Math.sin(x[i]!);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = x[i]!;
        const south = -pole * y[i]!;
        const distance = Math.sqrt(east * east + south * south);
        x[i] = distance === 0 ? 0 : Math.atan2(east, south);
        y[i] =
          distance > farthest ? NaN : pole * latitudeOfIsometric(Math.log(scale / distance), toGeographic);
      }
    },
  };
}

function oblique(es: number, origin: number, k: number): Projection {
  const { toAuxiliary, toGeographic } = conformalLatitude(es);
  const centre = origin + sineSum(toAuxiliary, Math.sin(2 * origin), Math.cos(2 * origin));
  const sineCentre = Math.sin(centre);
  const cosineCentre = Math.cos(centre);
  const scale = (2 * k * parallelRadius(origin, es)) / cosineCentre;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const conformal = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const sine = Math.sin(conformal);
        const cosine = Math.cos(conformal);
        const along = cosine * Math.cos(x[i]!);
        const nearness = 1 + sineCentre * sine + cosineCentre * along;
        const factor = nearness < antipode ? NaN : scale / nearness;
        x[i] = factor * cosine * Math.sin(x[i]!);
        y[i] = factor * (cosineCentre * sine - sineCentre * along);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = x[i]! / scale;
        const north = y[i]! / scale;
        const square = east * east + north * north;
        // The square of the tangent of half the distance: sine and cosine of the distance follow.
        const factor = 1 + square > 2 / antipode ? NaN : 1 / (1 + square);
        const across = 2 * east * factor;
        const along = factor * (cosineCentre * (1 - square) - 2 * sineCentre * north);
        const up = factor * (sineCentre * (1 - square) + 2 * cosineCentre * north);
        const horizontal = Math.sqrt(across * across + along * along);
        x[i] = Math.atan2(across, along);
        y[i] =
          Math.atan2(up, horizontal) +
          sineSum(toGeographic, 2 * up * horizontal, horizontal * horizontal - up * up);
      }
    },
  };
}
