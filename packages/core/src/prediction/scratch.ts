import type { RasterSource } from "../raster/raster.js";

/** A raster needs no scratch file if this many bytes hold all that has to be decoded, or a row of its blocks. */
const least = { decoded: 64 * 2 ** 20, rowOfBlocks: 12 * 2 ** 20 };

/** Rows of blocks of which cells need some at the same time, if they are parallel to the raster's rows and if not. */
const rows = { parallel: 2, others: 4 };

/** Of low blocks that threads share, those of the bands that may be in work. */
const sharedBytes = 32 * 2 ** 20;

/** The maximum size of the scratch file in which a raster's decoded blocks are kept while it is resampled, in bytes. */
export function scratchBytes(raster: RasterSource, reprojected: boolean): number {
  const { scratchBlocks, blockSize, height, sequential, affine } = raster;
  if (!scratchBlocks) return 0;
  const decoded = scratchBlocks.count * scratchBlocks.bytes;
  const parallel = !reprojected && affine.b === 0 && affine.d === 0;
  if (sequential) return parallel && affine.e < 0 ? 0 : decoded;
  const rowBytes = decoded / Math.ceil(height / blockSize.height);
  if (decoded <= least.decoded && rowBytes <= least.rowOfBlocks) return 0;
  return Math.min(decoded, Math.max(sharedBytes, (parallel ? rows.parallel : rows.others) * rowBytes));
}

/** The sum for as many rasters as are resampled at the same time. */
export function scratchAtOnce(sizes: readonly number[], atOnce: number): number {
  const largest = [...sizes].sort((one, other) => other - one).slice(0, Math.max(1, atOnce));
  return largest.reduce((sum, bytes) => sum + bytes, 0);
}
