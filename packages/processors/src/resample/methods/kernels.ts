import type { KernelMethod } from "./methods.js";

/** An interpolation kernel: its weight at a distance in (scaled) pixels, zero from `radius` on. */
export interface Kernel {
  readonly radius: number;
  weight(distance: number): number;
}

/** GDAL's kernels. */
export const kernels: Readonly<Record<KernelMethod, Kernel>> = {
  bilinear: { radius: 1, weight: triangle },
  cubic: { radius: 2, weight: catmullRom },
  cubicspline: { radius: 2, weight: bSpline },
  lanczos: { radius: 3, weight: lanczos3 },
};

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Keys' cubic convolution with a = -0.5 (Mitchell and Netravali's B = 0, C = 1/2). */
function catmullRom(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((2.5 - 0.5 * d) * d - 4) * d + 2;
  return 0;
}

/** The uniform cubic B-spline (Mitchell and Netravali's B = 1, C = 0): it smooths, and does not pass through the pixels. */
function bSpline(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((0.5 * d - 1) * d * d * 3 + 2) / 3;
  if (d < 2) return (2 - d) ** 3 / 6;
  return 0;
}

function lanczos3(distance: number): number {
  if (distance === 0) return 1;
  if (Math.abs(distance) >= 3) return 0;
  const angle = Math.PI * distance;
  return (3 * Math.sin(angle) * Math.sin(angle / 3)) / (angle * angle);
}
