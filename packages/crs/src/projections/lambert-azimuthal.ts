import { kernels } from "@quadrat/kernels";
import { eccentricitySquared } from "../ellipsoids.js";
import { kernelSeries } from "../kernel-series.js";
import { degree } from "../units.js";
import { authalicLatitude, authalicQ, parallelRadius, sineSum } from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Points this close to the antipode of the centre, as 1 + cosine of the distance, cannot be mapped. */
const antipode = 1e-10;

const putSeries = kernelSeries("authalicSeries");

/** Lambert azimuthal equal area (EPSG 9820; Snyder 24-16 to 24-30). */
export function lambertAzimuthalEqualArea({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const e = Math.sqrt(es);
  const { toAuxiliary, toGeographic } = authalicLatitude(es);
  const { lat_0 = 0 } = parameters;
  const radius = Math.sqrt(authalicQ(1, e) / 2);
  if (Math.abs(lat_0) === 90) return polar(radius, Math.sign(lat_0), toAuxiliary, toGeographic);

  const origin = lat_0 * degree;
  const centre = origin + sineSum(toAuxiliary, Math.sin(2 * origin), Math.cos(2 * origin));
  const sineCentre = Math.sin(centre);
  const cosineCentre = Math.cos(centre);
  const stretch = parallelRadius(origin, es) / (radius * cosineCentre);
  const width = radius * stretch;
  const height = radius / stretch;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const sine = Math.sin(authalic);
        const cosine = Math.cos(authalic);
        const along = cosine * Math.cos(x[i]!);
        const nearness = 1 + sineCentre * sine + cosineCentre * along;
        const factor = nearness < antipode ? NaN : Math.sqrt(2 / nearness);
        x[i] = width * factor * cosine * Math.sin(x[i]!);
        y[i] = height * factor * (cosineCentre * sine - sineCentre * along);
      }
    },
    inverse: {
      kernel(count) {
        const terms = putSeries(toGeographic);
        kernels().inverseLambertAzimuthal(
          count,
          terms,
          sineCentre,
          cosineCentre,
          width,
          height,
          1 - antipode / 2,
        );
      },
    },
  };
}

function polar(
  radius: number,
  pole: number,
  toAuxiliary: Float64Array,
  toGeographic: Float64Array,
): Projection {
  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const half = Math.sin(Math.PI / 4 - (pole * authalic) / 2);
        const distance = 1 - half * half < antipode / 2 ? NaN : 2 * radius * half;
        y[i] = -pole * distance * Math.cos(x[i]!);
        x[i] = distance * Math.sin(x[i]!);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = x[i]!;
        const south = -pole * y[i]!;
        const half = Math.sqrt(east * east + south * south) / (2 * radius);
        const authalic = pole * (half * half <= 1 - antipode / 2 ? Math.PI / 2 - 2 * Math.asin(half) : NaN);
        x[i] = half === 0 ? 0 : Math.atan2(east, south);
        y[i] = authalic + sineSum(toGeographic, Math.sin(2 * authalic), Math.cos(2 * authalic));
      }
    },
  };
}
