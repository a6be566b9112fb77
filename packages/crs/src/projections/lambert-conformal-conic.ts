import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { conformalLatitude, isometricLatitude, latitudeOfIsometric, parallelRadius } from "./latitudes.js";
import { withinHalfTurn, type Projection, type ProjectionInput } from "./projection.js";

const pole = Math.PI / 2 - 1e-12;
/** Closer than this to the apex of the cone (60 nm on the ground) rounding decides the direction, which may be off the cone. */
const apex = 1e-14;

/** Lambert conformal conic with one or two standard parallels (EPSG 9801, 9802; Snyder 15-1 to 15-11). */
export function lambertConformalConic({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const e = Math.sqrt(es);
  const { toGeographic } = conformalLatitude(es);
  const { lat_0 = 0, lat_1 = lat_0, lat_2 = lat_1, k_0 = 1 } = parameters;
  const radius = (latitude: number): number => parallelRadius(latitude * degree, es);
  const isometric = (latitude: number): number => isometricLatitude(latitude * degree, e);
  const n =
    Math.abs(lat_1 - lat_2) < 1e-8
      ? Math.sin(lat_1 * degree)
      : Math.log(radius(lat_1) / radius(lat_2)) / (isometric(lat_2) - isometric(lat_1));
  const scale = (k_0 * radius(lat_1) * Math.exp(n * isometric(lat_1))) / n;
  const originDistance = lat_0 * n >= 90 * Math.abs(n) ? 0 : scale * Math.exp(-n * isometric(lat_0));

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const angle = n * x[i]!;
        let distance = scale * Math.exp(-n * isometricLatitude(latitude, e));
        if (Math.abs(latitude) > pole) distance = latitude * n > 0 ? 0 : NaN;
        x[i] = distance * Math.sin(angle);
        y[i] = originDistance - distance * Math.cos(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = Math.sign(n) * x[i]!;
        const south = Math.sign(n) * (originDistance - y[i]!);
        const distance = Math.sqrt(east * east + south * south);
        const isometric = Math.log(Math.abs(scale) / distance) / n;
        x[i] = distance < apex ? 0 : withinHalfTurn(Math.atan2(east, south) / n);
        y[i] = latitudeOfIsometric(isometric, toGeographic);
      }
    },
  };
}
