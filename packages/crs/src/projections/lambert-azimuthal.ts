import { isAtMost, minus, over, plus, root, times, where } from "../wasm-formula.js";
import { eccentricitySquared } from "../ellipsoids.js";
import { degree } from "../units.js";
import { arcTangent } from "../vectors/functions.js";
import type { VectorCode } from "../vectors/lane.js";
import { vectorSineSum } from "../vectors/sums.js";
import { authalicLatitude, authalicQ, parallelRadius, sineSum } from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Points this near the antipode of the centre, as 1 + cosine of the distance, have no place. */
const antipode = 1e-10;

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
    forward(x, y, start, end) {
      for (let i = start; i < end; i++) {
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
    inverse(x, y, start, end) {
      for (let i = start; i < end; i++) {
        const east = x[i]! / width;
        const north = y[i]! / height;
        const half = (east * east + north * north) / 4;
        if (!(half <= 1 - antipode / 2)) {
          x[i] = y[i] = NaN;
          continue;
        }
        // Half the chord is the sine of half the distance: the point on the authalic sphere follows without a sine.
        const factor = Math.sqrt(1 - half);
        const cosineDistance = 1 - 2 * half;
        const across = east * factor;
        const along = cosineCentre * cosineDistance - sineCentre * north * factor;
        const up = sineCentre * cosineDistance + cosineCentre * north * factor;
        const horizontal = Math.sqrt(across * across + along * along);
        x[i] = Math.atan2(across, along);
        y[i] =
          Math.atan2(up, horizontal) +
          sineSum(toGeographic, 2 * up * horizontal, horizontal * horizontal - up * up);
      }
    },
    inverseVectors: inverseVectors({ sineCentre, cosineCentre, width, height }, toGeographic),
  };
}

/** The inverse, operation by operation. */
function inverseVectors(
  constants: Readonly<Record<"sineCentre" | "cosineCentre" | "width" | "height", number>>,
  toGeographic: Float64Array,
): VectorCode {
  return (f, [x, y]) => {
    const { number, keep } = f;
    const sineCentre = number(constants.sineCentre);
    const cosineCentre = number(constants.cosineCentre);
    const east = keep(over(x!, number(constants.width)));
    const north = keep(over(y!, number(constants.height)));
    const half = keep(times(plus(times(east, east), times(north, north)), number(1 / 4)));
    const factor = keep(root(minus(number(1), half)));
    const cosineDistance = keep(minus(number(1), times(number(2), half)));
    const across = keep(times(east, factor));
    const along = keep(minus(times(cosineCentre, cosineDistance), times(times(sineCentre, north), factor)));
    const up = keep(plus(times(sineCentre, cosineDistance), times(times(cosineCentre, north), factor)));
    const horizontal = keep(root(plus(times(across, across), times(along, along))));
    const longitude = keep(arcTangent(f, across, along));
    const authalic = keep(arcTangent(f, up, horizontal));
    const sine = keep(times(times(number(2), up), horizontal));
    const cosine = keep(minus(times(horizontal, horizontal), times(up, up)));
    const latitude = keep(plus(authalic, vectorSineSum(f, toGeographic, sine, cosine)));
    const within = keep(isAtMost(half, number(1 - antipode / 2)));
    return [where(within, longitude, number(NaN)), latitude];
  };
}

function polar(
  radius: number,
  pole: number,
  toAuxiliary: Float64Array,
  toGeographic: Float64Array,
): Projection {
  return {
    forward(x, y, start, end) {
      for (let i = start; i < end; i++) {
        const latitude = y[i]!;
        const authalic = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const half = Math.sin(Math.PI / 4 - (pole * authalic) / 2);
        const distance = 1 - half * half < antipode / 2 ? NaN : 2 * radius * half;
        y[i] = -pole * distance * Math.cos(x[i]!);
        x[i] = distance * Math.sin(x[i]!);
      }
    },
    inverse(x, y, start, end) {
      for (let i = start; i < end; i++) {
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
