import {
  isQuadratError,
  locate,
  QuadratError,
  qualify,
  required,
  type DatasetEntry,
  type Grid,
  type OpenDataset,
  type StageContext,
  type StagedDataset,
  type StagedElsewhere,
  type StagedFacts,
} from "@quadrat/core";
import { committedCells, inHook, isBuiltin, once, type HookOwner } from "@quadrat/core/base";
import { findInputFiles, sourceShare, type InputFile, type InputFiles } from "@quadrat/core/host";
import { denseBatch } from "./cells.js";
import type { Column } from "./column.js";
import { entryOf } from "./entry.js";
import { hashFile } from "./hash.js";
import {
  changeOf,
  contentOf,
  contentOfQuery,
  hashInputs,
  unchangedInputs,
  type HashFile,
  type KnownHashes,
} from "./inputs.js";
import { joinedRuns, outsideBatches } from "./outside.js";
import { planFor } from "./plan.js";
import { reasons } from "../tables/faults.js";
import { makeLists } from "./stage-columns.js";
import { rasterBands, type RasterJob } from "./raster-bands.js";
import { makeReducer, reducerOf } from "./reducer.js";
import { sampleType } from "./sample-type.js";
import { addColumn, addValues, emptyTally, valuesOf } from "./value-tally.js";

/** Puts a dataset on the grid and into the store, unless an earlier run has. */
export async function stageDataset(
  dataset: OpenDataset,
  position: number,
  lanes: readonly number[],
  reads: readonly StagedDataset[],
  context: StageContext,
): Promise<StagedDataset> {
  const grid = required(context, "grid");
  const catalogue = required(context, "catalogue");
  const files = await filesOf(dataset);
  const entry = await entryOf(dataset, files.before, position, reads, context);
  const { progress, signal } = context;
  signal.throwIfAborted();
  try {
    const before = await stagedBefore(entry, files.before, context);
    if (before) {
      progress.log("info", `${dataset.name}: staged before, reused`);
      return before;
    }
    progress.start(dataset.name, grid.size, "cells");
    const { source, config } = dataset;
    const hash = once(() => {
      const hashing = hashInputs(knownElsewhere(files.before, context), hasher(context), hashesOf(context));
      hashing.catch(() => undefined);
      return hashing;
    });
    const staging =
      stageElsewhere(dataset, entry, context) ??
      (source.kind === "raster"
        ? stageRaster(dataset, entry, lanes, hash, context)
        : stageCells(dataset, entry, hash, context));
    const changed = () => changeOf(files, hasher(context));
    const facts = await staging.catch(async (error: unknown) => {
      // What was taken from the file of a shard before it was found to be another must not be kept.
      if (context.elsewhere && isQuadratError(error) && error.kind === "input")
        await catalogue.forget(entry.name);
      // A mixture of two versions of a file reads like a damaged one.
      throw (signal.aborted ? undefined : await changed().catch(() => undefined)) ?? error;
    });
    const inputs = await hash();
    const change = await changed();
    if (change) {
      await catalogue.forget(entry.name);
      throw change;
    }
    const used = source.kind === "raster" ? source.raster.files : source.cells.files;
    const content =
      config.sql === undefined ? contentOf(config.path, inputs, used) : contentOfQuery(config.sql);
    return await catalogue.complete({ ...entry, inputs }, { ...facts, ...content }, grid);
  } catch (error) {
    throw locate(error, { dataset: dataset.name });
  } finally {
    progress.end(dataset.name);
  }
}

const hashes = new WeakMap<StageContext, KnownHashes>();

/** What a run has found of its files, of which several datasets may be made. */
function hashesOf(context: StageContext): KnownHashes {
  const known = hashes.get(context) ?? new Map<string, Promise<string>>();
  hashes.set(context, known);
  return known;
}

