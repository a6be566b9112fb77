import type { OpenDataset, StageContext } from "@quadrat/core";
import { inStrips } from "./methods-together.js";
import type { BandOptions } from "./raster-bands.js";
import { bandsOf } from "./raster-bands.js";
import { reducerOf } from "./reducer.js";
import { SharedBands } from "./shared-bands.js";
import type { RasterJob } from "./start-band.js";

/** A column of a reading that several datasets share. */
export interface SharedColumn {
  readonly job: RasterJob;
  readonly bands: SharedBands;
  readonly column: number;
}

/** The maximum number of datasets of one reading: DuckDB holds a row group of each table that is appended to. */
const mostTogether = 12;

/** Bytes of the limit that a reading for one method may take. */
const bytesOfReading = 256 * 2 ** 20;

/**
 * Bytes for each method beside the first, in each thread: each has a table that is appended to, cells on their way there, and places
 * of cells among the pixels. With five methods at once a run took 140 MB more than with one after another.
 */
const bytesOfMethod = 64 * 2 ** 20;

/**
 * Which datasets are made in one reading, as lists of positions, in order: those of an entry whose steps lie in the same blocks of
 * files, and those that resample the same steps or pixels by several methods, as many as there is memory for. All others are alone.
 * @param positions those of rasters
 */
export function readingsOf(
  datasets: readonly OpenDataset[],
  positions: readonly number[],
  context: Pick<StageContext, "registry" | "memory" | "workers">,
): number[][] {
  const spare = Math.max(0, context.memory.limitBytes - bytesOfReading);
  const mostMethods = 1 + Math.floor(spare / bytesOfMethod / context.workers.size);
  const readings: number[][] = [];
  const known = new Map<unknown, number[]>();
  for (const position of positions) {
    const dataset = datasets[position]!;
    const key = keyOf(dataset, context);
    const reading = key === undefined ? undefined : known.get(key);
    const isSeries = dataset.source.kind === "raster" && dataset.source.series !== undefined;
    if (reading && reading.length < (isSeries ? mostTogether : Math.min(mostTogether, mostMethods))) {
      reading.push(position);
      continue;
    }
    const own = [position];
    readings.push(own);
    if (key !== undefined) known.set(key, own);
  }
  return readings;
}

/** Equal for datasets that are made in one reading; undefined for those that are alone. */
function keyOf(
  { source, origin, config, method }: OpenDataset,
  context: Pick<StageContext, "registry">,
): unknown {
  if (source.kind !== "raster" || !origin || method === "fractions") return undefined;
  if (reducerOf(config, context.registry)) return undefined;
  const { raster, series } = source;
  if (!series) {
    if (raster.sequential && !inStrips(method)) return undefined;
    const { variable, time } = origin;
    // Some methods may read an overview.
    const size = [raster.width, raster.height];
    return JSON.stringify([origin.entry, config.path, config.band, variable, time?.first, size]);
  }
  // Where each step is decoded by itself nothing is decoded twice for another group of steps, and threads do better with one each.
  return series.blockLayers > 1 ? origin.entry : series;
}

/** The columns of a reading; each has to join or to leave. */
export function shareReading(job: RasterJob, count: number, options: BandOptions): SharedColumn[] {
  const bands = new SharedBands(count, (fromRow) => bandsOf(job, fromRow, options));
  return Array.from({ length: count }, (_, column) => ({ job, bands, column }));
}
