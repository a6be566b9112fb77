import type { Mask, WorkerPool } from "@quadrat/core";
import * as arrow from "apache-arrow";
import { outsideRuns } from "../resample/outside.js";
import type { OutsideTask } from "./band-task.js";
import { openingOf, taskModule, type RasterJob } from "./start-band.js";

/** Cells whose centres one task examines: few enough to be interrupted afterwards. */
const taskCells = 4_000_000;

/**
 * Cells whose centres lie outside of a raster, as ascending batches of `first_cell` and `end_cell`. It depends only on
 * the grid and the raster's position, so that an interrupted run needs nothing that it had found.
 */
export function outsideBatches(job: RasterJob, options: OutsideOptions): AsyncGenerator<arrow.RecordBatch> {
  return joinedRuns(outsideOfRows(job, [0, job.grid.height], options), options.signal);
}

interface OutsideOptions {
  readonly workers: WorkerPool;
  readonly lanes: readonly number[];
  readonly signal: AbortSignal;
}

/** The same for some rows, as pairs of numbers, of which two may touch each other. */
export function outsideOfRows(
  job: RasterJob,
  [from, to]: readonly [first: number, end: number],
  { workers, lanes }: OutsideOptions,
): AsyncGenerator<Float64Array> {
  const [first, end] = job.mask ? rowsInside(job.mask, from, to) : [from, to];
  const rows = Math.max(1, Math.floor(taskCells / job.grid.width));
  return inTurn(Math.ceil((end - first) / rows), lanes.length, (task) => {
    const rowStart = first + task * rows;
    const rowEnd = Math.min(end, rowStart + rows);
    return findRuns(job, rowStart, rowEnd, workers, lanes[task % lanes.length]!);
  });
}

/** The rows from the first to the last one with cells in the mask. */
function rowsInside(mask: Mask, from: number, to: number): readonly [first: number, end: number] {
  const first = Math.min(to, mask.nextRow(from));
  let end = first;
  for (let row = first; row < to; row = mask.nextRow(row + 1)) end = row + 1;
  return [first, end];
}

/** Ascending pairs of numbers as batches; pairs that touch each other become one. */
export async function* joinedRuns(
  pairs: AsyncIterable<Float64Array> | Iterable<Float64Array>,
  signal: AbortSignal,
): AsyncGenerator<arrow.RecordBatch> {
  let kept: [first: number, end: number] | undefined;
  for await (const found of pairs) {
    signal.throwIfAborted();
    const runs: number[] = kept ? [...kept] : [];
    for (let i = 0; i < found.length; i += 2) {
      if (runs.length > 0 && runs.at(-1) === found[i]) runs[runs.length - 1] = found[i + 1]!;
      else runs.push(found[i]!, found[i + 1]!);
    }
    // The last range may continue in the next rows.
    kept = runs.length > 0 ? [runs.at(-2)!, runs.at(-1)!] : undefined;
    if (runs.length > 2) yield batchOf(runs.slice(0, -2));
  }
  if (kept) yield batchOf(kept);
}

/** The results of tasks in order, with at most this many under way at a time. */
async function* inTurn<T>(
  tasks: number,
  atOnce: number,
  start: (task: number) => Promise<T>,
): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  try {
    for (let next = 0; next < tasks || underWay.length > 0;) {
      while (next < tasks && underWay.length < atOnce) {
        const result = start(next++);
        result.catch(() => undefined);
        underWay.push(result);
      }
      yield await underWay.shift()!;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function findRuns(
  job: RasterJob,
  rowStart: number,
  rowEnd: number,
  workers: WorkerPool,
  lane: number,
): Promise<Float64Array> {
  const { raster, plan, reducer } = job;
  if (!raster.reopen || plan.axes || (reducer && reducer.module === undefined))
    return outsideRuns(plan, rowStart, rowEnd);
  const task: OutsideTask = { ...openingOf(job), rowStart, rowEnd };
  return workers.run<Float64Array>(taskModule, "outsideTask", task, { lane });
}

function batchOf(runs: readonly number[]): arrow.RecordBatch {
  const type = new arrow.Int64();
  const column = (offset: 0 | 1): arrow.Data<arrow.Int64> =>
    arrow.makeData({
      type,
      length: runs.length / 2,
      nullCount: 0,
      data: BigInt64Array.from({ length: runs.length / 2 }, (_, i) => BigInt(runs[2 * i + offset]!)),
    });
  const struct = new arrow.Struct([
    new arrow.Field("first_cell", type, false),
    new arrow.Field("end_cell", type, false),
  ]);
  const data = arrow.makeData({
    type: struct,
    length: runs.length / 2,
    nullCount: 0,
    children: [column(0), column(1)],
  });
  return new arrow.RecordBatch(new arrow.Schema(struct.children), data);
}
