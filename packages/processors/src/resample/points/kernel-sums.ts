import type { RasterArray } from "@quadrat/core/base";
import { leastPixels, leastWeight } from "../separable/kernel-finisher.js";
import type { KernelScale } from "../mapping/kernel-scale.js";
import { kernels } from "../methods/kernels.js";
import type { KernelMethod } from "../methods/methods.js";
import { snap } from "../mapping/pixel-map.js";

/** The weighted mean of the pixels under a kernel, for one cell at a time. */
export interface KernelSums {
  /** The pixels within the kernel radius of a centre, given with half a pixel subtracted. */
  across(x: number, size: number): Span;
  down(y: number, size: number): Span;
  reset(): void;
  /** Adds pixels `[left, right)` x `[top, bottom)`; the centre is at (x, y), with half a pixel subtracted. */
  add(
    array: RasterArray,
    left: number,
    right: number,
    top: number,
    bottom: number,
    x: number,
    y: number,
  ): void;
  result(): number;
}

export type Span = readonly [first: number, end: number];

/** The kernel radius around a centre, in pixels. */
export interface KernelRadius {
  readonly x: number;
  readonly y: number;
  /** Distances in pixels times these factors are those of the kernel. */
  readonly stretchX: number;
  readonly stretchY: number;
  /** Whether it takes the four pixels around a centre along either axis, as the plain cubic kernel does. */
  readonly around: boolean;
}

/** Pixels this much further away count as within the radius, although they have no weight. */
const radiusSlack = 1e-9;

export function kernelRadius(method: KernelMethod, scale: KernelScale): KernelRadius {
  const { radius } = kernels[method];
  const stretchX = scale.plain ? 1 : Math.min(1, scale.x);
  const stretchY = scale.plain ? 1 : Math.min(1, scale.y);
  const around = method === "cubic" && scale.plain;
  return { x: radius / stretchX, y: radius / stretchY, stretchX, stretchY, around };
}

export function kernelSums(method: KernelMethod, radius: KernelRadius, tolerance: number): KernelSums {
  const kernel = kernels[method];
  const { stretchX, stretchY, around: fallback } = radius;
  const triangle = kernels.bilinear;
  const across = new Float64Array(2 * Math.ceil(radius.x) + 3);
  const nearAcross = new Float64Array(across.length);
  let total = 0;
  let weight = 0;
  let nearTotal = 0;
  let nearWeight = 0;
  let valid = 0;
  let pixels = 0;

  return {
    across: (x, size) => span(x, radius.x, fallback, tolerance, size),
    down: (y, size) => span(y, radius.y, fallback, tolerance, size),
    reset() {
      total = weight = nearTotal = nearWeight = 0;
      valid = pixels = 0;
    },
    add({ data, window }, left, right, top, bottom, x, y) {
      const columns = right - left;
      for (let i = 0; i < columns; i++) {
        across[i] = kernel.weight((left + i - x) * stretchX);
        if (fallback) nearAcross[i] = triangle.weight(left + i - x);
      }
      for (let row = top; row < bottom; row++) {
        const base = (row - window.row) * window.width + left - window.col;
        const down = kernel.weight((row - y) * stretchY);
        const nearDown = fallback ? triangle.weight(row - y) : 0;
        let rowTotal = 0;
        let rowWeight = 0;
        for (let i = 0; i < columns; i++) {
          const value = data[base + i]!;
          if (value !== value) continue;
          rowTotal += across[i]! * value;
          rowWeight += across[i]!;
          valid++;
          if (nearDown !== 0) {
            nearTotal += nearDown * nearAcross[i]! * value;
            nearWeight += nearDown * nearAcross[i]!;
          }
        }
        pixels += columns;
        total += down * rowTotal;
        weight += down * rowWeight;
      }
    },
    result() {
      if (fallback && valid < 16) return nearWeight >= leastWeight ? nearTotal / nearWeight : NaN;
      if (valid < leastPixels(method, pixels)) return NaN;
      return weight >= leastWeight ? total / weight : NaN;
    },
  };
}

/** The pixels within the kernel radius of a centre; four for the plain cubic kernel. */
function span(centre: number, radius: number, around: boolean, tolerance: number, size: number): Span {
  const middle = snap(centre, tolerance);
  const first = around ? Math.floor(middle) - 1 : Math.ceil(middle - radius - radiusSlack);
  const last = around ? Math.floor(middle) + 2 : Math.floor(middle + radius + radiusSlack);
  return [Math.max(0, first), Math.min(size, last + 1)];
}
