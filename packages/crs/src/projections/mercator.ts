import { eccentricitySquared } from "../ellipsoids.js";
import { asinh, conformalLatitude, isometricLatitude, latitudeOfIsometric } from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Mercator (EPSG 9804, 9805; Snyder 7-6 to 7-9), on a sphere or an ellipsoid. */
export function mercator({ parameters, ellipsoid }: ProjectionInput): Projection {
  return mercatorOf(eccentricitySquared(ellipsoid), parameters["k_0"] ?? 1);
}

/** Web Mercator (EPSG 1024): geographic coordinates of the ellipsoid put on a sphere. */
export function webMercator(): Projection {
  return mercatorOf(0, 1);
}

function mercatorOf(es: number, scale: number): Projection {
  const e = Math.sqrt(es);
  const { toGeographic } = conformalLatitude(es);
  const pole = Math.PI / 2 - 1e-12;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        if (Math.abs(latitude) > pole) {
          y[i] = NaN;
          continue;
        }
        x[i] = x[i]! * scale;
        y[i] = scale * (e === 0 ? asinh(Math.tan(latitude)) : isometricLatitude(latitude, e));
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = latitudeOfIsometric(y[i]! / scale, toGeographic);
        x[i] = x[i]! / scale;
        y[i] = Math.abs(latitude) > pole ? NaN : latitude;
      }
    },
  };
}
