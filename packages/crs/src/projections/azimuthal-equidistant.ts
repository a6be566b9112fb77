import { eccentricitySquared } from "../ellipsoids.js";
import { rectifyingLatitude, sineSum } from "./latitudes.js";
import { fromProj4 } from "./proj4.js";
import type { Projection, ProjectionInput } from "./projection.js";

/** Azimuthal equidistant: polar (Snyder 25-16 to 25-29) here, oblique by proj4. */
export function azimuthalEquidistant(input: ProjectionInput): Projection {
  const { lat_0 = 0 } = input.parameters;
  return Math.abs(lat_0) === 90 ? polar(input, Math.sign(lat_0)) : fromProj4("aeqd", input);
}

function polar({ ellipsoid }: ProjectionInput, pole: number): Projection {
  const { toAuxiliary, toGeographic, meridianScale } = rectifyingLatitude(eccentricitySquared(ellipsoid));

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const rectifying = latitude + sineSum(toAuxiliary, Math.sin(2 * latitude), Math.cos(2 * latitude));
        const distance =
          pole * latitude <= -Math.PI / 2 ? NaN : meridianScale * (Math.PI / 2 - pole * rectifying);
        y[i] = -pole * distance * Math.cos(x[i]!);
        x[i] = distance * Math.sin(x[i]!);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const east = x[i]!;
        const south = -pole * y[i]!;
        const distance = Math.sqrt(east * east + south * south) / meridianScale;
        const rectifying = pole * (distance < Math.PI ? Math.PI / 2 - distance : NaN);
        x[i] = distance === 0 ? 0 : Math.atan2(east, south);
        y[i] = rectifying + sineSum(toGeographic, Math.sin(2 * rectifying), Math.cos(2 * rectifying));
      }
    },
  };
}
