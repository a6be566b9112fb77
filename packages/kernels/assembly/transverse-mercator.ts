import { POINTS, storeWhere, TERMS, xs, ys } from "./coordinates";
import { add, arcTangent, both, copySign, div, logarithm, mul, sqrt, sineSum, sub } from "./vector-maths";

/** The series from the geographic to the conformal latitude, and from the conformal sphere to the plane (Karney 2011, 35). */
export const toConformal: usize = memory.data(8 * TERMS, 8);
export const toPlane: usize = memory.data(8 * TERMS, 8);
const PLANE_TERMS: i32 = 6;

/** Longitudes with their sines and cosines, for each place of a block: a row of a grid has those of the row before. */
const meridians: usize = memory.data(8 * POINTS, 64);
const sinesAcross: usize = memory.data(8 * POINTS, 64);
const cosinesAcross: usize = memory.data(8 * POINTS, 64);
for (let i = 0; i < POINTS; i++) store<f64>(meridians + (<usize>i << 3), NaN);
/** Sines and cosines of the points' conformal latitudes. */
const sines: usize = memory.data(8 * POINTS, 64);
const cosines: usize = memory.data(8 * POINTS, 64);

/** Fills the tables of sines and cosines. */
function prepare(count: i32, terms: i32): void {
  let parallel = NaN;
  let sine = NaN;
  let cosine = NaN;
  for (let i: usize = 0; i < 8 * <usize>count; i += 8) {
    const latitude = load<f64>(ys + i);
    if (latitude != parallel) {
      parallel = latitude;
      const sum = sineSum(toConformal, terms, both(Math.sin(2 * latitude)), both(Math.cos(2 * latitude)));
      const conformal = latitude + f64x2.extract_lane(sum, 0);
      sine = Math.sin(conformal);
      cosine = Math.cos(conformal);
    }
    store<f64>(sines + i, sine);
    store<f64>(cosines + i, cosine);
    const longitude = load<f64>(xs + i);
    if (longitude != load<f64>(meridians + i)) {
      store<f64>(meridians + i, longitude);
      store<f64>(sinesAcross + i, Math.sin(longitude));
      store<f64>(cosinesAcross + i, Math.cos(longitude));
    }
  }
}

/**
 * Transverse Mercator (EPSG 9807) by Krüger's series to the sixth order in the third flattening (Karney 2011, "Transverse Mercator
 * with an accuracy of a few nanometers", equations 7 to 36), from longitudes from the central meridian and latitudes. A point cannot
 * be mapped if its isometric longitude is beyond `halfWidth`, or the hyperbolic sine of that on the sphere beyond `steepest`.
 */
export function transverseMercator(
  count: i32, terms: i32, scale: f64, originY: f64, halfWidth: f64, steepest: f64,
): void {
  prepare(count, terms);
  const one = both(1);
  const two = both(2);
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    const sine = v128.load(sines + i);
    const cosine = v128.load(cosines + i);
    const along = mul(cosine, v128.load(cosinesAcross + i));
    const square = add(mul(sine, sine), mul(along, along));
    const sinh = div(mul(cosine, v128.load(sinesAcross + i)), sqrt(square));
    const cosh = sqrt(add(one, mul(sinh, sinh)));

    // The functions of twice the angle and twice the isometric longitude; a complex Clenshaw sum.
    const sin2 = div(mul(mul(two, sine), along), square);
    const cos2 = div(sub(mul(along, along), mul(sine, sine)), square);
    const sinh2 = mul(mul(two, sinh), cosh);
    const cosh2 = add(one, mul(mul(two, sinh), sinh));
    const factor = mul(mul(two, cos2), cosh2);
    const factorI = mul(mul(both(-2), sin2), sinh2);
    let last = both(0);
    let lastI = both(0);
    let before = both(0);
    let beforeI = both(0);
    for (let k = PLANE_TERMS - 1; k >= 0; k--) {
      const coefficient = v128.load64_splat(toPlane + (<usize>k << 3));
      const next = add(sub(sub(mul(factor, last), mul(factorI, lastI)), before), coefficient);
      const nextI = sub(add(mul(factor, lastI), mul(factorI, last)), beforeI);
      before = last;
      beforeI = lastI;
      last = next;
      lastI = nextI;
    }
    const sineR = mul(sin2, cosh2);
    const sineI = mul(cos2, sinh2);

    const steep = f64x2.abs(sinh);
    const asinh = copySign(logarithm(add(steep, sqrt(add(mul(steep, steep), one)))), sinh);
    const across = add(asinh, add(mul(last, sineI), mul(lastI, sineR)));
    const northing = add(arcTangent(sine, along), sub(mul(last, sineR), mul(lastI, sineI)));
    const within = v128.and(f64x2.le(steep, both(steepest)), f64x2.le(f64x2.abs(across), both(halfWidth)));
    storeWhere(i, within, mul(across, both(scale)), mul(sub(northing, both(originY)), both(scale)));
  }
}
