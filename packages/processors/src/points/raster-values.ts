import type { Grid, RasterSource, Store } from "@quadrat/core";
import { cacheBytes } from "@quadrat/core/base";
import type { PointValues } from "@quadrat/core/host";
import { createTransform, parseCrs, placeOf } from "@quadrat/crs";
import type * as arrow from "apache-arrow";
import type { Scratch } from "../tables/scratch.js";
import { numbers } from "./number-batch.js";
import { pixelFinder, type PixelFinder } from "./pixel-places.js";
import { rowsTable } from "./point-rows.js";
import { bilinearSampler, bufferSampler, nearSampler, type Sampler } from "./samplers.js";
import type { ValueTable } from "./value-table.js";

export interface RasterTask {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly grid: Grid;
  readonly values: PointValues;
  /** Columns of rasters of one geometry. */
  readonly table: ValueTable;
  readonly windowSize: number;
  readonly signal: AbortSignal;
  readonly advance: (points: number) => void;
}

const pointsAtOnce = 1 << 16;

/** Pixels of a tile, unless a block of the file has more. */
const tilePixels = 1 << 20;

/**
 * Gives points the values of rasters of one geometry. Points are sorted by tiles of pixels, from north to south, and each tile is read
 * once, of one raster after the other.
 */
export async function putRasterValues(task: RasterTask): Promise<void> {
  const { store, scratch, grid, values, table, windowSize, signal, advance } = task;
  const { source, crs } = table.columns[0]!.raster!;
  const sources = table.columns.map(({ raster }) => raster!.source);
  for (const one of sources) one.limitCache?.(cacheBytes(windowSize) / sources.length);
  const finder = pixelFinder(source, crs, grid);
  const tiles = tilesOf(source);
  const sorted = scratch.sql("pixels");
  await locate(task, finder, tiles);
  const sampler = samplerFor(values, sources, crs, finder);
  const query = `SELECT pos, px, py, lon, lat, tile FROM ${sorted}`;
  for await (const batch of store.query(query, { rows: () => pointsAtOnce })) {
    const [at, xs, ys, longitudes, latitudes, tile] = batch.data.children.map(
      ({ values: own }) => own as Float64Array,
    );
    for (let from = 0; from < batch.numRows;) {
      signal.throwIfAborted();
      let to = from + 1;
      while (to < batch.numRows && tile![to] === tile![from]) to++;
      const count = to - from;
      const found = await sampler({
        count,
        xs: xs!.subarray(from, to),
        ys: ys!.subarray(from, to),
        longitudes: longitudes!.subarray(from, to),
        latitudes: latitudes!.subarray(from, to),
      });
      table.put(count, at!.subarray(from, to), found);
      advance(count);
      from = to;
    }
  }
  await store.exec(`DROP TABLE ${sorted}`);
}

function samplerFor(
  values: PointValues,
  sources: readonly RasterSource[],
  crs: string,
  finder: PixelFinder,
): Sampler {
  if (typeof values === "object") return bufferSampler(sources, crs, values.buffer);
  return values === "bilinear" ? bilinearSampler(sources, finder) : nearSampler(sources, finder);
}

interface Tiles {
  readonly width: number;
  readonly height: number;
  readonly across: number;
}

/** Tiles that end where the file's own blocks end, as far as these are not too large. */
function tilesOf({ width, height, blockSize, sequential }: RasterSource): Tiles {
  const block = { width: Math.min(width, blockSize.width), height: Math.min(height, blockSize.height) };
  const wide = Math.max(1, Math.floor(tilePixels / (block.width * block.height))) * block.width;
  const tileWidth = sequential ? width : Math.min(width, wide);
  const blocksDown = Math.floor(tilePixels / (tileWidth * block.height));
  const tileHeight =
    blocksDown > 0 ? blocksDown * block.height : Math.max(1, Math.floor(tilePixels / tileWidth));
  return { width: tileWidth, height: tileHeight, across: Math.ceil(width / tileWidth) };
}

/** Writes where the points are in the pixels, by tiles; those without a place there are left out. */
async function locate(
  { store, scratch, grid, values, signal }: RasterTask,
  { find, map }: PixelFinder,
  tiles: Tiles,
): Promise<void> {
  const isBuffer = typeof values === "object";
  const target = parseCrs(grid.crs);
  const [xmin, ymin, xmax, ymax] = grid.bounds;
  const affine = { a: xmax - xmin, b: 0, c: xmin, d: 0, e: ymin - ymax, f: ymax };
  const toGlobe = isBuffer
    ? createTransform(target, parseCrs("EPSG:4326"), placeOf({ width: 1, height: 1, affine }, target))
    : undefined;
  const within = (value: number, count: number): number =>
    Math.min(Math.max(Math.floor(value), 0), count - 1);
  const placed = scratch.sql("placed");
  await store.exec(
    `CREATE OR REPLACE TABLE ${placed} (pos DOUBLE, px DOUBLE, py DOUBLE, lon DOUBLE, lat DOUBLE, tile DOUBLE)`,
  );
  const batches = async function* (): AsyncGenerator<arrow.RecordBatch> {
    const query = `SELECT rowid::DOUBLE AS pos, x, y FROM ${rowsTable}`;
    for await (const batch of store.query(query, { rows: () => pointsAtOnce })) {
      signal.throwIfAborted();
      const [at, xs, ys] = batch.data.children.map(({ values: own }) =>
        (own as Float64Array).slice(0, batch.numRows),
      );
      const [longitudes, latitudes] = toGlobe ? [xs!.slice(), ys!.slice()] : [at!.slice(), at!.slice()];
      toGlobe?.transform(longitudes, latitudes);
      const places = find(xs!, ys!);
      const tile = new Float64Array(at!.length);
      let count = 0;
      for (let i = 0; i < at!.length; i++) {
        const [x, y] = [places.xs[i]!, places.ys[i]!];
        if (isBuffer ? Number.isNaN(x) || Number.isNaN(longitudes[i]!) : places.columns[i]! < 0) continue;
        const [column, row] = isBuffer
          ? [within(x, map.width), within(y, map.height)]
          : [places.columns[i]!, places.rows[i]!];
        at![count] = at![i]!;
        xs![count] = x;
        ys![count] = y;
        longitudes[count] = longitudes[i]!;
        latitudes[count] = latitudes[i]!;
        tile[count++] = Math.floor(row / tiles.height) * tiles.across + Math.floor(column / tiles.width);
      }
      if (count === 0) continue;
      const cut = (all: Float64Array): Float64Array => all.subarray(0, count);
      yield numbers({
        pos: cut(at!),
        px: cut(xs!),
        py: cut(ys!),
        lon: cut(longitudes),
        lat: cut(latitudes),
        tile: cut(tile),
      });
    }
  };
  await store.append(scratch.table("placed"), batches(), { commitEvery: 1 << 22 });
  await store.exec(`
    CREATE OR REPLACE TABLE ${scratch.sql("pixels")} AS FROM ${placed} ORDER BY tile, pos;
    DROP TABLE ${placed}`);
}
