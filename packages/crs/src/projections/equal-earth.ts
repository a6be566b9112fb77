import { eccentricitySquared } from "../ellipsoids.js";
import { authalicLatitude, authalicQ, sineSum } from "./latitudes.js";
import { withinParallel, withinUnit, type Projection, type ProjectionInput } from "./projection.js";

const a1 = 1.340264;
const a2 = -0.081106;
const a3 = 0.000893;
const a4 = 0.003796;
const m = Math.sqrt(3) / 2;
const polarAngle = Math.asin(m);

/** Equal Earth (EPSG 1078; Šavrič, Patterson and Jenny 2019, doi:10.1080/13658816.2018.1504949). */
export function equalEarth({ ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { toAuxiliary, toGeographic } = authalicLatitude(es);
  const radius = Math.sqrt(authalicQ(1, Math.sqrt(es)) / 2);
  const top = northing(polarAngle);

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const angle = Math.asin(m * Math.sin(authalic));
        x[i] = (radius * x[i]! * Math.cos(angle)) / (m * slope(angle));
        y[i] = radius * northing(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const target = top * withinUnit(y[i]! / (radius * top));
        let angle = target / a1;
        for (let step = 0; step < 12; step++) {
          const change = (northing(angle) - target) / slope(angle);
          if (!(Math.abs(change) > 1e-15)) break;
          angle -= change;
        }
        const sine = withinUnit(Math.sin(angle) / m);
        const cosine = Math.sqrt(1 - sine * sine);
        x[i] = withinParallel(x[i]!, (radius * Math.cos(angle)) / (m * slope(angle)));
        y[i] = Math.asin(sine) + sineSum(toGeographic, 2 * sine * cosine, 1 - 2 * sine * sine);
      }
    },
  };
}

function northing(angle: number): number {
  const square = angle * angle;
  return angle * (a1 + square * (a2 + square * square * (a3 + a4 * square)));
}

/** The derivative of {@link northing}. */
function slope(angle: number): number {
  const square = angle * angle;
  return a1 + square * (3 * a2 + square * square * (7 * a3 + 9 * a4 * square));
}
