import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { authalicLatitude, authalicQ, parallelRadius, sineSum } from "./latitudes.js";
import { withinHalfTurn, withinUnit, type Projection, type ProjectionInput } from "./projection.js";

/** Albers equal-area conic (EPSG 9822; Snyder 14-1 to 14-21). */
export function albers({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const e = Math.sqrt(es);
  const { toAuxiliary, toGeographic } = authalicLatitude(es);
  const { lat_0 = 0, lat_1 = 0, lat_2 = lat_1 } = parameters;
  const q = (latitude: number): number => authalicQ(Math.sin(latitude * degree), e);
  const first = parallelRadius(lat_1 * degree, es);
  const second = parallelRadius(lat_2 * degree, es);
  const n =
    Math.abs(lat_1 - lat_2) < 1e-8
      ? Math.sin(lat_1 * degree)
      : (first * first - second * second) / (q(lat_2) - q(lat_1));
  const constant = first * first + n * q(lat_1);
  const pole = authalicQ(1, e);
  const originDistance = Math.sqrt(constant - n * q(lat_0)) / n;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const distance = Math.sqrt(constant - n * pole * Math.sin(authalic)) / n;
        const angle = n * x[i]!;
        x[i] = distance * Math.sin(angle);
        y[i] = originDistance - distance * Math.cos(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = Math.sign(n) * x[i]!;
        const south = Math.sign(n) * (originDistance - y[i]!);
        const square = east * east + south * south;
        const sine = withinUnit((constant - square * n * n) / (n * pole));
        const cosine = Math.sqrt(1 - sine * sine);
        x[i] = withinHalfTurn(Math.atan2(east, south) / n);
        y[i] = Math.asin(sine) + sineSum(toGeographic, 2 * sine * cosine, 1 - 2 * sine * sine);
      }
    },
  };
}
