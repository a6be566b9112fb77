import { runSteps } from "./chain.js";
import type { Crs } from "./crs.js";
import { authalicQ } from "./projections/latitudes.js";
import { toGeographic } from "./steps.js";

/** Where the coordinates of a system lie on the ellipsoid of its own datum. */
export interface Globe {
  /**
   * Takes coordinates to longitudes from Greenwich and latitudes, in radians, in place. A point outside of the system's domain
   * becomes NaN in at least one of them.
   */
  readonly places: (xs: Float64Array, ys: Float64Array) => void;
  /** The semi-major axis in metres. */
  readonly radius: number;
  /**
   * The area between the equator and a parallel, per radian of longitude and square of the radius, from the sine of the
   * latitude; negative in the south.
   */
  readonly zone: (sine: number) => number;
}

export function globeOf({ definition }: Crs): Globe {
  const { a, rf } = definition.datum.ellipsoid;
  const flattening = rf === 0 ? 0 : 1 / rf;
  const e = Math.sqrt(flattening * (2 - flattening));
  const steps = toGeographic(definition);
  return {
    places: (xs, ys) => runSteps(steps, xs, ys, xs.length),
    radius: a,
    zone: (sine) => authalicQ(sine, e) / 2,
  };
}
