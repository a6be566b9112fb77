import type { Grid } from "../grid/grid.js";
import type { OpenDataset } from "../pipeline/stage.js";
import type { RasterSource } from "../raster/raster.js";
import { columnTypes } from "../store/types.js";
import { planSampling, pointsOf } from "./patches.js";
import {
  area,
  combine,
  inBox,
  isExtent,
  placeRaster,
  wholeGrid,
  type Box,
  type PlacedRaster,
} from "./places.js";
import { assumedWidth, measureWidth, type ValueWidth } from "./text-width.js";

/** What samples of the rasters show about the grid's cells. */
export interface RasterSample {
  /** Fraction of all cells with a value in at least one raster, and with a value in every raster. */
  readonly anyShare: number;
  readonly everyShare: number;
  /** By dataset. */
  readonly columns: ReadonlyMap<string, RasterColumn>;
}

export interface RasterColumn extends ValueWidth {
  /** Fraction of all cells with a value. */
  readonly share: number;
  /** The number of pixels to be decoded. */
  readonly pixels: number;
}

/** Decoded blocks that a source keeps while it is sampled, in bytes. */
const sampleCacheBytes = 2 ** 20;

/** The number of pixels per cell along a row at which hardly any cell repeats the previous one. */
const finest = 0.9;

/** The number of a raster's values sampled for their width. */
const widthValues = 512;

/**
 * Samples rasters through at most 64 small windows each, at the same places of the grid for all of them, to find out
 * where several have values together. A raster that can't be read or positioned counts as full: the run will report its
 * faults.
 */
export async function sampleRasters(
  grid: Grid,
  datasets: readonly OpenDataset[],
  join: "outer" | "inner" | "all",
  signal?: AbortSignal,
): Promise<RasterSample> {
  const found = datasets.flatMap((dataset) => {
    const { source, gridExtent } = dataset;
    if (source.kind !== "raster") return [];
    const sound = gridExtent && !isExtent(gridExtent) ? { ...dataset, gridExtent: undefined } : dataset;
    return [{ dataset, raster: source.raster, placed: placeRaster(sound, source.raster, grid) }];
  });
  if (found.length === 0) return { anyShare: 0, everyShare: 1, columns: new Map() };
  const boxes = found.map(({ placed }) => placed?.box ?? wholeGrid);
  const region = combine(boxes, join === "inner" ? "intersection" : "union");
  const { patches, left } = planSampling(
    found.flatMap(({ placed }) => placed ?? []),
    region,
  );
  const points = patches.map((patch) => pointsOf(patch, patches.length));
  const counts = points.flat().map(() => 0);
  const columns = new Map<string, RasterColumn>();
  for (const [index, { dataset, raster, placed }] of found.entries()) {
    signal?.throwIfAborted();
    const readable = placed && !left.has(placed) ? placed : undefined;
    const box = boxes[index]!;
    const values =
      (readable && (await valuesAt(readable, patches, points))) ??
      Float64Array.from(points.flat(), ({ u, v }) => (inBox(box, u, v) ? 0 : NaN));
    let valid = 0;
    values.forEach((value, at) => {
      if (Number.isNaN(value)) return;
      counts[at]!++;
      valid++;
    });
    const { name, dataType, method } = dataset;
    const bytes = columnTypes[dataType].bytes;
    const kept = readable ? thinned(values.filter((value) => !Number.isNaN(value))) : [];
    const width =
      kept.length > 0 && dataType !== "text"
        ? measureWidth(kept, dataType, method, bytes)
        : assumedWidth(dataType, bytes);
    columns.set(name, {
      ...width,
      // Cells finer than the pixels repeat them.
      noise: width.noise && placed!.pixels[0] >= finest * grid.width,
      share: values.length === 0 ? 0 : (valid / values.length) * area(region),
      pixels: (placed ? pixelsUnder(placed, placed.box) : raster.width * raster.height) * stepsOf(dataset),
    });
  }
  const share = (enough: number): number =>
    counts.length === 0 ? 0 : (counts.filter((n) => n >= enough).length / counts.length) * area(region);
  return { anyShare: share(1), everyShare: share(found.length), columns };
}

/** The raster's values at the points, patch by patch; undefined if it can't be read. */
async function valuesAt(
  placed: PlacedRaster,
  patches: readonly Box[],
  points: readonly (readonly { readonly u: number; readonly v: number }[])[],
): Promise<Float64Array | undefined> {
  const { raster } = placed;
  const values = new Float64Array(points.reduce((sum, { length }) => sum + length, 0)).fill(NaN);
  raster.limitCache?.(sampleCacheBytes);
  const keep = isFarApart(raster, patches.length) ? "none" : "all";
  try {
    let at = 0;
    for (const [index, patch] of patches.entries()) {
      const window = placed.window(patch);
      const read = window && (await raster.read(window, { keep }));
      for (const { u, v } of points[index]!) {
        if (read) values[at] = valueAt(read.data, read.window, placed.pixelAt(u, v));
        at++;
      }
    }
    return values;
  } catch {
    return undefined;
  } finally {
    raster.limitCache?.(raster.reopen ? 0 : keptCacheBytes);
  }
}

/** Whether this many windows, evenly spread, lie in separate blocks. */
function isFarApart({ width, height, blockSize }: RasterSource, windows: number): boolean {
  const perEdge = 1.5 * Math.sqrt(windows);
  return blockSize.width * perEdge <= width && blockSize.height * perEdge <= height;
}

/** The bytes that a source read in this thread may keep afterwards. */
const keptCacheBytes = 32 * 2 ** 20;

function valueAt(
  data: ArrayLike<number>,
  { col, row, width, height }: { col: number; row: number; width: number; height: number },
  [atCol, atRow]: readonly [number, number],
): number {
  const [x, y] = [atCol - col, atRow - row];
  return x >= 0 && y >= 0 && x < width && y < height ? data[y * width + x]! : NaN;
}

function pixelsUnder(placed: PlacedRaster, box: Box): number {
  const window = placed.window(box);
  return window ? window.width * window.height : sizeOf(placed.raster);
}

function stepsOf({ source }: OpenDataset): number {
  return (source.kind === "raster" ? source.series?.steps : undefined) ?? 1;
}

function sizeOf({ width, height }: RasterSource): number {
  return width * height;
}

function thinned(values: Float64Array): Float64Array {
  const step = Math.ceil(values.length / widthValues);
  return values.filter((_, index) => index % step === 0);
}
