import { area, type Box, type PlacedRaster } from "./places.js";

/** Windows along an edge of the region: 64 windows, or fewer where blocks are large. */
const strata = [8, 4, 3, 2] as const;

/** Maximum number of pixels sampled per raster: 64 windows of 32 x 32, or 16 and fewer of 64 x 64. */
const sampledPixels = 65_536;

/** Maximum edge length of a window. */
const windowEdge = 64;

/**
 * Pixels that sampling may decode, counting whole blocks: for all rasters together, which takes 0.1 s at 80 million per
 * second; but for each raster at least what nine windows need with tiles of 256 x 256, as less would show too little.
 */
const decodedPixels = { inAll: 8_000_000, ofEach: 750_000 };

/** Places along an edge of the region at which rasters are compared. */
const pointsPerEdge = 64;

/** The sampled parts of the grid, the same for all rasters. */
export interface Sampling {
  readonly patches: readonly Box[];
  /** Rasters whose blocks are too large to be sampled. */
  readonly left: ReadonlySet<PlacedRaster>;
}

/** Spreads patches evenly over a region, as large as can be read cheaply from the rasters. */
export function planSampling(rasters: readonly PlacedRaster[], region: Box): Sampling {
  if (!(area(region) > 0)) return { patches: [], left: new Set(rasters) };
  const budget = Math.max(decodedPixels.ofEach, decodedPixels.inAll / Math.max(1, rasters.length));
  const edges = rasters.map((raster) => strata.map((count) => edgeFor(raster, count * count, budget)));
  const left = new Set(rasters.filter((_, index) => edges[index]!.every((edge) => edge === 0)));
  const choice = strata.findIndex((_, at) =>
    rasters.every((raster, index) => left.has(raster) || edges[index]![at]! > 0),
  );
  const count = strata[choice] ?? strata[0];
  const [width, height] = [(region.u1 - region.u0) / count, (region.v1 - region.v0) / count];
  let [halfU, halfV] = [width / 2, height / 2];
  rasters.forEach((raster, index) => {
    if (left.has(raster)) return;
    const half = ((edges[index]![choice] ?? windowEdge) - 1) / 2;
    halfU = Math.min(halfU, half / raster.pixels[0]);
    halfV = Math.min(halfV, half / raster.pixels[1]);
  });
  const patches = Array.from({ length: count * count }, (_, index): Box => {
    const u = region.u0 + ((index % count) + 0.5) * width;
    const v = region.v0 + (Math.floor(index / count) + 0.5) * height;
    return { u0: u - halfU, v0: v - halfV, u1: u + halfU, v1: v + halfV };
  });
  return { patches, left };
}

/** Places within each of this number of patches, evenly spread. */
export function pointsOf(
  { u0, v0, u1, v1 }: Box,
  patches: number,
): { readonly u: number; readonly v: number }[] {
  const edge = Math.floor(pointsPerEdge / Math.sqrt(patches));
  return Array.from({ length: edge ** 2 }, (_, index) => ({
    u: u0 + (((index % edge) + 0.5) / edge) * (u1 - u0),
    v: v0 + ((Math.floor(index / edge) + 0.5) / edge) * (v1 - v0),
  }));
}

/** The largest window of which this many can be read within the bound; 0 if not even one pixel each can. */
function edgeFor({ raster }: PlacedRaster, windows: number, budget: number): number {
  const { width, height } = raster.blockSize;
  for (let edge = Math.min(windowEdge, Math.sqrt(sampledPixels / windows)); edge >= 4; edge /= 2) {
    // A window of n pixels lies, on average, in 1 + (n - 1) / b blocks of b pixels.
    const blocks = (1 + (edge - 1) / width) * (1 + (edge - 1) / height);
    const decoded = Math.min(windows * blocks * width * height, raster.width * raster.height);
    if (decoded <= budget) return edge;
  }
  return 0;
}
