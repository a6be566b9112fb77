/**
 * Auxiliary latitudes: angles that stand for the latitude on a sphere that keeps one property of the ellipsoid.
 * Each differs from the geographic latitude by a sine series in twice the angle (Karney 2024, "On auxiliary
 * latitudes", Survey Review 56), whose coefficients are found here by sampling, for any eccentricity.
 */
export interface AuxiliaryLatitude {
  /** Add {@link sineSum} of it at the geographic latitude to get the auxiliary latitude. */
  readonly toAuxiliary: Float64Array;
  /** Add {@link sineSum} of it at the auxiliary latitude to get the geographic latitude. */
  readonly toGeographic: Float64Array;
}

/** The latitude on the conformal sphere. */
export function conformalLatitude(es: number): AuxiliaryLatitude {
  const e = Math.sqrt(es);
  return auxiliaryLatitude((latitude) => Math.atan(Math.sinh(isometricLatitude(latitude, e))));
}

/** The latitude on the sphere of the same area. */
export function authalicLatitude(es: number): AuxiliaryLatitude {
  const e = Math.sqrt(es);
  const pole = authalicQ(1, e);
  return auxiliaryLatitude((latitude) => {
    const q = authalicQ(Math.sin(latitude), e);
    return Math.atan2(q, Math.sqrt((pole - q) * (pole + q)));
  });
}

/** The latitude on the sphere whose meridians have the same length, and that length from equator to pole over pi/2. */
export function rectifyingLatitude(es: number): AuxiliaryLatitude & { readonly meridianScale: number } {
  const terms = 64;
  const curvature = (latitude: number): number => (1 - es) / (1 - es * Math.sin(latitude) ** 2) ** 1.5;
  const samples = Array.from({ length: terms }, (_, j) => curvature(((j + 0.5) * Math.PI) / (2 * terms)));
  const mean = samples.reduce((sum, value) => sum + value, 0) / terms;
  const cosines = Array.from({ length: 16 }, (_, k) =>
    samples.reduce(
      (sum, value, j) => sum + (2 / terms) * value * Math.cos((k * Math.PI * (j + 0.5)) / terms),
      0,
    ),
  );
  const sines = new Float64Array(cosines.slice(1).map((value, k) => value / (2 * (k + 1) * mean)));
  const series = auxiliaryLatitude(
    (latitude) => latitude + sineSum(sines, Math.sin(2 * latitude), Math.cos(2 * latitude)),
  );
  return { ...series, meridianScale: mean };
}

/** Snyder's q (3-12): the area between the equator and a parallel, from the sine of the latitude. */
export function authalicQ(sine: number, e: number): number {
  if (e === 0) return 2 * sine;
  return (1 - e * e) * (sine / (1 - (e * sine) ** 2) + Math.atanh(e * sine) / e);
}

/** The isometric latitude: the y of a Mercator projection. */
export function isometricLatitude(latitude: number, e: number): number {
  const sine = e * Math.sin(latitude);
  return asinh(Math.tan(latitude)) - 0.5 * e * Math.log((1 + sine) / (1 - sine));
}

/** The geographic latitude from the isometric one; `toGeographic` is that of {@link conformalLatitude}. */
export function latitudeOfIsometric(isometric: number, toGeographic: Float64Array): number {
  const t = Math.exp(-Math.abs(isometric));
  const cosine = (2 * t) / (1 + t * t);
  const sine = (1 - t * t) / (1 + t * t);
  const latitude =
    Math.PI / 2 - 2 * Math.atan(t) + sineSum(toGeographic, 2 * sine * cosine, 1 - 2 * sine * sine);
  return isometric < 0 ? -latitude : latitude;
}

/** The radius of the parallel at a latitude. */
export function parallelRadius(latitude: number, es: number): number {
  return Math.cos(latitude) / Math.sqrt(1 - es * Math.sin(latitude) ** 2);
}

/** The inverse hyperbolic sine, faster than `Math.asinh` and as good where a nanometre counts. */
export function asinh(value: number): number {
  const size = Math.abs(value);
  const result = Math.log(size + Math.sqrt(size * size + 1));
  return value < 0 ? -result : result;
}

/** The sum over k of `coefficients[k - 1] * sin(2 k angle)`, by Clenshaw's scheme. */
export function sineSum(coefficients: Float64Array, sineOfTwice: number, cosineOfTwice: number): number {
  let last = 0;
  let before = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) {
    const next = 2 * cosineOfTwice * last - before + coefficients[k]!;
    before = last;
    last = next;
  }
  return last * sineOfTwice;
}

/** Terms below this, in radians, are 3 nanometres on the ground and the noise of sampling. */
const negligible = 5e-16;

function auxiliaryLatitude(toAuxiliary: (latitude: number) => number): AuxiliaryLatitude {
  const toGeographic = (auxiliary: number): number => {
    let latitude = auxiliary;
    for (let i = 0; i < 40; i++) latitude += auxiliary - toAuxiliary(latitude);
    return latitude;
  };
  return { toAuxiliary: sineCoefficients(toAuxiliary), toGeographic: sineCoefficients(toGeographic) };
}

/** The sine series of `map(angle) - angle`, which is odd about the equator and about the pole. */
function sineCoefficients(map: (angle: number) => number): Float64Array {
  const count = 32;
  const samples = Array.from({ length: count - 1 }, (_, j) => {
    const angle = ((j + 1) * Math.PI) / (2 * count);
    return map(angle) - angle;
  });
  const coefficients = Array.from({ length: count / 2 }, (_, k) =>
    samples.reduce(
      (sum, value, j) => sum + (2 / count) * value * Math.sin(((k + 1) * (j + 1) * Math.PI) / count),
      0,
    ),
  );
  const used = coefficients.findLastIndex((value) => Math.abs(value) > negligible) + 1;
  return Float64Array.from(coefficients.slice(0, used));
}
