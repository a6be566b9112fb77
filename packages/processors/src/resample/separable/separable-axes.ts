import type { Grid } from "@quadrat/core/base";
import {
  areaSpans,
  centreSpans,
  coversPixels,
  kernelSpans,
  type AxisPair,
  type PixelAxis,
} from "./axis-spans.js";
import { kernels } from "../methods/kernels.js";
import type { KernelScale } from "../mapping/kernel-scale.js";
import { isKernelMethod } from "../methods/methods.js";
import type { PixelMap } from "../mapping/pixel-map.js";

export interface SeparableAxes {
  /** The pixels and weights that the method needs. */
  readonly main: AxisPair;
  /** The bilinear kernel, used in place of the plain cubic one if a pixel is missing. */
  readonly fallback: AxisPair | undefined;
  /** Whether any cell touches the source. */
  readonly overlap: boolean;
}

/** The pixels and weights along each axis, for a grid whose columns and rows are parallel to the source's. */
export function separableAxes(
  grid: Grid,
  map: PixelMap,
  method: string,
  scale: KernelScale,
  tolerance: number,
): SeparableAxes {
  const { a, c, e, f } = map.affine;
  const x: PixelAxis = {
    count: grid.width,
    edge: (index) => (grid.x.edge(index) - c) / a,
    centre: (index) => (grid.x.centre(index) - c) / a,
    size: map.width,
    turn: map.turn?.x,
    reversed: map.westward,
    tolerance,
  };
  const y: PixelAxis = {
    count: grid.height,
    edge: (index) => (grid.y.edge(index) - f) / e,
    centre: (index) => (grid.y.centre(index) - f) / e,
    size: map.height,
    turn: undefined,
    reversed: map.northward,
    tolerance,
  };
  return {
    main: pair(x, y, method, scale) ?? { columns: areaSpans(x), rows: areaSpans(y) },
    fallback: method === "cubic" && scale.plain ? pair(x, y, "bilinear", scale) : undefined,
    overlap: coversPixels(x) && coversPixels(y),
  };
}

function pair(x: PixelAxis, y: PixelAxis, method: string, scale: KernelScale): AxisPair | undefined {
  if (method === "near") return { columns: centreSpans(x), rows: centreSpans(y) };
  if (!isKernelMethod(method)) return undefined;
  const kernel = kernels[method];
  return {
    columns: kernelSpans(x, kernel, scale.plain ? 1 : scale.x),
    rows: kernelSpans(y, kernel, scale.plain ? 1 : scale.y),
  };
}
