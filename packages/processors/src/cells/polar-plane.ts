import { globeOf, type Crs } from "@quadrat/crs";

/** A pole: 1 for the north pole, -1 for the south pole. */
export type Pole = 1 | -1;

/**
 * Points on the Lambert azimuthal projections about both poles, which keep areas: in square metres on the ellipsoid. Neither
 * has a cut, and each is smooth everywhere but at the other pole.
 */
export interface PolarPoints {
  /** False for a point that has no place. */
  has(point: number): boolean;
  /** The sine of the latitude. */
  sine(point: number): number;
  x(point: number, pole: Pole): number;
  y(point: number, pole: Pole): number;
}

/** Finds the points of coordinates, which are overwritten. */
export type PolarPlane = (xs: Float64Array, ys: Float64Array) => PolarPoints;

export function polarPlane(crs: Crs): PolarPlane {
  const { places, radius, zone } = globeOf(crs);
  const whole = zone(1);
  const distance = (fromPole: number): number => radius * Math.sqrt(2 * Math.max(0, fromPole));
  return (xs, ys) => {
    places(xs, ys);
    const count = xs.length;
    const [cosines, sines] = [new Float64Array(count), new Float64Array(count)];
    const [north, south] = [new Float64Array(count), new Float64Array(count)];
    const heights = ys;
    for (let i = 0; i < count; i++) {
      const sine = Math.sin(ys[i]!);
      const own = zone(sine);
      cosines[i] = Math.cos(xs[i]!);
      sines[i] = Math.sin(xs[i]!);
      north[i] = distance(whole - own);
      south[i] = distance(whole + own);
      heights[i] = sine;
    }
    return {
      has: (point) => Number.isFinite(cosines[point]! + heights[point]!),
      sine: (point) => heights[point]!,
      x: (point, pole) => (pole > 0 ? north : south)[point]! * cosines[point]!,
      y: (point, pole) => (pole > 0 ? north[point]! : -south[point]!) * sines[point]!,
    };
  };
}
