import { required, type DatasetEntry, type OpenDataset, type StageContext } from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { ConservationTally, conserves, incomparable } from "../conservation/conservation.js";
import { denseBatch } from "./cells.js";
import { outsideBatches } from "./outside.js";
import { planFor } from "./plan.js";
import { rasterBands, totalOfRows, type RasterJob } from "./raster-bands.js";
import { makeReducer, reducerOf } from "./reducer.js";
import { shareSteps } from "./series-reader.js";
import { sampleType } from "./sample-type.js";
import { checkOrder, measure, resumeAt, type Values } from "./staged-values.js";
import { thirdParty } from "./third-party.js";
import { addColumn, addValues, emptyTally, valuesOf } from "./value-tally.js";

/** What the threads have to know to resample a raster. */
export async function rasterJob(
  dataset: OpenDataset,
  { key }: Pick<DatasetEntry, "key">,
  context: StageContext,
): Promise<RasterJob> {
  const grid = required(context, "grid");
  const { source, crs, dataType, method, name } = dataset;
  if (source.kind !== "raster" || crs === undefined) throw new Error(`${name} is not a raster with a CRS`);
  const { raster, series } = source;
  const custom = reducerOf(dataset.config, context.registry);
  const reducer = custom && (await makeReducer(custom.definition, custom.task));
  const { plan } = planFor(raster, crs, grid, method, reducer);
  const owner = thirdParty(dataset, context);
  return {
    // Groups of steps in files of their own have equal keys, but for the content of the files.
    key: `${key} ${name}`,
    raster,
    crs,
    grid,
    dataType: sampleType(dataType),
    plan,
    mask: context.mask?.cells,
    counted: conserves(dataset) && incomparable(dataset, context) === undefined,
    method: plan.method,
    reducer: custom?.task,
    owner,
    ...(series && { series, sharedSteps: shareSteps(series) }),
  };
}

export async function stageRaster(
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
  const totals = conserves(dataset) ? new ConservationTally() : undefined;
  if (totals && done > 0) await totals.addStored(entry, done, context);
  const batches = async function* () {
    for await (const { rowStart, rowEnd, column, total } of bands) {
      addColumn(tally, column);
      const batch = denseBatch(dataType, column);
      const before = Math.max(0, done - rowStart * grid.width);
      totals?.add(column, before, total);
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
  if (job.counted && fromRow > 0)
    totals?.addSource(await totalOfRows(job, [0, fromRow], { workers, lanes, sizes }));
  return {
    ...valuesOf(tally),
    ...(totals && { conservation: totals.conservation(incomparable(dataset, context)) }),
    records: null,
  };
}
