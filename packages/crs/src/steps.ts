import { kernels } from "@quadrat/kernels";
import type { KernelStep, Step } from "./chain.js";
import type { CrsDefinition } from "./crs.js";
import { projectionMethods } from "./projections/registry.js";
import { degree } from "./units.js";

/** From coordinates to longitudes from Greenwich and latitudes, in radians. */
export function toGeographic(definition: CrsDefinition): readonly Step[] {
  const { projection, parameters, datum, unitFactor, primeMeridian } = definition;
  if (projection === "longlat") {
    const turn = primeMeridian * degree;
    return [{ kernel: (count) => kernels().readLongitudes(count, unitFactor, turn) }];
  }
  const { inverse } = projectionMethods[projection]!.create({ parameters, ellipsoid: datum.ellipsoid });
  const { unitX, unitY, x0, y0, radius } = frameOf(definition);
  const origin = centralMeridian(definition);
  return [
    { kernel: (count) => kernels().readProjected(count, unitX, unitY, x0, y0, radius) },
    inverse,
    { kernel: (count) => kernels().fromCentralMeridian(count, origin) },
  ];
}

/** From longitudes from Greenwich and latitudes, in radians, to coordinates. */
export function fromGeographic(definition: CrsDefinition): readonly Step[] {
  const { projection, parameters, datum, unitFactor, primeMeridian } = definition;
  if (projection === "longlat") {
    const { lon_wrap = 0 } = parameters;
    const origin = (primeMeridian + lon_wrap) * degree;
    const wrap = lon_wrap * degree;
    return [{ kernel: (count) => kernels().writeLongitudes(count, unitFactor, origin, wrap) }];
  }
  const { forward } = projectionMethods[projection]!.create({ parameters, ellipsoid: datum.ellipsoid });
  return [toCentralMeridian(definition), forward, placeProjected(definition)];
}

/** From longitudes from Greenwich to those from the central meridian of a projection, within half a turn of it. */
export function toCentralMeridian(definition: CrsDefinition): KernelStep {
  const origin = centralMeridian(definition);
  return { kernel: (count) => kernels().toCentralMeridian(count, origin) };
}

/** From what a projection makes of a globe with the radius 1 to coordinates. */
export function placeProjected(definition: CrsDefinition): KernelStep {
  const { unitX, unitY, x0, y0, radius } = frameOf(definition);
  return { kernel: (count) => kernels().writeProjected(count, unitX, unitY, x0, y0, radius) };
}

/** To (x - c) / a and (y - f) / e, the pixels of a raster. */
export function toPixels(a: number, c: number, e: number, f: number): KernelStep {
  return { kernel: (count) => kernels().toPixels(count, a, c, e, f) };
}

/** How the coordinates of a projected system lie on the plane of a globe with the radius 1. */
function frameOf({ projection, parameters, datum, unitFactor, axisSigns: [signX, signY] }: CrsDefinition) {
  const { x_0 = 0, y_0 = 0 } = parameters;
  const radius = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  return { unitX: unitFactor * signX, unitY: unitFactor * signY, x0: x_0, y0: y_0, radius };
}

function centralMeridian({ primeMeridian, parameters: { lon_0 = 0 } }: CrsDefinition): number {
  return (primeMeridian + lon_0) * degree;
}
