import { describe, expect, it } from "vitest";
import { scratchAtOnce, scratchBytes } from "../../src/prediction/scratch.js";
import type { RasterSource } from "../../src/raster/raster.js";

const MiB = 2 ** 20;

/** A raster of float32 in blocks of this size. */
function raster(
  [width, height]: readonly [number, number],
  [across, down]: readonly [number, number],
  more: Partial<RasterSource> = {},
): RasterSource {
  const count = Math.ceil(width / across) * Math.ceil(height / down);
  return {
    ...{ width, height, affine: { a: 1, b: 0, c: 0, d: 0, e: -1, f: 0 } },
    blockSize: { width: across, height: down },
    scratchBlocks: { count, bytes: 4 * across * down },
    ...more,
  } as RasterSource;
}

describe("the file for decoded blocks", () => {
  const globe = raster([43200, 21600], [512, 512]);

  it("has two rows of a wide raster's blocks, more if it is reprojected, and never more than all", () => {
    expect(scratchBytes(globe, false)).toBe(2 * 85 * MiB);
    expect(scratchBytes(globe, true)).toBe(4 * 85 * MiB);
    expect(scratchBytes(raster([43200, 512], [512, 512]), true)).toBe(85 * MiB);
  });

  it("is not needed by a small raster, by one of a plugin without blocks, and by a stream read downwards", () => {
    expect(scratchBytes(raster([2000, 2000], [256, 256]), false)).toBe(0);
    expect(scratchBytes({ ...globe, scratchBlocks: undefined } as never, false)).toBe(0);
    const strip = raster([43200, 21600], [43200, 1], { sequential: true });
    expect(scratchBytes(strip, false)).toBe(0);
    expect(scratchBytes(strip, true)).toBe(4 * 43200 * 21600);
  });

  it("is counted for as many rasters as are resampled at the same time", () => {
    expect(scratchAtOnce([1, 5, 3], 2)).toBe(8);
  });
});
