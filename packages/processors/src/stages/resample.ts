import { required, type OpenDataset, type Stage, type StageContext, type StagedDataset } from "@quadrat/core";
import { reclaimUnlessLittle } from "@quadrat/core/base";
import { shardOutlook } from "./shard-outlook.js";
import { appendOnly } from "../staging/append-only.js";
import { endTasks, loadTasks } from "../staging/raster-bands.js";
import { stageDataset } from "../staging/stage-dataset.js";
import { stageRows } from "../staging/stage-rows.js";
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
    async runShard(context, target) {
      reclaimUnlessLittle();
      const datasets = required(context, "datasets");
      const { workers } = context;
      await inParallel(datasets, context, async (dataset, index, lanes) => {
        if (dataset.source.kind === "raster") {
          if (target.rows) await stageRows(dataset, index, lanes, target, context);
        } else if (target.whole.has(dataset.name)) {
          const done = await stageDataset(dataset, index, lanes, [], context);
          target.stagedWhole(done);
        }
      });
      await endTasks(workers);
    },
    async run(context) {
      const grid = required(context, "grid");
      const datasets = required(context, "datasets");
      const catalogue = required(context, "catalogue");
      // Frees what opening and sampling the inputs has left behind.
      reclaimUnlessLittle();
      await catalogue.keepOnly(datasets.map(({ name }) => name));
      const staged = new Array<StagedDataset>(datasets.length);
      const stage = async (index: number, reads: readonly StagedDataset[]): Promise<void> => {
        const lanes = lanesFor(index, datasets.length, context);
        const done = await stageDataset(datasets[index]!, index, lanes, reads, context);
        warnOfNothing(done, context);
        staged[index] = done;
      };
      const queue = [...datasets.keys()].filter((index) => !datasets[index]!.reads);
      const work = async (): Promise<void> => {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) await stage(index, []);
      };
      const atOnce = Math.min(context.workers.size, datasets.length);
      const workAll = () => Promise.allSettled(Array.from({ length: atOnce }, work));
      // Rasters are appended from this thread, which would otherwise keep waiting for DuckDB's other threads.
      const rasters = datasets.every(({ source, reads }) => reads !== undefined || source.kind === "raster");
      const tables = datasets.length;
      const results = await (rasters
        ? appendOnly(required(context, "store"), { atOnce, tables }, workAll)
        : workAll());
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      await endTasks(context.workers);
      await stageQueries(datasets, staged, stage, context);
      await catalogue.describeNulls(staged.map(({ name }) => name));
      context.staged = staged;
      return { rows: grid.size * datasets.length };
    },
  };
}

/** Works on the datasets, as many at a time as there are threads. All have ended when it settles. */
async function inParallel(
  datasets: readonly OpenDataset[],
  context: StageContext,
  work: (dataset: OpenDataset, index: number, lanes: number[]) => Promise<void>,
): Promise<void> {
  const queue = [...datasets.entries()];
  const workOn = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, dataset] = next;
      await work(dataset, index, lanesFor(index, datasets.length, context));
    }
  };
  const atOnce = Math.min(context.workers.size, datasets.length);
  const results = await Promise.allSettled(Array.from({ length: atOnce }, workOn));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function warnOfNothing({ name, values, path }: StagedDataset, { progress }: StageContext): void {
  if (values > 0) return;
  const reason = path === "" ? "its query returns none" : `${path} has only nodata here`;
  progress.log("warning", `${name}: no cell has a value, its column is entirely NULL: ${reason}`);
}

/** Threads for a dataset: one while there are other datasets to work on, all for the only or last one. */
function lanesFor(index: number, count: number, { workers }: StageContext): number[] {
  const alone = count % workers.size === 1 && index === count - 1;
  if (alone || workers.size === 1) return Array.from({ length: workers.size }, (_, lane) => lane);
  return [index % workers.size];
}
