import { geodesicEnds, type GeodesicEnds } from "@quadrat/crs";

/** Ends of the geodesics from a place, at equal steps of azimuth clockwise from north, in radians. */
export interface GlobeRing {
  /** Longitudes from Greenwich, not brought back into a turn: no step is longer than half a turn. */
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/**
 * The coefficients of a circle's cosine and sine series that are computed; if the last is not below `negligible`, relative
 * to the angle of the radius, all points are computed one by one. They fall off by the radius over the distance to the pole.
 */
const terms = 8;
const negligible = 1e-11;

/** Makes rings of a fixed, even number of points. */
export type RingMaker = (longitude: number, latitude: number, radius: number) => GlobeRing;

/**
 * A maker whose rings are overwritten by the next. A circle is symmetrical about its meridian, so that half of the
 * geodesics tell the other half; and small circles are so smooth that nine of them tell all.
 */
export function ringMaker(points: number): RingMaker {
  const half = points / 2;
  const azimuths = Float64Array.from({ length: half + 1 }, (_, i) => (i * Math.PI) / half);
  const few = Float64Array.from({ length: terms + 1 }, (_, i) => (i * Math.PI) / terms);
  const all = emptyEnds(half + 1);
  const known = emptyEnds(terms + 1);
  const ring = emptyEnds(points);
  // From the known ends to coefficients, and from these to all ends.
  const [toCosines, toSines] = [multiples(few, Math.cos), multiples(few, Math.sin)];
  const [fromCosines, fromSines] = [multiples(azimuths, Math.cos), multiples(azimuths, Math.sin)];
  const a = new Float64Array(terms + 1);
  const b = new Float64Array(terms + 1);

  const bySeries = (latitude: number, radius: number): boolean => {
    geodesicEnds(latitude, radius, few, known);
    // Beyond a pole the longitudes jump.
    if (Math.abs(known.longitudes[0]!) > 1 || Math.abs(known.longitudes[terms]!) > 1) return false;
    for (let k = 0; k <= terms; k++) {
      let [cosSum, sinSum] = [0, 0];
      for (let i = 0; i <= terms; i++) {
        const weight = i === 0 || i === terms ? 0.5 : 1;
        cosSum += weight * (known.latitudes[i]! - latitude) * toCosines[i * (terms + 1) + k]!;
        sinSum += known.longitudes[i]! * toSines[i * (terms + 1) + k]!;
      }
      a[k] = ((k === 0 || k === terms ? 1 : 2) / terms) * cosSum;
      b[k] = (2 / terms) * sinSum;
    }
    const limit = negligible * (Math.abs(a[1]!) + Math.abs(b[1]!));
    if (Math.abs(a[terms]!) > limit || Math.abs(b[terms - 1]!) > limit) return false;
    for (let i = 0; i <= half; i++) {
      let [y, x] = [latitude, 0];
      for (let k = 0, at = i * (terms + 1); k <= terms; k++, at++) {
        y += a[k]! * fromCosines[at]!;
        x += b[k]! * fromSines[at]!;
      }
      all.latitudes[i] = y;
      all.longitudes[i] = x;
    }
    return true;
  };

  return (longitude, latitude, radius) => {
    if (!bySeries(latitude, radius)) geodesicEnds(latitude, radius, azimuths, all);
    for (let i = 0; i <= half; i++) {
      const [x, y] = [all.longitudes[i]!, all.latitudes[i]!];
      ring.latitudes[i] = y;
      ring.longitudes[i] = longitude + x;
      if (i === 0 || i === half) continue;
      ring.latitudes[points - i] = y;
      ring.longitudes[points - i] = longitude - x;
    }
    return ring;
  };
}

/** A function of all multiples of some angles that the series have. */
function multiples(angles: Float64Array, of: (angle: number) => number): Float64Array {
  const table = new Float64Array(angles.length * (terms + 1));
  for (let i = 0; i < angles.length; i++) {
    for (let k = 0; k <= terms; k++) table[i * (terms + 1) + k] = of(angles[i]! * k);
  }
  return table;
}

function emptyEnds(count: number): GeodesicEnds {
  return { longitudes: new Float64Array(count), latitudes: new Float64Array(count) };
}
