import { eccentricitySquared } from "../ellipsoids.js";
import { rectifyingLatitude, sineSum } from "./latitudes.js";
import { withinParallel, withinQuarterTurn, type Projection, type ProjectionInput } from "./projection.js";

/** Sinusoidal (Snyder 30-1 to 30-11), on a sphere (as MODIS has it) or an ellipsoid. */
export function sinusoidal({ ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { toAuxiliary, toGeographic, meridianScale } = rectifyingLatitude(es);

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const sine = Math.sin(latitude);
        const cosine = Math.cos(latitude);
        x[i] = (x[i]! * cosine) / Math.sqrt(1 - es * sine * sine);
        y[i] = meridianScale * (latitude + sineSum(toAuxiliary, 2 * sine * cosine, 1 - 2 * sine * sine));
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const rectifying = withinQuarterTurn(y[i]! / meridianScale);
        const latitude =
          rectifying + sineSum(toGeographic, Math.sin(2 * rectifying), Math.cos(2 * rectifying));
        const sine = Math.sin(latitude);
        const radius = Math.cos(latitude) / Math.sqrt(1 - es * sine * sine);
        x[i] = withinParallel(x[i]!, radius);
        y[i] = latitude;
      }
    },
  };
}
