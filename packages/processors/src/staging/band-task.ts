import {
  BlockScratch,
  cacheBytes,
  Grid,
  guardRaster,
  importModule,
  inHook,
  quietly,
  reclaim,
  reclaimUnlessLittle,
  timed,
  transferable,
  type DataType,
  type GridSpec,
  type HookOwner,
  type PluginMethod,
  type RasterSource,
  type Reducer,
  type ResamplingDefinition,
  type ReopenInThread,
  type ResamplingMethod,
  type ScratchShare,
  type Transferable,
} from "@quadrat/core/base";
import {
  countSource,
  sourceTotalOf,
  type SourceCounter,
  type SourceTotal,
} from "../conservation/source-total.js";
import { closeIdle } from "../inputs/columns/layer-in-thread.js";
import { planFor } from "./plan.js";
import { outsideRuns } from "../resample/outside.js";
import {
  planSource,
  resampleBand,
  resampleFractions,
  type ClassGroups,
  type ClassLists,
  type ResamplePlan,
} from "../resample/index.js";
import { inSinglePrecision } from "../resample/methods/class-lists.js";
import { hideOutside, keepInside } from "./inside.js";
import { toColumn, type Column } from "./column.js";
import { makeReducer, type ReducerTask } from "./reducer.js";
import { methodsTogether, type MethodsTogether, type OtherMethod } from "./methods-together.js";
import { resampleSeries } from "./series-band.js";
import { SeriesReader } from "./series-reader.js";
import { stepsOf, type SharedSteps } from "./series-together.js";
import { keptBytes } from "./useful-cache.js";

