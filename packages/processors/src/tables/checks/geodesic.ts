/** The ellipsoid WGS 84. */
const a = 6_378_137;
const f = 1 / 298.257223563;
const b = a * (1 - f);

const radians = Math.PI / 180;

/**
 * Metres between two points on the ellipsoid WGS 84, given in degrees, which are not nearly antipodal. After T. Vincenty, "Direct
 * and inverse solutions of geodesics on the ellipsoid with application of nested equations" (1975), whose names are used here.
 */
export function distance(lon1: number, lat1: number, lon2: number, lat2: number): number {
  if (lon1 === lon2 && lat1 === lat2) return 0;
  const L = (lon2 - lon1) * radians;
  const U1 = Math.atan((1 - f) * Math.tan(lat1 * radians));
  const U2 = Math.atan((1 - f) * Math.tan(lat2 * radians));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(U1), Math.cos(U1), Math.sin(U2), Math.cos(U2)];
  let lambda = L;
  for (let turn = 0; ; turn++) {
    const [sinLambda, cosLambda] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cosU2 * sinLambda, cosU1 * sinU2 - sinU1 * cosU2 * cosLambda);
    if (sinSigma === 0) return 0;
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * cosU2 * sinLambda) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    // On the equator the middle of the geodesic has no latitude.
    const cos2SigmaM = cos2Alpha === 0 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cos2Alpha;
    const C = (f / 16) * cos2Alpha * (4 + f * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda =
      L +
      (1 - C) *
        f *
        sinAlpha *
        (sigma + C * sinSigma * (cos2SigmaM + C * cosSigma * (2 * cos2SigmaM ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-12 && turn < 100) continue;
    const u2 = (cos2Alpha * (a * a - b * b)) / (b * b);
    const A = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768));
    const B = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128));
    const deltaSigma =
      B *
      sinSigma *
      (cos2SigmaM +
        (B / 4) *
          (cosSigma * (2 * cos2SigmaM ** 2 - 1) -
            (B / 6) * cos2SigmaM * (4 * sinSigma ** 2 - 3) * (4 * cos2SigmaM ** 2 - 3)));
    return b * A * (sigma - deltaSigma);
  }
}

/** The least number of metres of a degree of latitude anywhere on the ellipsoid. */
const leastMetresOfDegree = 110_574;

/**
 * How far a point within some metres of another at a latitude can be from it, in degrees: never less than that, at most little
 * more.
 */
export function reachOf(lat: number, metres: number): { readonly lat: number; readonly lon: number } {
  const reach = metres / leastMetresOfDegree;
  const highest = Math.min(90, Math.abs(lat) + reach);
  // By the haversine formula; an ellipsoid adds less than a hundredth.
  const half = Math.sin((reach * radians) / 2) / Math.cos(highest * radians);
  const lon = highest >= 89 || half >= 1 ? 180 : Math.min(180, (1.01 * 2 * Math.asin(half)) / radians);
  return { lat: reach, lon };
}
