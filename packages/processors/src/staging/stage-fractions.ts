import { required, type DatasetEntry, type OpenDataset, type StageContext } from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { NullRows } from "@quadrat/core/host";
import { listBatch } from "./cells.js";
import { fractionBands } from "./fraction-bands.js";
import { FractionTally, measureFractions } from "./fraction-tally.js";
import { outsideBatches } from "./outside.js";
import { sampleType } from "./sample-type.js";
import { rasterJob } from "./stage-raster.js";
import { checkOrder, resumeAt, type Values } from "./staged-values.js";

/** Stages the fractions of the classes of a raster: for each cell the lists of its classes and of their fractions. */
export async function stageFractions(
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
  const { name, config } = dataset;
  const dataType = sampleType(dataset.dataType);
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const job = await rasterJob(dataset, entry, context);
  const fromRow = Math.floor(done / grid.width);
  const tally = new FractionTally();
  if (fromRow > 0) tally.add(await measureFractions(entry, fromRow * grid.width, context));
  const options = { workers, lanes, sizes, signal, storePath: store.path };
  const batches = async function* () {
    for await (const { rowStart, rowEnd, lists } of fractionBands(job, config.classes, fromRow, options)) {
      const before = Math.max(0, done - rowStart * grid.width);
      if (lists) {
        tally.add({ cells: lists.offsets.length - 1 - lists.nulls, facts: lists.facts });
        const batch = listBatch(lists, dataType);
        yield before > 0 ? batch.slice(before) : batch;
      } else yield new NullRows((rowEnd - rowStart) * grid.width - before);
      // Not earlier: nothing could be appended while the threads are busy with it.
      begun();
      context.memory.batchDone("resample");
      progress.advance(name, (rowEnd - rowStart) * grid.width);
    }
  };
  await store.append(catalogue.table(name, "dense"), batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), outsideBatches(job, { workers, lanes, signal }));
  await checkOrder(entry, context);
  return { ...tally.values(dataset), records: null };
}
