import type { Dirent } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { footprintWish, leastBytes, planFootprint } from "../pipeline/footprint.js";
import { closeDatasets } from "../pipeline/inspect.js";
import { partialPath, writeWhole } from "../pipeline/output-file.js";
import { silent, type Progress } from "../pipeline/progress.js";
import { runStage } from "../pipeline/run-stage.js";
import { orderStages } from "../pipeline/stages.js";
import { required, type OpenDataset, type StageContext } from "../pipeline/stage.js";
import { distantQueries } from "../pipeline/work-outlook.js";
import { forecast, survey } from "../prediction/forecast.js";
import type { TableOutlook } from "../prediction/rows.js";
import { stagingSeconds } from "../prediction/work.js";
import { hasAddresses, readingAddresses } from "../remote/for-config.js";
import { cleanedUp } from "../system/clean-up.js";
import { WorkerPool } from "../workers/pool.js";
import { cutRows, type WholeWork } from "./cut-rows.js";
import { freeze, refuseUnidentified } from "./frozen-files.js";
import {
  foldersOf,
  planPath,
  planText,
  readPlan,
  type FrozenFile,
  type PlannedDataset,
  type PlannedShard,
  type ReadPlan,
} from "./plan.js";
import type { ShardOptions } from "./shard-run.js";
import { shardStages } from "./shard-stages.js";
import type { ShardedDataset } from "./stage-contract.js";

/**
 * Freezes a run into a folder: opens every input, identifies its files by their content, and divides up the grid.
 * @param folder new or empty, or with what a `shard plan` that was killed has left in it
 * @throws QuadratError as a run would, and for a folder that is not empty or a number of shards that is impossible
 */
export async function planShards(
  config: Config,
  { folder, shards }: { readonly folder: string; readonly shards: number },
  options: ShardOptions,
): Promise<ReadPlan> {
  await refuseUsedFolder(folder);
  const { registry, memory, progress = silent } = options;
  const signal = options.signal ?? new AbortController().signal;
  const workers = new WorkerPool(1);
  const context: StageContext = { config, registry, progress, signal, sizes: memory.sizes, workers, memory };
  const plan = async (): Promise<ReadPlan> => {
    const { before, sharding } = await shardStages(registry, config);
    const stages = await orderStages(registry, config);
    for (const stage of stages) await runStage(stage, "validate", context);
    for (const stage of before) await runStage(stage, "run", context);
    for (const stage of stages) await runStage(stage, "validateInputs", context);
    const grid = required(context, "grid");
    if (shards > grid.height) {
      throw new QuadratError(
        "usage",
        `--shards ${shards} are more than the ${grid.height} rows of the grid, each of which is in one shard`,
        { hint: `use at most ${grid.height}` },
      );
    }
    const oneThread = planFootprint(memory.limitBytes, { ...footprintWish(config), threads: 1 });
    const outlook = await survey(context);
    const { demand } = await forecast(context, oneThread, outlook);
    const parts = (await sharding.stage.shardOutlook?.(context)) ?? [];
    const whole = wholeWork(parts, outlook, grid.size);
    const cuts = cutRows(grid.height, addUp(parts), shards, whole);
    const total = cuts.reduce((sum, { work }) => sum + work, 0);
    const planned = cuts.map(({ rows, work }, index): PlannedShard => {
      const share = total > 0 ? work / total : 1 / shards;
      return {
        index,
        rows,
        cells: [rows[0] * grid.width, rows[1] * grid.width],
        work: Number(share.toPrecision(4)),
        seconds: Number((work * 1e-9).toPrecision(3)),
      };
    });
    const owners = new Map(cuts.flatMap(({ whole: names }, index) => names.map((name) => [name, index])));
    for (const file of context.mask?.files ?? []) refuseUnidentified(file);
    const frozen = await freezeAll(required(context, "datasets"), parts, owners, progress, signal);
    const queries = await distantQueries(context);
    const near = nearQueries(required(context, "datasets"), parts, queries);
    const datasets = frozen.map((dataset): PlannedDataset => {
      const beyond = queries.get(dataset.name);
      if (beyond === undefined) return dataset;
      return { ...dataset, beyond, staged_by: near.has(dataset.name) ? "every shard" : "collect" };
    });
    const peak = (name: string): number =>
      demand.stages.find((stage) => stage.name === name)?.peak_memory_bytes ?? demand.peak_memory_bytes;
    const secondsOf = (names: readonly string[]): number =>
      demand.stages.reduce((sum, stage) => sum + (names.includes(stage.name) ? stage.seconds : 0), 0);
    const appended = 40e-9 * grid.size * datasets.filter(({ kind }) => kind === "raster").length;
    const text = planText({
      experiment: config.experiment,
      grid: grid.toJSON(),
      datasets,
      // Without a state: the content is compared.
      ...(context.mask && { mask: context.mask.files.map((file) => ({ ...file, state: "" })) }),
      shards: planned,
      estimate: {
        memory_bytes: Math.max(peak("resample"), leastBytes(datasets.length, hasAddresses(config))),
        prepare_seconds: Number((1e-9 * whole.reduce((sum, { work }) => sum + work, 0)).toPrecision(3)),
        collect_seconds: Number((appended + secondsOf(["load", "merge", "points", "export"])).toPrecision(3)),
        collect_memory_bytes: Math.max(
          demand.peak_memory_bytes,
          leastBytes(datasets.length, hasAddresses(config)),
        ),
      },
      configuration: config,
    });
    await write(folder, text, progress);
    return readPlan(folder);
  };
  const { limitBytes } = memory;
  return cleanedUp(
    () => readingAddresses(config, { signal, limitBytes }, plan),
    async () => {
      await closeDatasets(context);
      await workers.close();
    },
  );
}

