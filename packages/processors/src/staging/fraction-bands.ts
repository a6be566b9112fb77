import { locate } from "@quadrat/core/base";
import { bandEnd, resampleFractions, type ClassGroups, type ClassLists } from "../resample/index.js";
import { inSinglePrecision } from "../resample/methods/class-lists.js";
import type { FractionsTask } from "./band-task.js";
import { hideOutside, runsInside } from "./inside.js";
import type { BandOptions } from "./raster-bands.js";
import { specOf, taskModule, type RasterJob } from "./start-band.js";
import { scratchWhenNeeded } from "./scratch-when-needed.js";

/** Consecutive rows of the grid. */
export interface FractionBand {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Undefined if none of its cells is in the mask. */
  readonly lists: ClassLists | undefined;
}

/** Maximum cells of a band, unless a single row has more: a cell may have many classes. */
const mostCells = { aligned: 1 << 17, others: 1 << 16 };

/** Tasks under way for each thread: one at work, one waiting. */
const ahead = 2;

/**
 * The fractions of classes in a raster's bands from row `fromRow` on, north to south, computed ahead in the threads that `lanes`
 * names. Their heights follow the current window size; the lists do not depend on them.
 */
export async function* fractionBands(
  job: RasterJob,
  groups: ClassGroups | undefined,
  fromRow: number,
  { workers, sizes, signal, storePath, ...options }: BandOptions,
): AsyncGenerator<FractionBand> {
  const { grid, plan, raster, mask } = job;
  const lanes = raster.sequential ? options.lanes.slice(0, 1) : options.lanes;
  const inThread = raster.reopen !== undefined;
  const scratch = inThread ? scratchWhenNeeded(job, storePath, ahead * lanes.length) : undefined;
  const inFlight: Promise<FractionBand>[] = [];
  let next = fromRow;
  let turn = 0;
  const start = async (rowStart: number, rowEnd: number, lane: number): Promise<FractionBand> => {
    const { windowSize } = sizes;
    if (mask && mask.nextRow(rowStart) >= rowEnd) return { rowStart, rowEnd, lists: undefined };
    const inside = mask && runsInside(mask, rowStart, rowEnd);
    const file = scratch?.forBand({ rows: rowEnd - rowStart, threads: lanes.length, windowSize });
    const task = { ...taskOf(job, groups), rowStart, rowEnd, windowSize, scratch: file, inside };
    const found = inThread
      ? workers.run<ClassLists>(taskModule, "fractionsTask", task, { lane })
      : resampleFractions(
          plan,
          rowStart,
          rowEnd,
          windowSize ** 2,
          groups,
          hideOutside(grid.width, inside),
        ).then((lists) => inType(job, lists));
    const lists = await found.catch((error: unknown) => {
      throw locate(error, { cells: [rowStart * grid.width, rowEnd * grid.width] });
    });
    return { rowStart, rowEnd, lists };
  };
  try {
    while (next < grid.height || inFlight.length > 0) {
      while (next < grid.height && inFlight.length < ahead * lanes.length) {
        const rowEnd = bandEnd(plan, next, sizes.windowSize, mostCells);
        // Neighbouring bands read some of the same blocks: in pairs they find them in the thread's cache.
        const band = start(next, rowEnd, lanes[Math.floor(turn++ / ahead) % lanes.length]!);
        band.catch(() => undefined);
        inFlight.push(band);
        next = rowEnd;
      }
      const band = await inFlight.shift()!;
      signal.throwIfAborted();
      yield band;
    }
  } finally {
    await Promise.allSettled(inFlight);
    scratch?.close();
  }
}

function inType({ dataType }: RasterJob, lists: ClassLists): ClassLists {
  return dataType === "float32" ? inSinglePrecision(lists) : lists;
}

function taskOf(
  { key, raster, crs, grid, method, owner, dataType }: RasterJob,
  groups: ClassGroups | undefined,
): Omit<FractionsTask, "rowStart" | "rowEnd" | "windowSize" | "scratch" | "inside"> {
  return { key, reopen: raster.reopen!, crs, grid: specOf(grid), method, owner, dataType, groups };
}
