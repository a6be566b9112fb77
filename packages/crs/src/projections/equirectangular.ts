import { degree } from "../units.js";
import { withinQuarterTurn, type Projection, type ProjectionInput } from "./projection.js";

/**
 * Equidistant cylindrical, plate carrée (EPSG 1029). Spherical, with the semi-major axis as radius, on any ellipsoid:
 * that is what PROJ and GDAL compute for EPSG 1028 as well.
 */
export function equirectangular({ parameters }: ProjectionInput): Projection {
  const { lat_0 = 0, lat_ts = 0 } = parameters;
  const width = Math.cos(lat_ts * degree);
  const origin = lat_0 * degree;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        x[i] = x[i]! * width;
        y[i] = y[i]! - origin;
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        x[i] = x[i]! / width;
        y[i] = withinQuarterTurn(y[i]! + origin);
      }
    },
  };
}
