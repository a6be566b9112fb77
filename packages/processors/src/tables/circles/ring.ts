import { directionsOf, geodesicEnds, type GeodesicEnds } from "@quadrat/crs";

/** Ends of the geodesics from a place, at equal steps of azimuth clockwise from north, in radians. */
export interface GlobeRing {
  /** Longitudes from Greenwich, not brought back into a turn: no step is longer than half a turn. */
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/** Terms that are negligible, relative to the first: far below what a circle's shares are exact to. */
const negligible = 1e-9;
/** Metres: about the ellipsoid's radius. */
const earth = 6.37e6;

/** Makes rings of a fixed, even number of points. */
export type RingMaker = (longitude: number, latitude: number, radius: number) => GlobeRing;

/**
 * A maker whose rings are overwritten by the next. A circle is symmetrical about its meridian, so that half of the
 * geodesics tell the other half; and small circles are so smooth that a few of them tell all.
 */
export function ringMaker(points: number): RingMaker {
  const half = points / 2;
  const directions = directionsOf(Float64Array.from({ length: half + 1 }, (_, i) => (i * Math.PI) / half));
  const all = emptyEnds(half + 1);
  const ring = emptyEnds(points);
  const [short, long] = [series(4, half, all), series(8, half, all)];
  return (longitude, latitude, radius) => {
    // Terms fall off by this factor.
    const size = radius / (earth * Math.cos(latitude));
    const isKnown =
      size ** 3 < negligible / 10
        ? short(latitude, radius, size)
        : size < 0.2 && long(latitude, radius, size);
    if (!isKnown) geodesicEnds(latitude, radius, directions, all);
    for (let i = 0; i <= half; i++) {
      const x = all.longitudes[i]!;
      const y = all.latitudes[i]!;
      ring.latitudes[i] = y;
      ring.longitudes[i] = longitude + x;
      if (i === 0 || i === half) continue;
      ring.latitudes[points - i] = y;
      ring.longitudes[points - i] = longitude - x;
    }
    return ring;
  };
}

/**
 * Finds all ends on one side of a circle from `terms + 1` of them: by the cosine series of their latitudes, and the sine
 * series of their longitudes. Returns false if the terms that are left out are too large: the next one is smaller than the
 * last by the factor `size`, and sines have none for the last cosine.
 */
function series(
  terms: number,
  half: number,
  all: GeodesicEnds,
): (latitude: number, radius: number, size: number) => boolean {
  const [few, azimuths] = [terms, half].map((parts) =>
    Float64Array.from({ length: parts + 1 }, (_, i) => (i * Math.PI) / parts),
  ) as [Float64Array, Float64Array];
  const directions = directionsOf(few);
  const known = emptyEnds(terms + 1);
  const stride = terms + 1;
  const multiples = (angles: Float64Array, of: (angle: number) => number): Float64Array =>
    Float64Array.from({ length: angles.length * stride }, (_, at) =>
      of(angles[Math.floor(at / stride)]! * (at % stride)),
    );
  const [toCosines, toSines] = [multiples(few, Math.cos), multiples(few, Math.sin)];
  const [fromCosines, fromSines] = [multiples(azimuths, Math.cos), multiples(azimuths, Math.sin)];
  const a = new Float64Array(stride);
  const b = new Float64Array(stride);
  return (latitude, radius, size) => {
    geodesicEnds(latitude, radius, directions, known);
    // Beyond a pole the longitudes jump.
    if (Math.abs(known.longitudes[0]!) > 1 || Math.abs(known.longitudes[terms]!) > 1) return false;
    for (let k = 0; k <= terms; k++) {
      let cosSum = 0;
      let sinSum = 0;
      for (let i = 0; i <= terms; i++) {
        const weight = i === 0 || i === terms ? 0.5 : 1;
        cosSum += weight * (known.latitudes[i]! - latitude) * toCosines[i * stride + k]!;
        sinSum += known.longitudes[i]! * toSines[i * stride + k]!;
      }
      a[k] = ((k === 0 || k === terms ? 1 : 2) / terms) * cosSum;
      b[k] = (2 / terms) * sinSum;
    }
    const limit = negligible * (Math.abs(a[1]!) + Math.abs(b[1]!));
    if (Math.abs(a[terms]!) > limit || size * Math.abs(b[terms - 1]!) > limit) return false;
    for (let i = 0, at = 0; i <= half; i++) {
      let y = latitude;
      let x = 0;
      for (let k = 0; k <= terms; k++, at++) {
        y += a[k]! * fromCosines[at]!;
        x += b[k]! * fromSines[at]!;
      }
      all.latitudes[i] = y;
      all.longitudes[i] = x;
    }
    return true;
  };
}

function emptyEnds(count: number): GeodesicEnds {
  return { longitudes: new Float64Array(count), latitudes: new Float64Array(count) };
}