/** Files with the content that they are known to have because they have not changed since the plan of shards was made. */
function knownElsewhere(files: readonly InputFile[], { elsewhere }: StageContext): readonly InputFile[] {
  if (!elsewhere) return files;
  return files.map((file) => ({ ...file, sha256: file.sha256 ?? elsewhere.hash(file.path) }));
}

/** The source of a dataset, if it is a plugin's. */
export function thirdParty({ driver }: OpenDataset, { registry }: StageContext): HookOwner | undefined {
  if (!registry.sources.has(driver)) return undefined;
  const { plugin } = registry.sources.get(driver);
  return isBuiltin(plugin) ? undefined : { plugin, part: `source "${driver}"` };
}

/** The files of an input that was not opened by Quadrat's own stage: its path. A query has none. */
export function filesOf({ files, config }: OpenDataset): InputFiles | Promise<InputFiles> {
  return files ?? findInputFiles(() => (config.sql === undefined ? [config.path] : []));
}

export function hasher({ workers }: StageContext): HashFile {
  return (path) => hashFile(path, workers);
}

/**
 * What an earlier run has completely staged from the same files; removes what was staged from others, complete or not.
 */
async function stagedBefore(
  entry: DatasetEntry,
  now: readonly InputFile[],
  context: StageContext,
): Promise<StagedDataset | undefined> {
  const catalogue = required(context, "catalogue");
  const then = await catalogue.inputsOf(entry);
  if (!then) return undefined;
  const inputs = await unchangedInputs(then, now, hasher(context));
  if (!inputs) {
    context.progress.log("info", `${entry.name}: its input has changed since it was staged`);
    await catalogue.forget(entry.name);
    return undefined;
  }
  const refreshed = { ...entry, inputs };
  if (
    inputs.some((file, index) => file.state !== then[index]!.state || file.settled !== then[index]!.settled)
  )
    await catalogue.noteInputs(refreshed);
  return catalogue.find(refreshed);
}

type Values = Pick<StagedFacts, "values" | "min" | "max" | "columns" | "records">;

/** What the threads have to know to resample a raster. */
export async function rasterJob(
  dataset: OpenDataset,
  { key }: Pick<DatasetEntry, "key">,
  context: StageContext,
): Promise<RasterJob> {
  const grid = required(context, "grid");
  const { source, crs, dataType, method, name } = dataset;
  if (source.kind !== "raster" || crs === undefined) throw new Error(`${name} is not a raster with a CRS`);
  const { raster } = source;
  const custom = reducerOf(dataset.config, context.registry);
  const reducer = custom && (await makeReducer(custom.definition, custom.task));
  const { plan } = planFor(raster, crs, grid, method, reducer);
  const owner = thirdParty(dataset, context);
  return {
    key,
    raster,
    crs,
    grid,
    dataType: sampleType(dataType),
    plan,
    method: plan.method,
    reducer: custom?.task,
    owner,
  };
}

async function stageRaster(
  dataset: OpenDataset,
  entry: DatasetEntry,
  lanes: readonly number[],
  begun: () => unknown,
  context: StageContext,
): Promise<Values> {
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { progress, workers, sizes, signal } = context;
  const { name } = dataset;
  const dataType = sampleType(dataset.dataType);
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const job = await rasterJob(dataset, entry, context);
  const table = catalogue.table(name, "dense");
  const fromRow = Math.floor(done / grid.width);
  const bands = rasterBands(job, fromRow, { workers, lanes, sizes, signal, storePath: store.path });
  const tally = emptyTally();
  const batches = async function* () {
    for await (const { rowStart, rowEnd, column } of bands) {
      addColumn(tally, column);
      const batch = denseBatch(dataType, column);
      const before = Math.max(0, done - rowStart * grid.width);
      yield before > 0 ? batch.slice(before) : batch;
      // Not earlier: nothing could be appended while the threads are busy with it.
      begun();
      context.memory.batchDone("resample");
      progress.advance(name, (rowEnd - rowStart) * grid.width);
    }
  };
  // Whole row groups of DuckDB's, so that a table has the same layout however often its run was interrupted.
  await store.append(table, batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), outsideBatches(job, { workers, lanes, signal }));
  await checkOrder(entry, context);
  if (fromRow > 0) addValues(tally, await measure(entry, context, fromRow * grid.width));
  return { ...valuesOf(tally), records: null };
}