/** Rows `[rowStart, rowEnd)` of the grid, and a raster that a thread opens itself. */
export interface OutsideTask {
  /** Equal for tasks on the same dataset: the thread keeps what it has opened for the next task. */
  readonly key: string;
  readonly reopen: ReopenInThread;
  readonly crs: string;
  readonly grid: GridSpec;
  readonly method: ResamplingMethod | PluginMethod;
  /** Set if the method is a plugin's. */
  readonly reducer?: ReducerTask | undefined;
  /** Set if the raster comes from a plugin's source. */
  readonly owner?: HookOwner | undefined;
  /** Set if columns are made from several steps in time, of which the raster is one. */
  readonly series?: SharedSteps | undefined;
  /** Other methods that make columns of the same pixels. */
  readonly others?: readonly OtherMethod[] | undefined;
  readonly dataType: DataType;
  /** Whether the raster's own total is wanted. */
  readonly counted?: boolean | undefined;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** A task to resample these rows. */
export interface BandTask extends OutsideTask {
  readonly windowSize: number;
  /** Where the raster's decoded blocks are kept, and the number of the band. */
  readonly scratch?: { readonly share: ScratchShare; readonly turn: number } | undefined;
  /** Memory into which the column may be put. */
  readonly buffer?: ArrayBuffer | undefined;
  /** Columns of the grid; all by default. */
  readonly columns?: readonly [left: number, right: number] | undefined;
  /** Of these cells the ones that are wanted, see {@link keepInside}; all by default. */
  readonly inside?: Int32Array | undefined;
  /** Whether to add up the pixels under these rows, with those of all columns. */
  readonly total?: boolean | undefined;
}

/** A task to add up the raster's pixels under these rows. */
export interface TotalTask extends OutsideTask {
  readonly windowSize: number;
}

/** A task to find the fractions of classes in these rows. */
export interface FractionsTask extends OutsideTask, Pick<BandTask, "windowSize" | "scratch"> {
  readonly groups?: ClassGroups | undefined;
  /** The cells that are wanted, see {@link keepInside}; all by default. */
  readonly inside?: Int32Array | undefined;
}

/** The requested cells as a column, or as one for each that is made of the same series. */
export interface BandResult {
  readonly columns: readonly Column[];
  readonly milliseconds: number;
  /** What the pixels under these rows add up to, if it is wanted. */
  readonly total?: SourceTotal | undefined;
}

interface Opened {
  readonly key: string;
  readonly raster: RasterSource;
  readonly plan: ResamplePlan;
  readonly reducer: Reducer | undefined;
  readonly series: SeriesReader | undefined;
  readonly together: MethodsTogether | undefined;
  readonly counter: SourceCounter | undefined;
}

let opened: Promise<Opened> | undefined;

/** Called in a worker thread. A thread works on one dataset at a time and keeps it open in between. */
export async function resampleTask(task: BandTask): Promise<Transferable<BandResult>> {
  const begun = performance.now();
  const { plan, raster, series, together, reducer, counter } = await openFor(task);
  const { rowStart, rowEnd, windowSize, dataType, others, buffer, columns, scratch, inside } = task;
  raster.limitCache?.(together?.keptBytes(windowSize) ?? keptBytes(raster, plan, windowSize));
  raster.useScratch?.(scratch && new BlockScratch(scratch.share, scratch.turn));
  if (task.total) counter?.begin(rowStart, rowEnd);
  const bands = await timed("resample", async () =>
    series
      ? resampleSeries(series, { grid: plan.grid, reducer, rowStart, rowEnd, windowSize, columns, buffer })
      : together
        ? together.resample(rowStart, rowEnd, windowSize, { buffer, columns })
        : [await resampleBand(plan, rowStart, rowEnd, windowSize ** 2, { dataType, buffer, columns })],
  );
  const total = task.total ? await timed("resample", () => counter?.end(windowSize ** 2)) : undefined;
  const types = series
    ? series.steps.columns.map((column) => column.dataType)
    : [dataType, ...(others ?? []).map((other) => other.dataType)];
  const made: Column[] = [];
  for (const [k, data] of bands.entries()) {
    if (inside) keepInside(data, columns![1] - columns![0], inside);
    const column = toColumn(data, types[k]!);
    made.push(column);
    if (column.values.buffer !== data.buffer) reclaim(2 * data.byteLength, cacheBytes(windowSize));
    // What is transferred to the main thread leaves some garbage behind, though less than its size.
    else reclaim(data.byteLength);
  }
  const buffers = made.flatMap(({ values, validity }) =>
    validity ? [values.buffer, validity.buffer] : [values.buffer],
  );
  return transferable({ columns: made, milliseconds: performance.now() - begun, total }, buffers);
}

/** Called in a worker thread. */
export async function fractionsTask(task: FractionsTask): Promise<Transferable<ClassLists>> {
  const { plan, raster } = await openFor(task);
  const { rowStart, rowEnd, windowSize, dataType, scratch, groups, inside } = task;
  raster.limitCache?.(keptBytes(raster, plan, windowSize));
  raster.useScratch?.(scratch && new BlockScratch(scratch.share, scratch.turn));
  const found = await timed("resample", () =>
    resampleFractions(plan, rowStart, rowEnd, windowSize ** 2, groups, hideOutside(plan.grid.width, inside)),
  );
  const lists = dataType === "float32" ? inSinglePrecision(found) : found;
  const { lists: numbers, offsets, parts, values, validity } = lists;
  reclaim(
    3 * (numbers.byteLength + offsets.byteLength + parts.byteLength + values.byteLength),
    cacheBytes(windowSize),
  );
  const buffers = [
    numbers.buffer,
    offsets.buffer,
    parts.buffer,
    values.buffer,
    ...(validity ? [validity.buffer] : []),
  ];
  return transferable(lists, buffers);
}

/**
 * Called in a worker thread when there are no more bands: closes what the thread has opened and collects what it no longer
 * needs.
 */
export async function endTasks(): Promise<void> {
  const last = opened;
  opened = undefined;
  await closeOpened(await last);
  await closeIdle(0);
  reclaimUnlessLittle();
}

/** Called in a worker thread; see `outsideRuns`. */
export async function outsideTask(task: OutsideTask): Promise<Transferable<Float64Array>> {
  const { plan } = await openFor(task);
  const runs = timed("resample", () => outsideRuns(plan, task.rowStart, task.rowEnd));
  return transferable(runs, [runs.buffer as ArrayBuffer]);
}

/** Called in a worker thread. */
export async function totalTask(task: TotalTask): Promise<SourceTotal> {
  const { plan, raster, counter } = await openFor(task);
  const { rowStart, rowEnd, windowSize } = task;
  raster.limitCache?.(keptBytes(raster, plan, windowSize));
  return timed("resample", () => sourceTotalOf(counter!, rowStart, rowEnd, windowSize ** 2));
}

async function openFor(task: OutsideTask): Promise<Opened> {
  const before = await opened;
  if (before?.key === task.key) return before;
  await quietly(() => closeOpened(before));
  opened = open(task).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function closeOpened(before: Opened | undefined): Promise<void> {
  await before?.series?.close();
  await before?.raster.close();
}

async function open({
  key,
  reopen,
  crs,
  grid,
  method,
  reducer,
  owner,
  series,
  others,
  dataType,
  counted,
}: OutsideTask): Promise<Opened> {
  const module = (await importModule(reopen.module)) as Record<
    string,
    (argument: unknown) => Promise<RasterSource>
  >;
  const make = () => module[reopen.call]!(reopen.argument);
  const raster = owner ? guardRaster(await inHook(owner, reopen.call, make), owner) : await make();
  const reduce = reducer && (await reducerOf(reducer));
  const ownGrid = new Grid(grid);
  const { plan: first } = planFor(raster, crs, ownGrid, method, reduce);
  const counter = counted ? countSource(raster, crs, first) : undefined;
  const plan = counter ? planSource(first, { source: counter.source, reducer: reduce }) : first;
  return {
    ...{ key, raster, plan, reducer: reduce, counter },
    together: others && methodsTogether(plan, crs, ownGrid, dataType, others),
    series: series && new SeriesReader(stepsOf(series)),
  };
}

async function reducerOf(task: ReducerTask): Promise<Reducer> {
  const { default: plugin } = (await importModule(task.module!)) as {
    readonly default: { readonly resamplings: readonly ResamplingDefinition[] };
  };
  return makeReducer(
    plugin.resamplings.find(({ name }) => name === task.name)!,
    task,
  );
}
