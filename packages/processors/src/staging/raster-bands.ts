import type { DataType, Grid, GridSpec, HookOwner, RasterSource, Sizes, WorkerPool } from "@quadrat/core";
import { locate } from "@quadrat/core/base";
import { bandEnd, resampleBand, type ResamplePlan } from "../resample/index.js";
import type { BandTask } from "./band-task.js";
import { toColumn, type Column } from "./column.js";
import type { ReducerTask } from "./reducer.js";

export interface RasterJob {
  readonly key: string;
  readonly raster: RasterSource;
  readonly crs: string;
  readonly grid: Grid;
  readonly method: ResamplePlan["method"];
  readonly reducer?: ReducerTask | undefined;
  /** Set where the raster is from a plugin's source. */
  readonly owner?: HookOwner | undefined;
  readonly dataType: DataType;
  readonly plan: ResamplePlan;
}

/** Consecutive rows of the grid as a column, which is good until the next band is asked for. */
export interface Band {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly column: Column;
}

/**
 * Cells of a band at most, unless a single row has more, for a dataset with a thread of its own and for one that threads share: the
 * fewer bands a thread has in a row, the more it decodes twice.
 */
const mostCells = {
  own: { aligned: 1 << 19, others: 1 << 18 },
  shared: { aligned: 1 << 20, others: 1 << 20 },
} as const;

/** Bands in flight for each thread: one at work, one waiting. */
const ahead = 2;

export const taskModule = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/staging/band-task.js" : "./band-task.js",
  import.meta.url,
).href;

/**
 * The dataset's bands from row `fromRow` on, north to south, resampled ahead in the threads that `lanes` names.
 * Their heights follow the window size of the moment; the values do not depend on them.
 */
export async function* rasterBands(
  job: RasterJob,
  fromRow: number,
  options: { workers: WorkerPool; lanes: readonly number[]; sizes: Sizes; signal: AbortSignal },
): AsyncGenerator<Band> {
  const { workers, lanes, sizes, signal } = options;
  const { grid, plan } = job;
  const inFlight: Promise<Band>[] = [];
  const spare: ArrayBuffer[] = [];
  let next = fromRow;
  let turn = 0;
  try {
    while (next < grid.height || inFlight.length > 0) {
      while (next < grid.height && inFlight.length < lanes.length * ahead) {
        const { windowSize } = sizes;
        const rowStart = next;
        const rowEnd = bandEnd(
          plan,
          rowStart,
          windowSize,
          lanes.length > 1 ? mostCells.shared : mostCells.own,
        );
        // Neighbouring bands read some of the same blocks: two by two they find them in the thread's cache.
        const lane = lanes[Math.floor(turn++ / ahead) % lanes.length]!;
        const column = startBand(job, [rowStart, rowEnd], windowSize, workers, lane, spare.pop()).catch(
          (error: unknown) => {
            throw locate(error, { cells: [rowStart * grid.width, rowEnd * grid.width] });
          },
        );
        column.catch(() => undefined);
        inFlight.push(column.then((column) => ({ rowStart, rowEnd, column })));
        inFlight.at(-1)!.catch(() => undefined);
        next = rowEnd;
      }
      const band = await inFlight.shift()!;
      signal.throwIfAborted();
      yield band;
      spare.push(band.column.values.buffer);
    }
  } finally {
    await Promise.allSettled(inFlight);
  }
}

async function startBand(
  job: RasterJob,
  [rowStart, rowEnd]: readonly [number, number],
  windowSize: number,
  workers: WorkerPool,
  lane: number,
  buffer: ArrayBuffer | undefined,
): Promise<Column> {
  const { key, raster, crs, grid, method, reducer, owner, dataType, plan } = job;
  const { reopen } = raster;
  if (!reopen || (reducer && reducer.module === undefined))
    return toColumn(
      await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, { dataType, buffer }),
      dataType,
    );
  const task: BandTask = {
    key,
    reopen,
    crs,
    grid: specOf(grid),
    method,
    reducer,
    owner,
    dataType,
    rowStart,
    rowEnd,
    windowSize,
    buffer,
  };
  return workers.run<Column>(taskModule, "resampleTask", task, { lane, transfer: buffer ? [buffer] : [] });
}

/** Has every thread that has started let go of what it keeps for the next band. */
export async function endTasks(workers: WorkerPool): Promise<void> {
  const lanes = [...workers.heaps.keys()].filter((lane) => workers.heaps[lane]! > 0);
  await Promise.all(lanes.map((lane) => workers.run(taskModule, "endTasks", undefined, { lane })));
}

/** A grid as it is handed to a thread. */
export function specOf({ crs, resolution, bounds }: Grid): GridSpec {
  return { crs, resolution, bounds };
}
