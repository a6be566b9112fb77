import { eccentricitySquared } from "../ellipsoids.js";
import { asinh, authalicQ } from "./latitudes.js";
import { withinQuarterTurn, type Projection, type ProjectionInput } from "./projection.js";

/**
 * Miller cylindrical (Snyder 11-1 to 11-5), on a sphere: with the radius of the same area where `R_A` is 1 (as PROJ
 * takes it from WKT), otherwise with the semi-major axis.
 */
export function miller({ parameters, ellipsoid }: ProjectionInput): Projection {
  const e = Math.sqrt(eccentricitySquared(ellipsoid));
  const radius = parameters["R_A"] === 1 ? Math.sqrt(authalicQ(1, e) / 2) : 1;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        x[i] = radius * x[i]!;
        y[i] = 1.25 * radius * asinh(Math.tan(0.8 * y[i]!));
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        x[i] = x[i]! / radius;
        y[i] = withinQuarterTurn(1.25 * Math.atan(Math.sinh(y[i]! / (1.25 * radius))));
      }
    },
  };
}