/** Puts into the store what shards have staged; undefined if that is not so. */
function stageElsewhere(
  dataset: OpenDataset,
  entry: DatasetEntry,
  context: StageContext,
): Promise<Values> | undefined {
  const { elsewhere } = context;
  if (!elsewhere || dataset.config.kind === "query") return undefined;
  return dataset.source.kind === "raster"
    ? takeRaster(entry, elsewhere, context)
    : takeTable(entry, elsewhere, context);
}

async function takeRaster(
  entry: DatasetEntry,
  elsewhere: StagedElsewhere,
  context: StageContext,
): Promise<Values> {
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { progress, signal, memory } = context;
  const { name } = entry;
  const dataType = sampleType(entry.dataType);
  const dense = elsewhere.dense(entry);
  if (!dense) throw notStaged(entry);
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const batches = async function* () {
    for await (const { values, validity, nulls } of dense.cells(done)) {
      signal.throwIfAborted();
      yield denseBatch(dataType, { values: values as Column["values"], validity, nulls });
      memory.batchDone("resample");
      progress.advance(name, values.length);
    }
  };
  await store.append(catalogue.table(name, "dense"), batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), joinedRuns(dense.outside(), signal));
  await checkOrder(entry, context);
  return { ...dense.facts, records: null };
}

async function takeTable(
  entry: DatasetEntry,
  elsewhere: StagedElsewhere,
  context: StageContext,
): Promise<Values> {
  const catalogue = required(context, "catalogue");
  const whole = await elsewhere.whole(entry);
  if (!whole) throw notStaged(entry);
  await catalogue.start(entry);
  await catalogue.take(entry, whole.database, whole.range);
  context.progress.advance(entry.name, required(context, "grid").size);
  if (!whole.range) return whole.facts;
  const { columns } = whole.facts;
  if (!columns) return { ...whole.facts, ...(await measure(entry, context)) };
  return {
    ...whole.facts,
    ...(await measureAll(entry, await measureLists(entry, columns, context), context)),
  };
}

/** What each column of a dataset of several has in the cells that were taken. */
async function measureLists(
  entry: DatasetEntry,
  columns: NonNullable<StagedFacts["columns"]>,
  context: StageContext,
): Promise<NonNullable<StagedFacts["columns"]>> {
  const table = qualify(required(context, "catalogue").table(entry.name, "sparse"));
  const rows = await required(context, "store").rows<{ part: number; n: number; min: number; max: number }>(
    `SELECT part, count(*)::DOUBLE AS n, min(value)::DOUBLE AS min, max(value)::DOUBLE AS max
     FROM (SELECT unnest(parts) AS part, unnest(vals) AS value FROM ${table}) GROUP BY part`,
  );
  const found = new Map(rows.map(({ part, n, min, max }) => [part, { values: n, min, max }]));
  const none = { values: 0, min: null, max: null };
  return columns.map((column, part) => ({ ...column, ...(found.get(part) ?? none) }));
}

function notStaged({ name }: DatasetEntry): QuadratError {
  return new QuadratError("input", `no shard has staged ${name} as it would be staged now`, {
    hint: "a plugin or its options have changed: make a new plan in another folder with `quadrat shard plan`",
    place: { dataset: name },
  });
}

/** The cell at which to resume: where an interrupted run has committed last. */
async function resumeAt(entry: DatasetEntry, grid: Grid, context: StageContext): Promise<number> {
  const cells = await required(context, "catalogue").resume(entry);
  if (cells > 0) context.progress.log("info", `${entry.name}: resumes at cell ${cells} of ${grid.size}`);
  return cells;
}