async function refuseUsedFolder(folder: string): Promise<void> {
  const refuse = (what: string): QuadratError =>
    new QuadratError("usage", `${folder} ${what}`, {
      hint: "a plan needs a folder of its own, which is new or empty",
      place: { file: folder },
    });
  const facts = await stat(folder).catch(() => undefined);
  if (!facts) return;
  if (!facts.isDirectory()) throw refuse("is not a folder");
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name === basename(planPath(folder)))) throw refuse("has a plan already");
  for (const entry of entries) if (!(await isBeginning(folder, entry))) throw refuse("is not empty");
}

/** Whether a file or folder is what `shard plan` leaves when it is killed: its folders, still empty, and a plan without its name. */
async function isBeginning(folder: string, entry: Dirent): Promise<boolean> {
  const path = join(folder, entry.name);
  if (entry.isFile()) return path === partialPath(planPath(folder));
  return (
    entry.isDirectory() &&
    Object.values(foldersOf(folder)).includes(path) &&
    (await readdir(path)).length === 0
  );
}

/** The plan comes last: without it the folder is not one of shards. */
async function write(folder: string, text: string, progress: Progress): Promise<void> {
  const elsewhere = "choose another folder";
  try {
    for (const path of Object.values(foldersOf(folder))) await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new QuadratError("output", `can't create folders in ${folder}: ${(cause as Error).message}`, {
      cause,
      hint: elsewhere,
      place: { file: folder },
    });
  }
  await writeWhole(planPath(folder), (temporary) => writeFile(temporary, text), progress, elsewhere);
}

/** The work of all rasters, for as many bands as the finest of them has. */
function addUp(parts: readonly ShardedDataset[]): Float64Array {
  const works = parts.flatMap(({ work }) => (work ? [work] : []));
  const sum = new Float64Array(Math.max(1, ...works.map(({ length }) => length)));
  for (const work of works) {
    for (let band = 0; band < sum.length; band++) {
      sum[band]! += (work[Math.floor((band * work.length) / sum.length)]! * work.length) / sum.length;
    }
  }
  return sum;
}

/** Tables of the same records belong together: these are then read once. */
function wholeWork(parts: readonly ShardedDataset[], { columns }: TableOutlook, cells: number): WholeWork[] {
  const groups = new Map<string, string[]>();
  for (const { name, kind, records } of parts) {
    if (kind !== "table") continue;
    const group = records === undefined ? `dataset ${name}` : `records ${records}`;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups.values()].map((names) => {
    const own = columns
      .filter(({ name }) => names.includes(name))
      .map((column, index) => (index === 0 ? column : { ...column, reads: 0 }));
    return { names, work: 1e9 * stagingSeconds({ columns: own, rows: 0 }, cells, 1) };
  });
}

/** The queries that shards can run: they look at their own cells alone, and read only rasters or other such queries. */
function nearQueries(
  datasets: readonly OpenDataset[],
  parts: readonly ShardedDataset[],
  beyond: ReadonlyMap<string, string | null>,
): ReadonlySet<string> {
  const near = new Set<string>();
  const there = new Set(parts.flatMap(({ name, kind }) => (kind === "raster" ? [name] : [])));
  // As often as queries can read each other.
  for (let before = -1; before < near.size;) {
    before = near.size;
    for (const { name, reads = [] } of datasets) {
      if (beyond.get(name) !== null || !reads.every((read) => there.has(read))) continue;
      near.add(name);
      there.add(name);
    }
  }
  return near;
}

async function freezeAll(
  datasets: readonly OpenDataset[],
  parts: readonly ShardedDataset[],
  owners: ReadonlyMap<string, number>,
  progress: Progress,
  signal: AbortSignal,
): Promise<PlannedDataset[]> {
  const known = new Map<string, FrozenFile>();
  const planned: PlannedDataset[] = [];
  const bytes = datasets
    .flatMap(({ files }) => files?.before ?? [])
    .reduce((sum, file) => sum + file.bytes, 0);
  progress.start("inputs", bytes, "bytes");
  try {
    for (const { name, method, dataType, files, origin } of datasets) {
      const { kind, key } = parts.find((part) => part.name === name)!;
      const frozen: FrozenFile[] = [];
      for (const file of files?.before ?? []) {
        const one = known.get(file.path) ?? (await freeze(file, signal));
        known.set(file.path, one);
        frozen.push(one);
        progress.advance("inputs", file.bytes);
      }
      const by = kind === "raster" ? "every shard" : kind === "query" ? "collect" : owners.get(name)!;
      const entry = origin && origin.entry !== name ? { entry: origin.entry } : {};
      planned.push({ name, ...entry, kind, method, type: dataType, key, staged_by: by, files: frozen });
    }
    for (const { files } of datasets) {
      for (const now of (await files?.now()) ?? []) {
        const then = files!.before.find(({ path }) => path === now.path);
        if (then?.state === now.state) continue;
        throw new QuadratError("input", `${now.path} was changed while it was being read`, {
          hint: "make the plan when nothing writes to it any more",
          place: { file: now.path },
        });
      }
    }
  } catch (error) {
    progress.end("inputs", "stopped");
    throw error;
  } finally {
    progress.end("inputs");
  }
  return planned;
}
