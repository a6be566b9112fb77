import { cacheBytes, type RasterSource } from "@quadrat/core/base";
import type { ResamplePlan } from "../resample/index.js";

/** Bytes of decoded blocks that a thread keeps in memory for the next windows. */
export function keptBytes(source: RasterSource, plan: ResamplePlan, windowSize: number): number {
  return Math.min(cacheBytes(windowSize), usefulCache(source, plan));
}

/**
 * The minimum number of rows of pixels kept: a kernel may extend over many low blocks from one band into the
 * next.
 */
const leastRows = 128;

/**
 * Bytes of decoded blocks that are worth keeping. Bands that go down a raster row by row need the last row of blocks again
 * and little above; if axes are rotated, what will be needed is unknown.
 */
function usefulCache({ width, blockSize }: RasterSource, { axes }: ResamplePlan): number {
  if (!axes) return Number.POSITIVE_INFINITY;
  const across = Math.ceil(width / blockSize.width) * blockSize.width;
  return 4 * across * Math.max(leastRows, blockSize.height + blockSize.height / 32);
}
