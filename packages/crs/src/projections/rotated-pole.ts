import { degree } from "../units.js";
import type { Projection, ProjectionInput } from "./projection.js";

/**
 * Longitude and latitude about a displaced pole (PROJ: `+proj=ob_tran +o_proj=longlat`), as regional climate models
 * use. x and y are angles in radians.
 */
export function rotatedPole({ parameters }: ProjectionInput): Projection {
  const { o_lat_p = 90, o_lon_p = 0, lon_wrap = 0 } = parameters;
  const sinePole = Math.sin(o_lat_p * degree);
  const cosinePole = Math.cos(o_lat_p * degree);
  const turn = o_lon_p * degree;
  const middle = lon_wrap * degree;

  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const cosine = Math.cos(y[i]!);
        const along = cosine * Math.cos(x[i]!);
        const across = cosine * Math.sin(x[i]!);
        const up = Math.sin(y[i]!);
        x[i] = middle + halfTurn(Math.atan2(across, sinePole * along + cosinePole * up) + turn - middle);
        y[i] = Math.asin(Math.min(1, Math.max(-1, sinePole * up - cosinePole * along)));
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const latitude = Math.abs(y[i]!) <= Math.PI / 2 + 1e-9 ? y[i]! : NaN;
        const cosine = Math.cos(latitude);
        const along = cosine * Math.cos(x[i]! - turn);
        const across = cosine * Math.sin(x[i]! - turn);
        const up = Math.sin(latitude);
        x[i] = Math.atan2(across, sinePole * along - cosinePole * up);
        y[i] = Math.asin(Math.min(1, Math.max(-1, sinePole * up + cosinePole * along)));
      }
    },
  };
}

function halfTurn(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
