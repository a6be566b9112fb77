import { runSteps, type Step } from "./chain.js";
import type { CrsDefinition } from "./crs.js";
import { cutAtAntimeridian, projectionMethods } from "./projections/registry.js";
import { placeProjected, toCentralMeridian } from "./steps.js";

/** Longitudes from the central meridian of a projection, and latitudes, in radians. */
export interface GlobeRectangle {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/**
 * A transform to a projection that cuts the globe open, taken in two steps: a place on a cut has an image in every lobe
 * that ends there.
 */
export interface Seams {
  /** The parts of the globe that are each drawn without a break; together they cover it. */
  readonly lobes: readonly GlobeRectangle[];
  /** The size of a unit of the projection's coordinates on the globe, in radians. */
  readonly unit: number;
  /**
   * From the first coordinate system to longitudes from the central meridian, within half a turn of it and both ends
   * included, and latitudes, in radians.
   */
  readonly toGlobe: (xs: Float64Array, ys: Float64Array) => void;
  /** From there to the second coordinate system: as {@link toGlobe} gave them, or as the limit from inside of a lobe. */
  readonly fromGlobe: (xs: Float64Array, ys: Float64Array, lobe?: number) => void;
}

/** @param before the steps from the first system to longitudes from Greenwich and latitudes on the datum of the second */
export function seamsOf(definition: CrsDefinition, before: readonly Step[]): Seams | undefined {
  const { projection, parameters, datum, unitFactor } = definition;
  if (!cutAtAntimeridian.has(projection)) return undefined;
  const { forward, lobes } = projectionMethods[projection]!.create({
    parameters,
    ellipsoid: datum.ellipsoid,
  });
  const toGlobe = [...before, toCentralMeridian(definition)];
  const through = (projected: Step): readonly Step[] => [projected, placeProjected(definition)];
  const whole = through(forward);
  const within = lobes?.map((lobe) => through(lobe.forward)) ?? [whole];
  return {
    lobes: lobes ?? [{ west: -Math.PI, south: -Math.PI / 2, east: Math.PI, north: Math.PI / 2 }],
    unit: unitFactor / datum.ellipsoid.a,
    toGlobe: (xs, ys) => runSteps(toGlobe, xs, ys, xs.length),
    fromGlobe: (xs, ys, lobe) => runSteps(lobe === undefined ? whole : within[lobe]!, xs, ys, xs.length),
  };
}
