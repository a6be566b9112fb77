import type { RasterData } from "@quadrat/core";
import { rowsOf, weightSums } from "./area-finisher.js";
import { kernelSum } from "./horizontal.js";
import type { KernelMethod } from "./methods.js";
import type { Reduction, ReducedRow, RowRing } from "./row-ring.js";
import type { AxisPair, RowFinisher } from "./separable.js";
import { weightedSum } from "./vertical.js";

const lenient: Reduction = { reducer: kernelSum, kind: "sum", squared: false, skipsNull: true };
const strict: Reduction = { ...lenient, skipsNull: false };

/** Below this sum of weights, which negative lobes may leave, there is no value; as in GDAL. */
export const leastWeight = 1e-6;

/** The smallest number of valid pixels under the Lanczos kernel: half of those on the raster, as in GDAL. */
export function leastPixels(method: KernelMethod, pixels: number): number {
  return method === "lanczos" ? pixels >> 1 : 0;
}

/**
 * The weighted mean under the kernel, over the valid pixels. Null where the pixel under the centre is.
 * @param fallback the axes of the bilinear kernel, for the plain cubic one, which needs all of its 16 pixels
 */
export function kernelFinisher(method: KernelMethod, axes: AxisPair, fallback?: AxisPair): RowFinisher {
  if (fallback) return plainCubicFinisher(axes, fallback);
  return {
    stages: [{ axes, reduction: lenient }],
    start([ring], block) {
      const sums = new Float64Array(block.end - block.start);
      const weights = weightSums(ring!, block);
      return (gridRow, out, offset) => {
        const { reduced, rowWeights } = rowsOf(axes, ring!, gridRow);
        weightedSum(
          reduced.map((row) => row.values),
          rowWeights,
          sums,
        );
        const divisors = weights(reduced, rowWeights);
        for (let i = 0; i < sums.length; i++) {
          out[offset + i] = divisors[i]! >= leastWeight ? sums[i]! / divisors[i]! : NaN;
        }
        voidNullCentres(axes, ring!, gridRow, block.start, sums.length, out, offset);
        if (method === "lanczos") voidSparse(ring!, reduced, out, offset);
      };
    },
  };
}

function plainCubicFinisher(axes: AxisPair, bilinear: AxisPair): RowFinisher {
  const near = kernelFinisher("bilinear", bilinear);
  return {
    stages: [{ axes, reduction: strict }, ...near.stages],
    start([ring, nearRing], block) {
      const sums = new Float64Array(block.end - block.start);
      const writeBilinear = near.start([nearRing!], block);
      return (gridRow, out, offset) => {
        writeBilinear(gridRow, out, offset);
        const { reduced, rowWeights } = rowsOf(axes, ring!, gridRow);
        if (reduced.length < 4) return;
        weightedSum(
          reduced.map((row) => row.values),
          rowWeights,
          sums,
        );
        for (let i = 0; i < sums.length; i++) {
          if (ring!.fullCounts[i]! >= 4 && sums[i] === sums[i]) out[offset + i] = sums[i]!;
        }
      };
    },
  };
}

function voidNullCentres(
  { rows, columns }: AxisPair,
  ring: RowRing,
  gridRow: number,
  firstColumn: number,
  count: number,
  out: RasterData,
  offset: number,
): void {
  const { complete, nullCentres } = ring.row(rows.centre[gridRow]!);
  for (let i = 0; i < count; i++) {
    if (columns.centre[firstColumn + i]! < 0 || (!complete && nullCentres[i])) out[offset + i] = NaN;
  }
}

function voidSparse(ring: RowRing, reduced: readonly ReducedRow[], out: RasterData, offset: number): void {
  if (reduced.every((row) => row.complete)) return;
  for (let i = 0; i < ring.fullCounts.length; i++) {
    let valid = 0;
    for (const row of reduced) valid += row.complete ? ring.fullCounts[i]! : row.counts[i]!;
    if (valid < leastPixels("lanczos", ring.fullCounts[i]! * reduced.length)) out[offset + i] = NaN;
  }
}
