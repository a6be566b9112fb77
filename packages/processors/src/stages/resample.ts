import { required, type OpenDataset, type Stage, type StageContext, type StagedDataset } from "@quadrat/core";
import { cleanedUp, reclaimUnlessLittle } from "@quadrat/core/base";
import { tablesBytes } from "@quadrat/core/host";
import { conservationWarning } from "../conservation/conservation.js";
import { shardOutlook } from "./shard-outlook.js";
import { appendOnly } from "../staging/append-only.js";
import { endTasks, loadTasks } from "../staging/raster-bands.js";
import { stageDataset } from "../staging/stage-dataset.js";
import { stageRows } from "../staging/stage-rows.js";
import { removeScratch } from "../tables/scratch.js";
import { sharePasses } from "../tables/shared-pass.js";
import { workOutlook } from "../staging/work-outlook.js";
import { stageQueries } from "../staging/stage-queries.js";

/** Puts every dataset on the grid and into the store; what an earlier run has staged is reused. */
export function resampleStage(): Stage {
  return {
    name: "resample",
    warmUp({ datasets = [], workers }) {
      const { length } = datasets.filter(({ source }) => source.kind === "raster" && source.raster.reopen);
      // A single one is split among all threads.
      loadTasks(workers, length === 1 ? workers.size : Math.min(length, workers.size));
    },
    shardOutlook,
    workOutlook,
    async runShard(context, target) {
      reclaimUnlessLittle();
      const datasets = required(context, "datasets");
      const { workers } = context;
      if (context.mask) await context.catalogue?.setMask(context.mask.cells);
      const chosen = ({ name }: OpenDataset): boolean => target.whole.has(name);
      const stageWhole = async (dataset: OpenDataset): Promise<void> => {
        const index = datasets.indexOf(dataset);
        target.stagedWhole(
          await stageDataset(dataset, index, lanesFor(index, datasets.length, context), [], context),
        );
      };
      await stageTables(datasets.filter(chosen), context, stageWhole);
      for (const dataset of datasets.filter(isListed).filter(chosen)) await stageWhole(dataset);
      const rasters = datasets.filter((dataset) => dataset.source.kind === "raster" && !isListed(dataset));
      if (target.rows) {
        await inParallel(rasters, context, (dataset, lanes) =>
          stageRows(dataset, datasets.indexOf(dataset), lanes, target, context),
        );
      }
      await endTasks(workers);
    },
    async runShardQueries(context) {
      if (context.mask) await required(context, "catalogue").setMask(context.mask.cells);
      const datasets = required(context, "datasets");
      const staged = new Array<StagedDataset>(datasets.length);
      const stage = async (index: number, reads: readonly StagedDataset[]): Promise<void> => {
        staged[index] = await stageDataset(datasets[index]!, index, [], reads, context);
      };
      const queries = datasets.filter(({ reads }) => reads !== undefined);
      await stageQueries(datasets, staged, stage, context);
      return queries.map((query) => staged[datasets.indexOf(query)]!);
    },
    async run(context) {
      const grid = required(context, "grid");
      const datasets = required(context, "datasets");
      const catalogue = required(context, "catalogue");
      // Frees what opening and sampling the inputs has left behind.
      reclaimUnlessLittle();
      await removeScratch(required(context, "store"));
      await catalogue.keepOnly(datasets.map(({ name }) => name));
      const cells = context.mask?.cells;
      if (cells) await catalogue.setMask(cells);
      const staged = new Array<StagedDataset>(datasets.length);
      const stage = async (index: number, reads: readonly StagedDataset[]): Promise<void> => {
        const lanes = lanesFor(index, datasets.length, context);
        const done = await stageDataset(datasets[index]!, index, lanes, reads, context);
        warnOfNothing(done, datasets[index]!, context);
        warnOfTotals(done, context);
        staged[index] = done;
      };
      await stageTables(datasets, context, (dataset) => stage(datasets.indexOf(dataset), []));
      const queue = [...datasets.keys()].filter(
        (index) => !datasets[index]!.reads && datasets[index]!.source.kind === "raster",
      );
      const work = async (): Promise<void> => {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) await stage(index, []);
      };
      const atOnce = Math.min(context.workers.size, queue.length);
      const lists = Math.min(atOnce, queue.filter((index) => isListed(datasets[index]!)).length);
      // Rasters are appended from this thread, which would otherwise keep waiting for DuckDB's other threads.
      const results = await appendOnly(
        required(context, "store"),
        { atOnce: Math.max(1, atOnce), tables: datasets.length, lists },
        () => Promise.allSettled(Array.from({ length: atOnce }, work)),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      await endTasks(context.workers);
      await stageQueries(datasets, staged, stage, context);
      // Not earlier: what was staged within a mask has views of it.
      if (!cells) await catalogue.setMask(undefined);
      await catalogue.describeNulls(staged.map(({ name }) => name));
      context.staged = staged;
      return { rows: grid.size * datasets.length };
    },
  };
}

