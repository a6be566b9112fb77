import { required, type StageContext } from "@quadrat/core";
import type { BandOptions } from "../staging/raster-bands.js";
import { shareReading, type SharedColumn } from "../staging/shared-reading.js";
import { rasterJob } from "../staging/stage-raster.js";

/** Stages a dataset by its position in the threads `lanes`; `shared` if it is made together with others. */
type StageOne = (index: number, lanes: readonly number[], shared?: SharedColumn) => Promise<void>;

/** Works on readings, as many at a time as there are threads. All work has ended when it settles. */
export async function stageReadings(
  readings: readonly (readonly number[])[],
  context: StageContext,
  options: Pick<BandOptions, "storePath" | "endRow">,
  stage: StageOne,
): Promise<void> {
  const queue = [...readings.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [number, reading] = next;
      const lanes = lanesFor(number, readings.length, context);
      if (reading.length > 1) await stageTogether(reading, lanes, context, options, stage);
      else await stage(reading[0]!, lanes);
    }
  };
  await allEnded(Array.from({ length: Math.min(context.workers.size, readings.length) }, work));
}

/** Stages the datasets of a reading at the same time, band by band. */
async function stageTogether(
  reading: readonly number[],
  lanes: readonly number[],
  context: StageContext,
  options: Pick<BandOptions, "storePath" | "endRow">,
  stage: StageOne,
): Promise<void> {
  const { workers, sizes, signal } = context;
  const datasets = required(context, "datasets");
  const members = reading.map((index) => datasets[index]!);
  const job = await rasterJob(members[0]!, { key: "" }, context, members);
  const columns = shareReading(job, reading.length, { workers, lanes, sizes, signal, ...options });
  await allEnded(
    reading.map(async (index, column) => {
      try {
        await stage(index, lanes, columns[column]);
      } finally {
        await columns[column]!.bands.leave(column);
      }
    }),
  );
}

/** Waits for all of the work, also if some of it fails. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

/** Threads for a dataset or a reading: one while there are others to work on, all for the only or last one. */
export function lanesFor(index: number, count: number, { workers }: StageContext): number[] {
  const alone = count % workers.size === 1 && index === count - 1;
  if (alone || workers.size === 1) return Array.from({ length: workers.size }, (_, lane) => lane);
  return [index % workers.size];
}
