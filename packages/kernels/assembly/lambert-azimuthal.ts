import { storeWhere, TERMS, xs, ys } from "./coordinates";
import { add, arcTangent, both, div, mul, sqrt, sineSum, sub } from "./vector-maths";

/** The series from the authalic to the geographic latitude. */
export const toGeographic: usize = memory.data(8 * TERMS, 8);

/**
 * The inverse of Lambert azimuthal equal area (EPSG 9820; Snyder 24-16 to 24-30), except around a pole. A point cannot be
 * mapped if the squared sine of half its distance from the centre is beyond `farthest`.
 */
export function inverseLambertAzimuthal(
  count: i32, terms: i32, sineCentre: f64, cosineCentre: f64, width: f64, height: f64, farthest: f64,
): void {
  const one = both(1);
  const two = both(2);
  const sin0 = both(sineCentre);
  const cos0 = both(cosineCentre);
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    const east = div(v128.load(xs + i), both(width));
    const north = div(v128.load(ys + i), both(height));
    const half = mul(add(mul(east, east), mul(north, north)), both(0.25));
    // Half the chord is the sine of half the distance: the point on the authalic sphere follows without a sine.
    const factor = sqrt(sub(one, half));
    const cosineDistance = sub(one, mul(two, half));
    const across = mul(east, factor);
    const along = sub(mul(cos0, cosineDistance), mul(mul(sin0, north), factor));
    const up = add(mul(sin0, cosineDistance), mul(mul(cos0, north), factor));
    const horizontal = sqrt(add(mul(across, across), mul(along, along)));
    const cosine = sub(mul(horizontal, horizontal), mul(up, up));
    const correction = sineSum(toGeographic, terms, mul(mul(two, up), horizontal), cosine);
    const latitude = add(arcTangent(up, horizontal), correction);
    storeWhere(i, f64x2.le(half, both(farthest)), arcTangent(across, along), latitude);
  }
}
