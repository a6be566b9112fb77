import { countSource, sourceTotalOf, type SourceTotal } from "../conservation/source-total.js";
import type { TotalTask } from "./band-task.js";
import type { BandOptions } from "./raster-bands.js";
import { inThread, openingOf, taskModule, type RasterJob } from "./start-band.js";

/** What the raster's pixels under rows of the grid add up to, which need not be resampled. */
export async function totalOfRows(
  job: RasterJob,
  [rowStart, rowEnd]: readonly [first: number, end: number],
  { workers, lanes, sizes }: Pick<BandOptions, "workers" | "lanes" | "sizes">,
): Promise<SourceTotal> {
  const { raster, crs, plan } = job;
  const { windowSize } = sizes;
  if (!inThread(job)) return sourceTotalOf(countSource(raster, crs, plan), rowStart, rowEnd, windowSize ** 2);
  const task: TotalTask = { ...openingOf(job), counted: true, rowStart, rowEnd, windowSize };
  return workers.run<SourceTotal>(taskModule, "totalTask", task, { lane: lanes[0]! });
}
