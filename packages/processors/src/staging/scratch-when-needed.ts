import type { RasterSource } from "@quadrat/core/base";
import type { BandTask } from "./band-task.js";
import type { ResamplePlan } from "../resample/index.js";
import { openScratchFile, type ScratchFile } from "./scratch-file.js";
import { goesUp, needsScratch } from "./scratch-need.js";
import { keptBytes } from "./useful-cache.js";

/** The scratch file of a raster that is resampled band by band, created with the first band that needs it. */
export interface BandScratch {
  /** What a band is told of the file; undefined if it needs none. */
  forBand(band: {
    readonly rows: number;
    readonly threads: number;
    readonly windowSize: number;
  }): BandTask["scratch"];
  close(): void;
}

/** Never: whatever a stream has passed may be needed again, and decoding it again takes the whole stream. */
const patienceWithStreams = 2 ** 30;

/** @param inFlight the number of bands that may be in work at the same time */
export function scratchWhenNeeded(
  { key, raster, plan }: { readonly key: string; readonly raster: RasterSource; readonly plan: ResamplePlan },
  storePath: string,
  inFlight: number,
): BandScratch {
  const upwards = goesUp(plan);
  let file: ScratchFile | undefined;
  let turn = 0;
  return {
    forBand({ rows, threads, windowSize }) {
      turn++;
      const work = { rows, threads, windowSize, cacheBytes: keptBytes(raster, plan, windowSize), upwards };
      if (!file && needsScratch(raster, plan, work)) {
        const patience = raster.sequential ? patienceWithStreams : inFlight;
        file = openScratchFile(storePath, key, raster.scratchBlocks!, patience);
      }
      return file && { share: file.share, turn };
    },
    close: () => file?.close(),
  };
}
