import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { rectifyingLatitude, sineSum } from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Degrees from the central meridian; the series are intended for a few. */
const farthest = 20;

/** Cassini-Soldner (EPSG 9806; Snyder 13-7 to 13-17); the inverse is refined until it meets the forward series. */
export function cassini({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const secondEs = es / (1 - es);
  const { toAuxiliary, toGeographic, meridianScale } = rectifyingLatitude(es);
  const arc = (latitude: number): number =>
    meridianScale * (latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude)));
  const origin = arc((parameters["lat_0"] ?? 0) * degree);
  const place = new Float64Array(2);

  const project = (longitude: number, latitude: number): void => {
    const sine = Math.sin(latitude);
    const cosine = Math.cos(latitude);
    const radius = 1 / Math.sqrt(1 - es * sine * sine);
    const tangent = sine / cosine;
    const t = tangent * tangent;
    const c = secondEs * cosine * cosine;
    const a = longitude * cosine;
    const square = a * a;
    place[0] = radius * a * (1 - square * t * (1 / 6 + ((8 - t + 8 * c) * square) / 120));
    place[1] = arc(latitude) - origin + radius * tangent * square * (1 / 2 + ((5 - t + 6 * c) * square) / 24);
  };

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const outside = Math.abs(x[i]!) > farthest * degree || Math.abs(y[i]!) > 89 * degree;
        project(x[i]!, y[i]!);
        x[i] = outside ? NaN : place[0]!;
        y[i] = outside ? NaN : place[1]!;
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const rectifying = (y[i]! + origin) / meridianScale;
        let latitude = rectifying + sineSum(toGeographic, Math.sin(2 * rectifying), Math.cos(2 * rectifying));
        let longitude = x[i]! / Math.cos(latitude);
        for (let step = 0; step < 30; step++) {
          project(longitude, latitude);
          const east = x[i]! - place[0]!;
          const north = y[i]! - place[1]!;
          longitude += east / Math.cos(latitude);
          latitude += north;
          if (!(Math.abs(east) + Math.abs(north) > 1e-13)) break;
        }
        const inside =
          Math.abs(longitude) <= farthest * degree &&
          Math.abs(latitude) <= 89 * degree &&
          Math.abs(x[i]! - place[0]!) + Math.abs(y[i]! - place[1]!) < 1e-9;
        x[i] = inside ? longitude : NaN;
        y[i] = inside ? latitude : NaN;
      }
    },
  };
}
