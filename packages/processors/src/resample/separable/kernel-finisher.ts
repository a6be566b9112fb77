import type { RasterData } from "@quadrat/core/base";
import { noNulls, rowCollector, weightSums } from "./area-finisher.js";
import type { AxisPair } from "./axis-spans.js";
import { kernelSum } from "./horizontal.js";
import type { KernelMethod } from "../methods/methods.js";
import type { Reduction, ReducedRow } from "./reduced-row.js";
import type { RowRing } from "./row-ring.js";
import type { RingFinisher } from "./ring-finisher.js";
import { vectorCells, type Leasts } from "./vector-cells.js";
import { weightedSum } from "./vertical.js";

const lenient: Reduction = { reducer: kernelSum, kind: "sum", squared: false, skipsNull: true, counts: true };
const strict: Reduction = { ...lenient, skipsNull: false };

/** Below this sum of weights, which negative parts of the kernel may produce, there is no value; as in GDAL. */
export const leastWeight = 1e-6;

/** The smallest number of valid pixels under the Lanczos kernel: half of those on the raster, as in GDAL. */
export function leastPixels(method: KernelMethod, pixels: number): number {
  return method === "lanczos" ? pixels >> 1 : 0;
}

const anyCount: Leasts = { weight: leastWeight, count: () => 0 };
const leasts: Readonly<Record<KernelMethod, Leasts>> = {
  bilinear: anyCount,
  cubic: anyCount,
  cubicspline: anyCount,
  lanczos: { weight: leastWeight, count: (pixels) => leastPixels("lanczos", pixels) },
};

/**
 * The weighted mean under the kernel, over the valid pixels. It is null if the pixel under the centre is.
 * @param fallback the axes of the bilinear kernel, for the plain cubic one, which needs all of its 16 pixels
 */
export function kernelFinisher(method: KernelMethod, axes: AxisPair, fallback?: AxisPair): RingFinisher {
  if (fallback) return plainCubicFinisher(axes, fallback);
  return {
    stages: [{ axes, reduction: lenient }],
    vectors: (block, capacity) => vectorCells(axes, block, capacity, leasts[method]),
    start([ring], block) {
      const sums = new Float64Array(block.end - block.start);
      const weights = weightSums(ring!, block);
      const collect = rowCollector(axes, ring!);
      return (gridRow, out, offset) => {
        const { reduced, values, rowWeights } = collect(gridRow);
        weightedSum(values, rowWeights, sums);
        const divisors = weights(reduced, rowWeights);
        for (let i = 0; i < sums.length; i++) {
          out[offset + i] = divisors[i]! >= leastWeight ? sums[i]! / divisors[i]! : NaN;
        }
        voidNullCentres(axes, ring!, gridRow, sums.length, out, offset);
        if (method === "lanczos") voidSparse(ring!, reduced, out, offset);
      };
    },
  };
}

function plainCubicFinisher(axes: AxisPair, bilinear: AxisPair): RingFinisher {
  const near = kernelFinisher("bilinear", bilinear);
  return {
    stages: [{ axes, reduction: strict }, ...near.stages],
    start([ring, nearRing], block) {
      const sums = new Float64Array(block.end - block.start);
      const writeBilinear = near.start([nearRing!], block);
      const collect = rowCollector(axes, ring!);
      return (gridRow, out, offset) => {
        writeBilinear(gridRow, out, offset);
        const { values, rowWeights } = collect(gridRow);
        if (values.length < 4) return;
        weightedSum(values, rowWeights, sums);
        for (let i = 0; i < sums.length; i++) {
          if (ring!.fullCounts[i]! >= 4 && sums[i] === sums[i]) out[offset + i] = sums[i]!;
        }
      };
    },
  };
}

function voidNullCentres(
  { rows }: AxisPair,
  ring: RowRing,
  gridRow: number,
  count: number,
  out: RasterData,
  offset: number,
): void {
  const { nulls } = ring.row(rows.centre[gridRow]!);
  if (!nulls) return;
  for (let i = 0; i < count; i++) if (nulls.centres[i]) out[offset + i] = NaN;
}

function voidSparse(ring: RowRing, reduced: readonly ReducedRow[], out: RasterData, offset: number): void {
  if (noNulls(reduced)) return;
  for (let i = 0; i < ring.fullCounts.length; i++) {
    let valid = 0;
    for (const row of reduced) valid += (row.nulls?.counts ?? ring.fullCounts)[i]!;
    if (valid < leastPixels("lanczos", ring.fullCounts[i]! * reduced.length)) out[offset + i] = NaN;
  }
}
