import { required, type DatasetEntry, type OpenDataset, type StageContext } from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { NullRows } from "@quadrat/core/host";
import { ConservationTally, conserves, incomparable } from "../conservation/conservation.js";
import { denseBatch } from "./cells.js";
import { outsideBatches } from "./outside.js";
import { planFor } from "./plan.js";
import { rasterBands } from "./raster-bands.js";
import type { OtherMethod } from "./methods-together.js";
import { makeReducer, reducerOf } from "./reducer.js";
import { together, type TogetherMember } from "./series-together.js";
import { sampleType } from "./sample-type.js";
import type { SharedColumn } from "./shared-reading.js";
import type { RasterJob } from "./start-band.js";
import { checkOrder, measure, resumeAt, type Values } from "./staged-values.js";
import { thirdParty } from "./third-party.js";
import { totalOfRows } from "./row-totals.js";
import { addColumn, addValues, emptyTally, valuesOf } from "./value-tally.js";

/**
 * What the threads have to know to resample a raster.
 * @param members the datasets that are made of the same steps or pixels, this one first
 */
export async function rasterJob(
  dataset: OpenDataset,
  { key }: Pick<DatasetEntry, "key">,
  context: StageContext,
  members: readonly OpenDataset[] = [dataset],
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
    key: [key, ...members.map((member) => member.name)].join(" "),
    raster,
    crs,
    grid,
    dataType: sampleType(dataType),
    plan,
    mask: context.mask?.cells,
    counted: members.some(conserves) && incomparable(dataset, context) === undefined,
    method: plan.method,
    reducer: custom?.task,
    owner,
    ...(series && { series: together(members.map(memberOf)) }),
    ...(!series && members.length > 1 && { others: members.slice(1).map(otherOf) }),
  };
}

function memberOf({ source, method, name, dataType }: OpenDataset): TogetherMember {
  if (source.kind !== "raster" || !source.series) throw new Error(`${name} is not a series`);
  return { series: source.series, method, dataType: sampleType(dataType) };
}

function otherOf({ method, dataType }: OpenDataset): OtherMethod {
  return { method, dataType: sampleType(dataType) };
}

/** @param shared where its bands come from if they are made together with those of others */
export async function stageRaster(
  dataset: OpenDataset,
  entry: DatasetEntry,
  lanes: readonly number[],
  begun: () => unknown,
  context: StageContext,
  shared?: SharedColumn,
): Promise<Values> {
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { progress, workers, sizes, signal } = context;
  const { name } = dataset;
  const dataType = sampleType(dataset.dataType);
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const job = shared?.job ?? (await rasterJob(dataset, entry, context));
  const table = catalogue.table(name, "dense");
  const fromRow = Math.floor(done / grid.width);
  const bands = shared
    ? shared.bands.join(shared.column, fromRow)
    : rasterBands(job, fromRow, { workers, lanes, sizes, signal, storePath: store.path });
  const tally = emptyTally();
  const totals = conserves(dataset) ? new ConservationTally() : undefined;
  if (totals && done > 0) await totals.addStored(entry, done, context);
  let firstRow: number | undefined;
  const batches = async function* () {
    for await (const { rowStart, rowEnd, column, total } of bands) {
      firstRow ??= rowStart;
      const before = Math.max(0, done - rowStart * grid.width);
      const cells = (rowEnd - rowStart) * grid.width - before;
      totals?.addSource(total);
      if (column) {
        addColumn(tally, column);
        totals?.add(column, before);
        const batch = denseBatch(dataType, column);
        yield before > 0 ? batch.slice(before) : batch;
      } else {
        totals?.addNulls(cells);
        yield new NullRows(cells);
      }
      // Not earlier: nothing could be appended while the threads are busy with it.
      begun();
      context.memory.batchDone("resample");
      progress.advance(name, cells);
    }
  };
  // Whole row groups of DuckDB's, so that a table has the same layout however often its run was interrupted.
  await store.append(table, batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), outsideBatches(job, { workers, lanes, signal }));
  await checkOrder(entry, context);
  firstRow ??= fromRow;
  if (firstRow > 0) addValues(tally, await measure(entry, context, firstRow * grid.width));
  if (totals && job.counted && firstRow > 0)
    totals.addSource(await totalOfRows(job, [0, firstRow], { workers, lanes, sizes }));
  return {
    ...valuesOf(tally),
    ...(totals && { conservation: totals.conservation(incomparable(dataset, context)) }),
    records: null,
  };
}
