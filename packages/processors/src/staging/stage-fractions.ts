import { required, type DatasetEntry, type OpenDataset, type StageContext } from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { NullRows } from "@quadrat/core/host";
import { fractionBands } from "./fraction-bands.js";
import { FractionTally, measureFractions } from "./fraction-tally.js";
import { ListNumbers } from "./list-numbers.js";
import { outsideBatches } from "./outside.js";
import { sampleType } from "./sample-type.js";
import { rasterJob } from "./stage-raster.js";
import { checkOrder, resumeAt, type Values } from "./staged-values.js";

/** Stages the fractions of the classes of a raster: for each cell the number of the lists of its classes and of their fractions. */
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
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const job = await rasterJob(dataset, entry, context);
  const fromRow = Math.floor(done / grid.width);
  const tally = new FractionTally();
  if (fromRow > 0) tally.add(await measureFractions(entry, fromRow * grid.width, context));
  const numbers = await ListNumbers.of(entry, sampleType(dataset.dataType), context);
  const options = { workers, lanes, sizes, signal, storePath: store.path };
  const batches = async function* () {
    for await (const { rowStart, rowEnd, lists } of fractionBands(job, config.classes, fromRow, options)) {
      const before = Math.max(0, done - rowStart * grid.width);
      if (lists) {
        tally.add({ cells: lists.lists.length - lists.nulls, facts: lists.facts });
        yield await numbers.batch(lists, before);
      } else {
        const cells = (rowEnd - rowStart) * grid.width - before;
        await numbers.pass(cells);
        yield new NullRows(cells);
      }
      // Not earlier: nothing could be appended while the threads are busy with it.
      begun();
      context.memory.batchDone("resample");
      progress.advance(name, (rowEnd - rowStart) * grid.width);
    }
    await numbers.write();
  };
  await store.append(catalogue.table(name, "dense"), batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), outsideBatches(job, { workers, lanes, signal }));
  await checkOrder(entry, context);
  return { ...tally.values(dataset), records: null };
}
