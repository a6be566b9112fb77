import { globeOf, type Crs } from "@quadrat/crs";

/** A pole: 1 for the north pole, -1 for the south pole. */
export type Pole = 1 | -1;

/** Finds where the coordinates of a system lie on a plane that keeps areas; the coordinates are overwritten. */
export interface PolarPlane {
  points(xs: Float64Array, ys: Float64Array): PolarPoints;
  /** For each point 1 if it has a place on the globe, else 0. */
  inside(xs: Float64Array, ys: Float64Array): Uint8Array;
}

/**
 * Points on the Lambert azimuthal projections about both poles, which keep areas: in square metres on the ellipsoid. Neither
 * has a cut, and each is smooth everywhere but at the other pole.
 */
export class PolarPoints {
  /** The sine of the latitude; NaN for a point that has no place. */
  readonly sines: Float64Array;
  readonly #cosX: Float64Array;
  readonly #sinX: Float64Array;
  readonly #north: Float64Array;
  readonly #south: Float64Array;

  constructor(
    longitudes: Float64Array,
    latitudes: Float64Array,
    distance: (sine: number, pole: Pole) => number,
  ) {
    const count = longitudes.length;
    this.sines = latitudes;
    this.#cosX = longitudes;
    [this.#sinX, this.#north, this.#south] = [
      new Float64Array(count),
      new Float64Array(count),
      new Float64Array(count),
    ];
    for (let i = 0; i < count; i++) {
      const longitude = longitudes[i]!;
      const sine = Math.sin(latitudes[i]!);
      latitudes[i] = Number.isFinite(longitude) ? sine : NaN;
      this.#cosX[i] = Math.cos(longitude);
      this.#sinX[i] = Math.sin(longitude);
      this.#north[i] = distance(sine, 1);
      this.#south[i] = distance(sine, -1);
    }
  }

  /** The coordinates of some points, in their order. */
  onto(pole: Pole, line: ArrayLike<number>, xs: Float64Array, ys: Float64Array): void {
    const distances = pole > 0 ? this.#north : this.#south;
    for (let i = 0; i < line.length; i++) {
      const point = line[i]!;
      xs[i] = distances[point]! * this.#cosX[point]!;
      ys[i] = pole * distances[point]! * this.#sinX[point]!;
    }
  }
}

export function polarPlane(crs: Crs): PolarPlane {
  const { places, radius, zone } = globeOf(crs);
  const whole = zone(1);
  const distance = (sine: number, pole: Pole): number =>
    radius * Math.sqrt(2 * Math.max(0, whole - pole * zone(sine)));
  return {
    points(xs, ys) {
      places(xs, ys);
      return new PolarPoints(xs, ys, distance);
    },
    inside(xs, ys) {
      places(xs, ys);
      const found = new Uint8Array(xs.length);
      for (let i = 0; i < xs.length; i++) found[i] = Number.isFinite(xs[i]! + ys[i]!) ? 1 : 0;
      return found;
    },
  };
}
