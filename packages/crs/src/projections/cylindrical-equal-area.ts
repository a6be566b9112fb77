import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { authalicLatitude, authalicQ, parallelRadius, sineSum } from "./latitudes.js";
import { withinUnit, type Projection, type ProjectionInput } from "./projection.js";

/** Cylindrical equal area (EPSG 9835; Snyder 10-13 to 10-28), of which EASE-Grid 2.0 is one. */
export function cylindricalEqualArea({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { toAuxiliary, toGeographic } = authalicLatitude(es);
  const { lat_ts, k_0 = 1 } = parameters;
  const width = lat_ts === undefined ? k_0 : parallelRadius(lat_ts * degree, es);
  const height = authalicQ(1, Math.sqrt(es)) / (2 * width);

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        x[i] = x[i]! * width;
        y[i] = Math.sin(authalic) * height;
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const sine = withinUnit(y[i]! / height);
        const cosine = Math.sqrt(1 - sine * sine);
        x[i] = x[i]! / width;
        y[i] = Math.asin(sine) + sineSum(toGeographic, 2 * sine * cosine, 1 - 2 * sine * sine);
      }
    },
  };
}
