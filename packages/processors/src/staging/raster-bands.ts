import type { Sizes, WorkerPool } from "@quadrat/core";
import { locate, reclaim } from "@quadrat/core/base";
import type { SourceTotal } from "../conservation/source-total.js";
import { bandEnd, type MostCells } from "../resample/index.js";
import type { BandResult } from "./band-task.js";
import type { Column } from "./column.js";
import { evenShares, type ColumnRange } from "./column-shares.js";
import { partsInside } from "./inside.js";
import { joinColumns, placeColumns } from "./join-columns.js";
import { scratchWhenNeeded } from "./scratch-when-needed.js";
import { columnTypesOf, inThread, startBand, taskModule, type RasterJob } from "./start-band.js";

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
export interface Band extends BandRows {
  /** Undefined if none of its cells is in the mask. */
  readonly column: Column | undefined;
  /** What the pixels under these rows add up to, if the raster is counted. */
  readonly total?: SourceTotal | undefined;
}

/** The same for all columns that are made together. */
export interface Bands extends BandRows {
  /** Undefined if none of the cells is in the mask. */
  readonly columns: readonly Column[] | undefined;
  /** See {@link Band}; a series is not counted. */
  readonly total?: SourceTotal | undefined;
}

interface BandRows {
  readonly rowStart: number;
  readonly rowEnd: number;
}

/**
 * Maximum cells of a band, unless a single row has more, for a dataset with a thread of its own and for one that threads
 * share: the fewer consecutive bands a thread has, the more it decodes twice.
 */
const mostCells = {
  own: { aligned: 1 << 19, others: 1 << 18 },
  shared: { aligned: 1 << 20, others: 1 << 20 },
} as const;

/** Maximum cells of a band of a series, of which there are several bands of numbers at a time: those of a step, of sums, of counts. */
const seriesCells = 1 << 18;

/** The maximum of the cells of all bands that are made together. */
function togetherCells(atOnce: number, windowSize: number): number {
  return atOnce === 1
    ? seriesCells
    : Math.min(seriesCells, Math.floor(Math.max(seriesCells, windowSize ** 2 / 4) / atOnce));
}

/** The maximum of the cells of a band of several methods, of which each has a column of numbers. */
function cellsOfMethods(most: MostCells, methods: number): MostCells {
  const share = (cells: number): number => Math.max(leastOfMethods, Math.floor(cells / methods));
  return methods === 1 ? most : { aligned: share(most.aligned), others: share(most.others) };
}

/** With fewer cells threads would wait for one another too often. */
const leastOfMethods = 1 << 16;

/** Maximum cells of a band that has none in the mask. */
const mostEmpty = 1 << 20;

/** Tasks under way for each thread: one at work, one waiting. */
const ahead = 2;

/** The bands of a dataset that is staged by itself. */
export async function* rasterBands(
  job: RasterJob,
  fromRow: number,
  options: BandOptions,
): AsyncGenerator<Band> {
  for await (const { rowStart, rowEnd, columns, total } of bandsOf(job, fromRow, options))
    yield { rowStart, rowEnd, column: columns?.[0], total };
}

/**
 * The bands of one dataset or several from row `fromRow` on, north to south, resampled ahead in the threads that `lanes` names.
 * Their heights follow the current window size; the values do not depend on them.
 */
export async function* bandsOf(job: RasterJob, fromRow: number, options: BandOptions): AsyncGenerator<Bands> {
  const { workers, sizes, signal } = options;
  const { grid, plan, mask } = job;
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
  const types = columnTypesOf(job);
  const joined: ArrayBuffer[] = [];
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
        const together = job.series && togetherCells(job.series.atOnce, windowSize);
        const most = together
          ? { aligned: together, others: together }
          : lanes.length > 1
            ? cellsOfMethods(mostCells.shared, types.length)
            : cellsOfMethods(mostCells.own, types.length);
        // Methods that are at work at the same time share the pixels of a window.
        const own = job.others ? Math.floor(windowSize / Math.sqrt(types.length)) : windowSize;
        const rowEnd = Math.min(endRow, bandEnd(plan, rowStart, own, most));
        const rows = rowEnd - rowStart;
        const file = scratch?.forBand({ rows, threads: lanes.length, windowSize: own });
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
      if (parts.length === 0) {
        yield { rowStart, rowEnd, columns: undefined };
        continue;
      }
      const rows = rowEnd - rowStart;
      const isJoined = mask !== undefined || parts.length > 1;
      const columns = types.map((type, k) => {
        const own = parts.map(({ columns, ...place }) => ({ ...place, column: columns[k]! }));
        return mask
          ? placeColumns(own, { rows, width: grid.width, type }, joined[k])
          : joinColumns(own, rows, joined[k]);
      });
      const used = parts.map(({ columns: [first] }) => first!.values.buffer);
      if (isJoined) {
        for (const [k, { values }] of columns.entries()) joined[k] = values.buffer;
        spare.push(...used);
      }
      yield { rowStart, rowEnd, columns, total: parts[0]!.total };
      for (const { columns } of parts) for (const { values } of columns.slice(1)) reclaim(values.byteLength);
      if (!isJoined) spare.push(...used);
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
