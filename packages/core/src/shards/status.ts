import { hostOf, isGone } from "../system/owner.js";
import { arrayText } from "./collect.js";
import { shardName, type ReadPlan } from "./plan.js";
import { lookAtShard } from "./shard-state.js";
import { worksIn } from "./work-folder.js";

export interface ShardStatus {
  readonly index: number;
  readonly state: "done" | "missing" | "damaged";
  readonly cells: readonly [first: number, end: number];
  /** Why its result can't be used. */
  readonly reason: string | null;
  /** Hosts on which a process has begun it, and may still work on it. */
  readonly begun_on: readonly string[];
}

export interface PlanStatus {
  readonly folder: string;
  readonly experiment: string;
  readonly done: number;
  readonly missing: number;
  readonly damaged: number;
  /** Missing or damaged shards that a process has begun, and may still work on. */
  readonly begun: number;
  /** Missing and damaged ones in the form of an array of jobs, such as `3,7-9`. */
  readonly array: string;
  /** Of the tables: `not prepared` if each shard stages its own. */
  readonly tables: "none" | "prepared" | "not prepared" | "damaged";
  readonly shards: readonly ShardStatus[];
}

/** Which shards of a plan are done. Every result is read to its end unless `quick` is set. */
export async function statusOf(
  plan: ReadPlan,
  options: { readonly quick?: boolean; readonly signal?: AbortSignal } = {},
): Promise<PlanStatus> {
  const { quick = false, signal } = options;
  const works = await worksIn(plan.folder);
  const shards: ShardStatus[] = [];
  for (const { index, cells } of plan.shards) {
    signal?.throwIfAborted();
    const found = await lookAtShard(plan, index, !quick, signal);
    const owners = found.state === "done" ? [] : (works.get(shardName(index)) ?? []);
    const hosts = owners.filter((owner) => !isGone(owner)).map((owner) => hostOf(owner)?.host ?? owner);
    shards.push({
      index,
      state: found.state,
      cells,
      reason: found.state === "damaged" ? found.reason : null,
      begun_on: [...new Set(hosts)],
    });
  }
  const count = (state: ShardStatus["state"]): number =>
    shards.filter((shard) => shard.state === state).length;
  const open = shards.filter(({ state }) => state !== "done");
  return {
    folder: plan.folder,
    experiment: plan.experiment,
    done: count("done"),
    missing: count("missing"),
    damaged: count("damaged"),
    begun: open.filter(({ begun_on: hosts }) => hosts.length > 0).length,
    array: arrayText(open.map(({ index }) => index)),
    tables: await tablesOf(plan, !quick, signal),
    shards,
  };
}

async function tablesOf(
  plan: ReadPlan,
  thorough: boolean,
  signal: AbortSignal | undefined,
): Promise<PlanStatus["tables"]> {
  if (!plan.datasets.some(({ kind }) => kind === "table")) return "none";
  const { state } = await lookAtShard(plan, undefined, thorough, signal);
  return state === "done" ? "prepared" : state === "missing" ? "not prepared" : "damaged";
}