async function stageCells(
  dataset: OpenDataset,
  entry: DatasetEntry,
  begun: () => unknown,
  context: StageContext,
): Promise<Values> {
  begun();
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { source, name } = dataset;
  if (source.kind !== "cells") throw new Error(`${name} is not a cell source`);
  await catalogue.start(entry);
  const table = qualify(catalogue.table(name, "sparse"));
  const { cells } = source;
  const names = catalogue.recordTables(name);
  const records = {
    records: qualify(names.records),
    verdicts: qualify(names.verdicts),
    rejected: qualify(names.rejected),
    derived: qualify(names.derived),
  };
  const target = {
    grid,
    store,
    table,
    signal: context.signal,
    memoryBytes: context.memory.limitBytes * sourceShare,
    // A query gives cells; ranges have no records.
    ...(dataset.config.kind === "occurrences" && { records }),
  };
  const owner = thirdParty(dataset, context);
  const report = await (owner ? inHook(owner, "stage", () => cells.stage(target)) : cells.stage(target));
  const { read, used, skipped, placed, verdicts, references, warnings, columns: labels } = report;
  for (const warning of warnings) context.progress.log("warning", `${name}: ${warning}`);
  const outside = skipped[reasons.outside] ?? 0;
  if (outside > 0) {
    context.progress.log("info", `${name}: ${outside} of ${read} records lie outside the grid`);
  }
  context.progress.advance(name, grid.size);
  const columns =
    labels && (await makeLists(store, catalogue.table(name, "sparse"), name, labels, context.signal));
  return {
    ...(columns ? await measureAll(entry, columns, context) : await measure(entry, context)),
    records: {
      read,
      used,
      skipped,
      ...(placed !== undefined && { placed }),
      ...(verdicts && { verdicts }),
      ...(references && { references }),
    },
  };
}

/** Counts the cells of a dataset of several columns. */
async function measureAll(
  entry: DatasetEntry,
  columns: NonNullable<StagedFacts["columns"]>,
  context: StageContext,
): Promise<Pick<Values, "values" | "min" | "max" | "columns">> {
  const table = qualify(required(context, "catalogue").table(entry.name, "sparse"));
  const [row] = await required(context, "store").rows<{ cells: number }>(
    `SELECT count(*)::DOUBLE AS cells FROM ${table}`,
  );
  const tally = emptyTally();
  for (const column of columns) addValues(tally, column);
  return { ...valuesOf(tally), values: row!.cells, columns };
}

/** Verifies the order on which joining by position depends. */
async function checkOrder(entry: DatasetEntry, context: StageContext): Promise<void> {
  const { size } = required(context, "grid");
  const table = qualify(required(context, "catalogue").table(entry.name, "dense"));
  const [row] = await required(context, "store").rows<{ rows: bigint; end: bigint | null }>(
    `SELECT count(*) AS rows, max(rowid) + 1 AS end FROM ${table}`,
  );
  if (Number(row!.rows) === size && Number(row!.end) === size) return;
  throw new QuadratError(
    "internal",
    `the staged cells of ${entry.name} are not the cells of the grid in order`,
    {
      hint: "run with --fresh to stage it again",
    },
  );
}

const sqlBounds = "min(value)::DOUBLE AS min, max(value)::DOUBLE AS max";

/** Counts the values; for a dense dataset, among its first `rows` cells. */
async function measure(
  entry: DatasetEntry,
  context: StageContext,
  rows?: number,
): Promise<Pick<Values, "values" | "min" | "max">> {
  const table = qualify(required(context, "catalogue").table(entry.name, entry.layout));
  const bounds = entry.dataType === "text" ? "NULL AS min, NULL AS max" : sqlBounds;
  const [row] = await required(context, "store").rows<{
    values: bigint;
    min: number | null;
    max: number | null;
  }>(
    `SELECT count(value) AS values, ${bounds} FROM ${table}` +
      (rows === undefined ? "" : ` WHERE rowid < ${rows}`),
  );
  return { values: Number(row!.values), min: row!.min, max: row!.max };
}