/** Whether the dataset is a raster that becomes several columns, for which the store has lists. */
function isListed({ source, method }: OpenDataset): boolean {
  return source.kind === "raster" && method === "fractions";
}

/**
 * Stages the datasets that are no rasters, one after another: each may need all the memory that DuckDB can have, and uses all its
 * threads. Those that ask for numbers of the same records share one reading of them.
 */
async function stageTables(
  datasets: readonly OpenDataset[],
  context: StageContext,
  stage: (dataset: OpenDataset) => Promise<void>,
): Promise<void> {
  const tables = datasets.flatMap((dataset) => {
    const { source, reads } = dataset;
    return source.kind === "cells" && !reads ? [{ dataset, cells: source.cells }] : [];
  });
  if (tables.length === 0) return;
  const bytes = tablesBytes(context.memory.limitBytes, datasets.length);
  const passes = sharePasses(tables.map(({ cells }) => cells));
  await required(context, "store").withMemory(bytes, () =>
    cleanedUp(
      async () => {
        for (const position of passes.order) await stage(tables[position]!.dataset);
      },
      () => passes.end(),
    ),
  );
}

/** Works on rasters, as many at a time as there are threads. All have ended when it settles. */
async function inParallel(
  datasets: readonly OpenDataset[],
  context: StageContext,
  work: (dataset: OpenDataset, lanes: number[]) => Promise<void>,
): Promise<void> {
  const queue = [...datasets.entries()];
  const workOn = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, dataset] = next;
      await work(dataset, lanesFor(index, datasets.length, context));
    }
  };
  const atOnce = Math.min(context.workers.size, datasets.length);
  const results = await Promise.allSettled(Array.from({ length: atOnce }, workOn));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function warnOfNothing(
  { name, values, path }: StagedDataset,
  { source }: OpenDataset,
  { progress, elsewhere }: StageContext,
): void {
  if (values > 0 || elsewhere?.isPart) return;
  const nothing = source.kind === "raster" ? "only nodata" : "nothing";
  const reason = path === "" ? "its query returns none" : `${path} has ${nothing} here`;
  progress.log("warning", `${name}: no cell has a value, its column is entirely NULL: ${reason}`);
}

function warnOfTotals(dataset: StagedDataset, { progress, elsewhere }: StageContext): void {
  const warning = elsewhere?.isPart ? undefined : conservationWarning(dataset);
  if (warning !== undefined) progress.log("warning", warning);
}

/** Threads for a dataset: one while there are other datasets to work on, all for the only or last one. */
function lanesFor(index: number, count: number, { workers }: StageContext): number[] {
  const alone = count % workers.size === 1 && index === count - 1;
  if (alone || workers.size === 1) return Array.from({ length: workers.size }, (_, lane) => lane);
  return [index % workers.size];
}
