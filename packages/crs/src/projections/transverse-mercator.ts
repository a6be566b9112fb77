import { kernels } from "@quadrat/kernels";
import { eccentricitySquared } from "../ellipsoids.js";
import { kernelSeries } from "../kernel-series.js";
import { degree } from "../units.js";
import { conformalLatitude, sineSum } from "./latitudes.js";
import type { Projection, ProjectionInput } from "./projection.js";

/**
 * Half the width of the strip in which the series are right to a metre, in radians of the isometric longitude from the
 * central meridian: 74.6 degrees of longitude at the equator. (PROJ goes on to 2.62, where they are 100 m off.)
 */
const halfWidth = 2;

/**
 * The series multiply errors by the exponential of twelve times the distance on the sphere: beyond the strip their sums
 * are noise that may fall anywhere in it, so a point is checked first. They move no point by as much as this is wider.
 */
const steepest = Math.sinh(halfWidth + 0.2);

const putConformalSeries = kernelSeries("conformalSeries");
const putPlaneSeries = kernelSeries("planeSeries");

/**
 * Transverse Mercator (EPSG 9807) by Krüger's series to the sixth order in the third flattening: within nanometres
 * inside 35 degrees of the central meridian (Karney 2011, "Transverse Mercator with an accuracy of a few
 * nanometers", equations 7 to 36).
 */
export function transverseMercator({ parameters, ellipsoid }: ProjectionInput): Projection {
  const es = eccentricitySquared(ellipsoid);
  const { toAuxiliary, toGeographic } = conformalLatitude(es);
  const { lat_0 = 0, k_0 = 1 } = parameters;
  const n = ellipsoid.rf === 0 ? 0 : 1 / (2 * ellipsoid.rf - 1);
  const toPlane = seriesToPlane(n);
  const toSphere = seriesToSphere(n);
  const scale = (k_0 / (1 + n)) * (1 + n ** 2 * (1 / 4 + n ** 2 * (1 / 64 + n ** 2 / 256)));

  const origin = lat_0 * degree;
  const conformalOrigin = origin + sineSum(toAuxiliary, Math.sin(2 * origin), Math.cos(2 * origin));
  const originY =
    conformalOrigin + sineSum(toPlane, Math.sin(2 * conformalOrigin), Math.cos(2 * conformalOrigin));

  return {
    forward: {
      kernel(count) {
        const terms = putConformalSeries(toAuxiliary);
        putPlaneSeries(toPlane);
        kernels().transverseMercator(count, terms, scale, originY, halfWidth, steepest);
      },
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const across = x[i]! / scale;
        const northing = y[i]! / scale + originY;
        if (!(Math.abs(across) <= halfWidth && Math.abs(northing) <= Math.PI)) {
          x[i] = y[i] = NaN;
          continue;
        }
        const power = Math.exp(2 * across);
        complexSineSum(
          toSphere,
          Math.sin(2 * northing),
          Math.cos(2 * northing),
          0.5 * (power - 1 / power),
          0.5 * (power + 1 / power),
        );
        const sphereNorthing = northing + sum[0]!;
        const exponential = Math.exp(across + sum[1]!);
        const sinh = 0.5 * (exponential - 1 / exponential);
        const sine = Math.sin(sphereNorthing);
        const along = Math.cos(sphereNorthing);
        const square = sinh * sinh + along * along;
        const horizontal = Math.sqrt(square);
        const norm = square + sine * sine;
        x[i] = Math.atan2(sinh, along);
        y[i] =
          Math.atan2(sine, horizontal) +
          sineSum(toGeographic, (2 * sine * horizontal) / norm, (square - sine * sine) / norm);
      }
    },
  };
}

/** The result of the last {@link complexSineSum}: two numbers without an object for each point. */
const sum = new Float64Array(2);

/** The sum over k of `coefficients[k - 1] * sin(2 k (xi + i eta))`, from the functions of twice xi and twice eta. */
function complexSineSum(
  coefficients: Float64Array,
  sin: number,
  cos: number,
  sinh: number,
  cosh: number,
): void {
  const factor = 2 * cos * cosh;
  const factorImaginary = -2 * sin * sinh;
  let last = 0;
  let lastImaginary = 0;
  let before = 0;
  let beforeImaginary = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) {
    const next = factor * last - factorImaginary * lastImaginary - before + coefficients[k]!;
    const nextImaginary = factor * lastImaginary + factorImaginary * last - beforeImaginary;
    before = last;
    beforeImaginary = lastImaginary;
    last = next;
    lastImaginary = nextImaginary;
  }
  const sine = sin * cosh;
  const sineImaginary = cos * sinh;
  sum[0] = last * sine - lastImaginary * sineImaginary;
  sum[1] = last * sineImaginary + lastImaginary * sine;
}

/** From the conformal sphere to the plane (Karney 2011, 35). */
function seriesToPlane(n: number): Float64Array {
  return Float64Array.of(
    n * (1 / 2 + n * (-2 / 3 + n * (5 / 16 + n * (41 / 180 + n * (-127 / 288 + (n * 7891) / 37800))))),
    n ** 2 * (13 / 48 + n * (-3 / 5 + n * (557 / 1440 + n * (281 / 630 - (n * 1983433) / 1935360)))),
    n ** 3 * (61 / 240 + n * (-103 / 140 + n * (15061 / 26880 + (n * 167603) / 181440))),
    n ** 4 * (49561 / 161280 + n * (-179 / 168 + (n * 6601661) / 7257600)),
    n ** 5 * (34729 / 80640 - (n * 3418889) / 1995840),
    (n ** 6 * 212378941) / 319334400,
  );
}

/** From the plane to the conformal sphere (Karney 2011, 36, with the sign of the sum it is subtracted by). */
function seriesToSphere(n: number): Float64Array {
  return Float64Array.of(
    n * (-1 / 2 + n * (2 / 3 + n * (-37 / 96 + n * (1 / 360 + n * (81 / 512 - (n * 96199) / 604800))))),
    n ** 2 * (-1 / 48 + n * (-1 / 15 + n * (437 / 1440 + n * (-46 / 105 + (n * 1118711) / 3870720)))),
    n ** 3 * (-17 / 480 + n * (37 / 840 + n * (209 / 4480 - (n * 5569) / 90720))),
    n ** 4 * (-4397 / 161280 + n * (11 / 504 + (n * 830251) / 7257600)),
    n ** 5 * (-4583 / 161280 + (n * 108847) / 3991680),
    (-(n ** 6) * 20648693) / 638668800,
  );
}
