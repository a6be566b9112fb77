import type {
  DataType,
  Grid,
  GridSpec,
  Mask,
  RasterSeries,
  RasterSource,
  Sizes,
  WorkerPool,
} from "@quadrat/core";
import { cleanedUp, locate, threadModule, type HookOwner } from "@quadrat/core/base";
import { bandEnd, resampleBand, type ResamplePlan } from "../resample/index.js";
import { countSource, sourceTotalOf, type SourceTotal } from "../conservation/source-total.js";
import type { BandResult, BandTask, TotalTask } from "./band-task.js";
import { toColumn, type Column } from "./column.js";
import { evenShares, type ColumnRange } from "./column-shares.js";
import { keepInside, partsInside } from "./inside.js";
import { joinColumns, placeColumns } from "./join-columns.js";
import type { ReducerTask } from "./reducer.js";
import { scratchWhenNeeded } from "./scratch-when-needed.js";
import { resampleSeries } from "./series-band.js";
import { SeriesReader, type SharedSteps } from "./series-reader.js";

export interface RasterJob {
  readonly key: string;
  readonly raster: RasterSource;
  readonly crs: string;
  readonly grid: Grid;
  readonly method: ResamplePlan["method"];
  readonly reducer?: ReducerTask | undefined;
  /** Set if the raster comes from a plugin's source. */
  readonly owner?: HookOwner | undefined;
  /** Set if the column is made from several steps in time, of which the raster is one. */
  readonly series?: RasterSeries | undefined;
  /** The same for threads. */
  readonly sharedSteps?: SharedSteps | undefined;
  readonly dataType: DataType;
  readonly plan: ResamplePlan;
  /** The cells that get a value; absent: all. */
  readonly mask?: Mask | undefined;
  /** Whether the raster's own total inside of the grid is wanted. */
  readonly counted?: boolean | undefined;
}

export interface BandOptions {
  readonly workers: WorkerPool;
  readonly lanes: readonly number[];
  readonly sizes: Sizes;
  readonly signal: AbortSignal;
  /** Scratch files are created beside it. */
  readonly storePath: string;
  /** The row after the last one; default: the end of the grid. */
  readonly endRow?: number;
}

/** Consecutive rows of the grid as a column, valid until the next band is requested. */
export interface Band {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly column: Column;
  /** What the pixels under these rows add up to, if the raster is counted. */
  readonly total?: SourceTotal | undefined;
}

/**
 * Maximum cells of a band, unless a single row has more, for a dataset with a thread of its own and for one that threads
 * share: the fewer consecutive bands a thread has, the more it decodes twice.
 */
const mostCells = {
  own: { aligned: 1 << 19, others: 1 << 18 },
  shared: { aligned: 1 << 20, others: 1 << 20 },
  // Of a series there are several bands of numbers at a time: those of a step, of sums, of counts.
  series: { aligned: 1 << 18, others: 1 << 18 },
} as const;

/** Maximum cells of a band that has none in the mask. */
const mostEmpty = 1 << 20;

/** Tasks under way for each thread: one at work, one waiting. */
const ahead = 2;

export const taskModule = threadModule(import.meta.url, "./band-task.js");

/**
 * The dataset's bands from row `fromRow` on, north to south, resampled ahead in the threads that `lanes` names.
 * Their heights follow the current window size; the values do not depend on them.
 */
export async function* rasterBands(
  job: RasterJob,
  fromRow: number,
  options: BandOptions,
): AsyncGenerator<Band> {
  const { workers, sizes, signal } = options;
  const { grid, plan, mask, dataType } = job;
  const endRow = options.endRow ?? grid.height;
  const lanes = job.raster.sequential ? options.lanes.slice(0, 1) : options.lanes;
  const scratch =
    inThread(job) && !job.series
      ? scratchWhenNeeded(job, options.storePath, ahead * lanes.length)
      : undefined;
  // If columns and rows depend on each other, threads that work side by side decode fewer blocks twice than threads
  // that work on successive bands.
  const shares = inThread(job) && !plan.axes && !mask ? evenShares(lanes.length, grid.width) : undefined;
  const sideBySide = shares !== undefined;
  const inFlight: Promise<Parts>[] = [];
  const spare: ArrayBuffer[] = [];
  let joined: ArrayBuffer | undefined;
  let next = fromRow;
  let turn = 0;
  try {
    while (next < endRow || inFlight.length > 0) {
      while (next < endRow && inFlight.length < ahead * (sideBySide ? 1 : lanes.length)) {
        const { windowSize } = sizes;
        const rowStart = next;
        if (mask) {
          const reached = Math.min(endRow, mask.nextRow(rowStart));
          if (reached > rowStart) {
            next = Math.min(reached, rowStart + Math.max(1, Math.floor(mostEmpty / grid.width)));
            inFlight.push(Promise.resolve({ rowStart, rowEnd: next, parts: [] }));
            continue;
          }
        }
        const most = job.series ? mostCells.series : lanes.length > 1 ? mostCells.shared : mostCells.own;
        const rowEnd = Math.min(endRow, bandEnd(plan, rowStart, windowSize, most));
        const file = scratch?.forBand({ rows: rowEnd - rowStart, threads: lanes.length, windowSize });
        const start = async (lane: number, columns?: ColumnRange, inside?: Int32Array): Promise<Part> => {
          const total = job.counted && (columns?.[0] ?? 0) === 0;
          const place = { rowStart, rowEnd, windowSize, columns, inside };
          const task = { ...place, buffer: spare.pop(), scratch: file, total };
          const result = await startBand(job, task, workers, lane).catch((error: unknown) => {
            throw locate(error, { cells: [rowStart * grid.width, rowEnd * grid.width] });
          });
          const [left, right] = columns ?? [0, grid.width];
          return { ...result, left, width: right - left };
        };
        const lane = (): number => lanes[Math.floor(turn++ / ahead) % lanes.length]!;
        // Neighbouring bands read some of the same blocks: in pairs they find them in the thread's cache.
        const parts = shares
          ? shares.ranges().map((columns, k) => start(lanes[k]!, columns))
          : mask
            ? partsInside(mask, rowStart, rowEnd).map(({ columns, inside }) => start(lane(), columns, inside))
            : [start(lane())];
        for (const part of parts) part.catch(() => undefined);
        inFlight.push(settled(parts).then((parts) => ({ rowStart, rowEnd, parts })));
        inFlight.at(-1)!.catch(() => undefined);
        next = rowEnd;
      }
      const { rowStart, rowEnd, parts } = await inFlight.shift()!;
      signal.throwIfAborted();
      shares?.measured(parts);
      const rows = rowEnd - rowStart;
      const column = mask
        ? placeColumns(parts, { rows, width: grid.width, type: dataType }, joined)
        : joinColumns(parts, rows, joined);
      if (mask || parts.length > 1) {
        joined = column.values.buffer;
        spare.push(...parts.map((part) => part.column.values.buffer));
      }
      yield { rowStart, rowEnd, column, total: parts[0]?.total };
      if (!mask && parts.length === 1) spare.push(column.values.buffer);
    }
  } finally {
    await Promise.allSettled(inFlight);
    scratch?.close();
  }
}

