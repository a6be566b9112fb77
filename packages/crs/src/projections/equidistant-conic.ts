import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { parallelRadius, rectifyingLatitude, sineSum } from "./latitudes.js";
import { withinHalfTurn, withinQuarterTurn, type Projection, type ProjectionInput } from "./projection.js";

/** Equidistant conic (Snyder 16-1 to 16-11). */
export function equidistantConic({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { toAuxiliary, toGeographic, meridianScale } = rectifyingLatitude(es);
  const { lat_0 = 0, lat_1 = 0, lat_2 = lat_1 } = parameters;
  const arc = (latitude: number): number =>
    meridianScale * (latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude)));
  const first = lat_1 * degree;
  const second = lat_2 * degree;
  const n =
    Math.abs(lat_1 - lat_2) < 1e-8
      ? Math.sin(first)
      : (parallelRadius(first, es) - parallelRadius(second, es)) / (arc(second) - arc(first));
  const apex = parallelRadius(first, es) / n + arc(first);
  const originDistance = apex - arc(lat_0 * degree);

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const distance = apex - arc(y[i]!);
        const angle = n * x[i]!;
        x[i] = distance * Math.sin(angle);
        y[i] = originDistance - distance * Math.cos(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = Math.sign(n) * x[i]!;
        const south = Math.sign(n) * (originDistance - y[i]!);
        const distance = Math.sign(n) * Math.sqrt(east * east + south * south);
        const rectifying = withinQuarterTurn((apex - distance) / meridianScale);
        x[i] = withinHalfTurn(Math.atan2(east, south) / n);
        y[i] = rectifying + sineSum(toGeographic, Math.sin(2 * rectifying), Math.cos(2 * rectifying));
      }
    },
  };
}
