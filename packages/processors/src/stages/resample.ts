import { required, type OpenDataset, type Stage, type StageContext, type StagedDataset } from "@quadrat/core";
import { cleanedUp, reclaimUnlessLittle } from "@quadrat/core/base";
import { tablesBytes } from "@quadrat/core/host";
import { conservationWarning } from "../conservation/conservation.js";
import { shardOutlook } from "./shard-outlook.js";
import { lanesFor, stageReadings } from "./stage-readings.js";
import { appendOnly } from "../staging/append-only.js";
import { endTasks, loadTasks } from "../staging/raster-bands.js";
import { readingsOf, type SharedColumn } from "../staging/shared-reading.js";
import { stageDataset } from "../staging/stage-dataset.js";
import { stageRows } from "../staging/stage-rows.js";
import { dropPoints } from "../points/point-rows.js";
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
      const { rows, scratch } = target;
      if (rows) {
        const rasters = [...datasets.keys()].filter(
          (index) => datasets[index]!.source.kind === "raster" && !isListed(datasets[index]!),
        );
        const options = { storePath: scratch, endRow: rows[1] };
        await stageReadings(
          readingsOf(datasets, rasters, context),
          context,
          options,
          (index, lanes, shared) => stageRows(datasets[index]!, index, lanes, target, context, shared),
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
      await dropPoints(required(context, "store"));
      await catalogue.keepOnly(datasets.map(({ name }) => name));
      const cells = context.mask?.cells;
      if (cells) await catalogue.setMask(cells);
      const staged = new Array<StagedDataset>(datasets.length);
      const stage = async (
        index: number,
        reads: readonly StagedDataset[],
        lanes: readonly number[] = [0],
        shared?: SharedColumn,
      ): Promise<void> => {
        const done = await stageDataset(datasets[index]!, index, lanes, reads, context, shared);
        warnOfNothing(done, datasets[index]!, context);
        warnOfTotals(done, context);
        staged[index] = done;
      };
      await stageTables(datasets, context, (dataset) => stage(datasets.indexOf(dataset), []));
      const rasters = [...datasets.keys()].filter(
        (index) => !datasets[index]!.reads && datasets[index]!.source.kind === "raster",
      );
      const readings = readingsOf(datasets, rasters, context);
      const threads = Math.min(context.workers.size, readings.length);
      const largest = readings.map(({ length }) => length).toSorted((a, b) => b - a);
      const atOnce = largest.slice(0, threads).reduce((sum, length) => sum + length, 0);
      const lists = Math.min(threads, rasters.filter((index) => isListed(datasets[index]!)).length);
      // Rasters are appended from this thread, which would otherwise keep waiting for DuckDB's other threads.
      const store = required(context, "store");
      await appendOnly(store, { atOnce: Math.max(1, atOnce), tables: datasets.length, lists }, () =>
        stageReadings(readings, context, { storePath: store.path }, (index, lanes, shared) =>
          stage(index, [], lanes, shared),
        ),
      );
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
 * Stages the datasets that are not rasters, one after another: each may need all the memory that DuckDB can have, and uses all its
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