interface Part extends BandResult {
  readonly left: number;
  readonly width: number;
}

interface Parts {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly parts: readonly Part[];
}

/** Like `Promise.all`, but when it rejects none of the promises is still pending. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** Whether a thread can open the raster itself, and every file of a series, and knows the method. */
function inThread({ raster, reducer, series }: RasterJob): boolean {
  if (series?.files.some(({ reopen }) => reopen === undefined)) return false;
  return raster.reopen !== undefined && !(reducer && reducer.module === undefined);
}

async function startBand(
  job: RasterJob,
  part: Pick<
    BandTask,
    "rowStart" | "rowEnd" | "windowSize" | "columns" | "inside" | "buffer" | "scratch" | "total"
  >,
  workers: WorkerPool,
  lane: number,
): Promise<BandResult> {
  const { key, raster, crs, grid, method, reducer, owner, dataType, plan, series } = job;
  const { rowStart, rowEnd, windowSize, buffer, columns, inside } = part;
  if (!inThread(job) && series) {
    const reader = new SeriesReader(series, (file) => series.open(file));
    const band = { grid, method, reducer: plan.reducer, rowStart, rowEnd, windowSize, columns };
    const data = await cleanedUp(
      () => resampleSeries(reader, band),
      () => reader.close(),
    );
    if (inside) keepInside(data, columns![1] - columns![0], inside);
    return { column: toColumn(data, dataType), milliseconds: 0 };
  }
  if (!inThread(job)) {
    const data = await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, { dataType, buffer, columns });
    if (inside) keepInside(data, columns![1] - columns![0], inside);
    const total = part.total
      ? await sourceTotalOf(countSource(raster, crs, plan), rowStart, rowEnd, windowSize ** 2)
      : undefined;
    return { column: toColumn(data, dataType), milliseconds: 0, total };
  }
  const reopen = raster.reopen!;
  const task: BandTask = {
    ...{ key, reopen, crs, grid: specOf(grid), method, reducer, owner, dataType, counted: job.counted },
    ...(job.sharedSteps && { series: job.sharedSteps }),
    ...part,
  };
  return workers.run<BandResult>(taskModule, "resampleTask", task, {
    lane,
    transfer: buffer ? [buffer] : [],
  });
}

/** What the raster's pixels under rows of the grid add up to, which need not be resampled. */
export async function totalOfRows(
  job: RasterJob,
  [rowStart, rowEnd]: readonly [first: number, end: number],
  { workers, lanes, sizes }: Pick<BandOptions, "workers" | "lanes" | "sizes">,
): Promise<SourceTotal> {
  const { key, raster, crs, grid, method, reducer, owner, plan } = job;
  const { windowSize } = sizes;
  if (!inThread(job)) return sourceTotalOf(countSource(raster, crs, plan), rowStart, rowEnd, windowSize ** 2);
  const task: TotalTask = {
    ...{ key, reopen: raster.reopen!, crs, grid: specOf(grid), method, reducer, owner, counted: true },
    ...{ rowStart, rowEnd, windowSize },
  };
  return workers.run<SourceTotal>(taskModule, "totalTask", task, { lane: lanes[0]! });
}

/** Starts this many threads, which load what they need for bands. */
export function loadTasks(workers: WorkerPool, count: number): void {
  for (let lane = 0; lane < count; lane++) {
    // A thread that fails here fails again with the first band, which reports why.
    workers.run(taskModule, "endTasks", undefined, { lane }).catch(() => undefined);
  }
}

/** Makes every thread that has started release what it keeps for the next band. */
export async function endTasks(workers: WorkerPool): Promise<void> {
  await Promise.all(
    workers.startedLanes.map((lane) => workers.run(taskModule, "endTasks", undefined, { lane })),
  );
}

/** A grid in the form in which it is passed to a thread. */
export function specOf({ crs, resolution, bounds }: Grid): GridSpec {
  return { crs, resolution, bounds };
}
