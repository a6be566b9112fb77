import { silent } from "../pipeline/progress.js";
import { shardName, shardPath, type PlannedDataset, type ReadPlan } from "./plan.js";
import { lookAtShard } from "./shard-state.js";
import type { ShardDirectory } from "./shard-file.js";
import { ShardRun, type ShardOptions } from "./shard-run.js";
import { removeLeftBehind } from "./work-folder.js";

/** What a process has done for a shard. */
export interface ShardReport {
  /** Undefined for the tables that `prepare` stages. */
  readonly shard: number | null;
  /** `done before`: a whole result was there, and nothing was to do. */
  readonly state: "done" | "done before" | "nothing to do";
  readonly file: string;
  readonly cells: readonly [first: number, end: number] | null;
  readonly datasets: readonly string[];
  /** Whether it went on from what a killed process had left. */
  readonly resumed: boolean;
  readonly seconds: number;
  readonly peak_rss_bytes: number;
}

/**
 * Does one shard of a plan, unless its result is there: stages its rows of every raster and of the queries that need no more, and the
 * tables that the plan gives to it, into one file. May be done any number of times, also at the same time.
 * @param index undefined to stage the tables of all shards, so that none has to
 * @throws QuadratError; nothing partial is left under the name of the result
 */
export async function runShard(
  plan: ReadPlan,
  index: number | undefined,
  options: ShardOptions,
): Promise<ShardReport> {
  const begun = performance.now();
  const { memory, progress = silent } = options;
  const file = shardPath(plan.folder, index);
  const shard = index === undefined ? undefined : plan.shards[index]!;
  const report = (
    state: ShardReport["state"],
    datasets: readonly string[] = [],
    resumed = false,
  ): ShardReport => ({
    shard: index ?? null,
    state,
    file,
    cells: shard?.cells ?? null,
    datasets,
    resumed,
    seconds: (performance.now() - begun) / 1000,
    peak_rss_bytes: memory.peakRss(),
  });
  const before = await lookAtShard(plan, index, true, options.signal);
  if (before.state === "done") {
    await removeLeftBehind(plan.folder, shardName(index));
    return report("done before", namesOf(before.directory));
  }
  if (before.state === "damaged")
    progress.log("warning", `${before.file} ${before.reason}: it is made again`);
  const mine = await datasetsOf(plan, index, options.signal);
  if (index === undefined && mine.length === 0) return report("nothing to do");
  const work = await new ShardRun(plan, index, mine, options).execute();
  return report(
    "done",
    mine.map(({ name }) => name),
    work.resumed,
  );
}

function namesOf({ dense, whole, queries = [] }: ShardDirectory): string[] {
  return [...dense, ...whole, ...queries].map(({ name }) => name);
}

/** The datasets of which a shard stages something. */
async function datasetsOf(
  plan: ReadPlan,
  index: number | undefined,
  signal: AbortSignal | undefined,
): Promise<PlannedDataset[]> {
  const tables = plan.datasets.filter(({ kind }) => kind === "table");
  if (index === undefined) return tables;
  const own = tables.filter(({ staged_by: by }) => by === index);
  const prepared = own.length > 0 && (await lookAtShard(plan, undefined, true, signal)).state === "done";
  return plan.datasets.filter(({ staged_by: by }) => by === "every shard" || (by === index && !prepared));
}
