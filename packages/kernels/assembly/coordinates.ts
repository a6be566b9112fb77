import { add, both, copySign, div, mul, sub, where } from "./vector-maths";

/**
 * Steps of coordinate transforms that all projections share, over a block of points, in place, two at a
 * time. With an odd number of points the last step reaches one place further. A point that can't be mapped becomes NaN.
 */

/** Points of a block, a power of two: as many as the fastest cache holds with what is kept of them. */
export const POINTS: i32 = 1024;

export const xs: usize = memory.data(8 * POINTS, 64);
export const ys: usize = memory.data(8 * POINTS, 64);

/** Terms of a series, at most. */
export const TERMS: i32 = 16;

const PI: f64 = Math.PI;

/** Beyond this, in radians, a number isn't a longitude: PROJ's limit. */
const FARTHEST_LONGITUDE: f64 = 10;
/** How far beyond the edge of a domain a coordinate may lie by rounding, in radians (6 mm on the ground). */
const EDGE: f64 = 1e-9;

/** From coordinates in units of `unit` radians to longitudes from Greenwich and latitudes. */
export function readLongitudes(count: i32, unit: f64, turn: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    const longitude = mul(v128.load(xs + i), both(unit));
    const latitude = mul(v128.load(ys + i), both(unit));
    const near = f64x2.le(f64x2.abs(longitude), both(FARTHEST_LONGITUDE));
    v128.store(xs + i, where(near, add(longitude, both(turn)), both(NaN)));
    const steep = f64x2.abs(latitude);
    const pole = where(f64x2.le(steep, both(PI / 2 + EDGE)), copySign(both(PI / 2), latitude), both(NaN));
    v128.store(ys + i, where(f64x2.le(steep, both(PI / 2)), latitude, pole));
  }
}

/** From longitudes from Greenwich and latitudes to coordinates in units of `unit` radians, around the longitude `wrap`. */
export function writeLongitudes(count: i32, unit: f64, origin: f64, wrap: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    const longitude = halfTurn(sub(v128.load(xs + i), both(origin)));
    storeFinite(i, div(add(longitude, both(wrap)), both(unit)), div(v128.load(ys + i), both(unit)));
  }
}

/**
 * From coordinates in units of `unitX` and `unitY` metres (negative where an axis is reversed) to a projection's plane for a globe
 * of radius 1.
 */
export function readProjected(count: i32, unitX: f64, unitY: f64, x0: f64, y0: f64, radius: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    v128.store(xs + i, div(sub(mul(v128.load(xs + i), both(unitX)), both(x0)), both(radius)));
    v128.store(ys + i, div(sub(mul(v128.load(ys + i), both(unitY)), both(y0)), both(radius)));
  }
}

/** The inverse of {@link readProjected}. */
export function writeProjected(count: i32, unitX: f64, unitY: f64, x0: f64, y0: f64, radius: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    const x = div(add(mul(v128.load(xs + i), both(radius)), both(x0)), both(unitX));
    storeFinite(i, x, div(add(mul(v128.load(ys + i), both(radius)), both(y0)), both(unitY)));
  }
}

/** Turns longitudes from a central meridian into longitudes from Greenwich. */
export function fromCentralMeridian(count: i32, origin: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) v128.store(xs + i, add(v128.load(xs + i), both(origin)));
}

/** The inverse, to within half a turn of the central meridian. */
export function toCentralMeridian(count: i32, origin: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) v128.store(xs + i, halfTurn(sub(v128.load(xs + i), both(origin))));
}

/** To (x - c) / a and (y - f) / e, the pixels of a raster. */
export function toPixels(count: i32, a: f64, c: f64, e: f64, f: f64): void {
  for (let i: usize = 0; i < 8 * <usize>count; i += 16) {
    storeFinite(i, div(sub(v128.load(xs + i), both(c)), both(a)), div(sub(v128.load(ys + i), both(f)), both(e)));
  }
}

/** The same direction within [-pi, pi]; both ends stay what they are. */
@inline
function halfTurn(angles: v128): v128 {
  const within = f64x2.le(f64x2.abs(angles), both(PI + 1e-12));
  let turned = angles;
  if (!v128.all_true<i64>(within)) {
    const turns = f64x2.floor(add(div(angles, both(2 * PI)), both(0.5)));
    turned = where(within, angles, sub(angles, mul(both(2 * PI), turns)));
  }
  return f64x2.pmax(f64x2.pmin(turned, both(PI)), both(-PI));
}

/** NaN for both coordinates of a point if either is not finite. */
@inline
function storeFinite(i: usize, x: v128, y: v128): void {
  // Of infinities and NaN the difference is NaN.
  storeWhere(i, f64x2.eq(add(sub(x, x), sub(y, y)), both(0)), x, y);
}

/** Stores the mapped points, and NaN for both coordinates of the others. */
@inline
export function storeWhere(i: usize, mapped: v128, x: v128, y: v128): void {
  v128.store(xs + i, where(mapped, x, both(NaN)));
  v128.store(ys + i, where(mapped, y, both(NaN)));
}
