import type { PlainStep } from "../chain.js";
import type { Ellipsoid } from "../crs.js";
import { eccentricitySquared } from "../ellipsoids.js";

const arcSecond = Math.PI / 648000;

/**
 * Takes longitudes and latitudes (radians, height 0) from one datum to another by a geocentric translation or a Helmert
 * transformation (EPSG 9603, 9606): `parameters` are tx, ty, tz in metres and optionally rx, ry, rz in arc seconds
 * (position vector convention) and the scale difference in ppm. With "inverse" they lead from `to` to `from`.
 *
 * The way back to a latitude is Bowring's (1976), exact to 1e-11 degrees near the surface.
 */
export function helmert(
  parameters: readonly number[],
  from: Ellipsoid,
  to: Ellipsoid,
  direction: "forward" | "inverse",
): PlainStep {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz, tx, ty, tz] = affine(parameters, direction);
  const fromEs = eccentricitySquared(from);
  const fromA = from.a;
  const toEs = eccentricitySquared(to);
  const toA = to.a;
  const toB = toA * Math.sqrt(1 - toEs);
  const upward = (toEs / (1 - toEs)) * toB;
  const outward = toEs * toA;

  return (longitudes, latitudes, count) => {
    for (let i = 0; i < count; i++) {
      const sine = Math.sin(latitudes[i]!);
      const radius = fromA / Math.sqrt(1 - fromEs * sine * sine);
      const fromAxis = radius * Math.cos(latitudes[i]!);
      const x = fromAxis * Math.cos(longitudes[i]!);
      const y = fromAxis * Math.sin(longitudes[i]!);
      const z = radius * (1 - fromEs) * sine;

      const shiftedX = xx * x + xy * y + xz * z + tx;
      const shiftedY = yx * x + yy * y + yz * z + ty;
      const shiftedZ = zx * x + zy * y + zz * z + tz;

      const shiftedFromAxis = Math.sqrt(shiftedX * shiftedX + shiftedY * shiftedY);
      const up = shiftedZ * toA;
      const out = shiftedFromAxis * toB;
      const length = Math.sqrt(up * up + out * out);
      const parametricSine = up / length;
      const parametricCosine = out / length;
      longitudes[i] = Math.atan2(shiftedY, shiftedX);
      latitudes[i] = Math.atan2(
        shiftedZ + upward * parametricSine * parametricSine * parametricSine,
        shiftedFromAxis - outward * parametricCosine * parametricCosine * parametricCosine,
      );
    }
  };
}

type Affine = readonly [...matrix: [n, n, n, n, n, n, n, n, n], ...shift: [n, n, n]];
type n = number;

/** The small-angle rotation with scale, row by row, and the shift; the inverse turns back by the transposed rotation. */
function affine(
  [tx = 0, ty = 0, tz = 0, ...others]: readonly number[],
  direction: "forward" | "inverse",
): Affine {
  const [rx = 0, ry = 0, rz = 0] = others.slice(0, 3).map((angle) => angle * arcSecond);
  const scale = 1 + (others[3] ?? 0) * 1e-6;
  if (direction === "forward") {
    return [
      scale,
      -scale * rz,
      scale * ry,
      scale * rz,
      scale,
      -scale * rx,
      -scale * ry,
      scale * rx,
      scale,
      tx,
      ty,
      tz,
    ];
  }
  const k = 1 / scale;
  const [x, y, z] = [-k * tx, -k * ty, -k * tz];
  const shift: [n, n, n] = [x + rz * y - ry * z, -rz * x + y + rx * z, ry * x - rx * y + z];
  return [k, k * rz, -k * ry, -k * rz, k, k * rx, k * ry, -k * rx, k, ...shift];
}
