import { shardPath, type ReadPlan } from "./plan.js";
import { readShard, ShardFault, type SeenShard, type ShardDirectory } from "./shard-file.js";

/** Whether the result of a shard is there. */
export type ShardState =
  | {
      readonly state: "done";
      readonly file: string;
      readonly directory: ShardDirectory;
      readonly seen: Omit<SeenShard, "directory">;
    }
  | { readonly state: "missing"; readonly file: string }
  | { readonly state: "damaged"; readonly file: string; readonly reason: string };

/**
 * Looks at the file of a shard.
 * @param thorough whether all of it is read to check its SHA-256, not only its beginning and end
 */
export async function lookAtShard(
  plan: ReadPlan,
  index: number | undefined,
  thorough: boolean,
  signal?: AbortSignal,
): Promise<ShardState> {
  const file = shardPath(plan.folder, index);
  try {
    const { directory, ...seen } = await readShard(file, thorough, signal);
    const reason = faultOf(directory, plan, index);
    return reason === undefined
      ? { state: "done", file, directory, seen }
      : { state: "damaged", file, reason };
  } catch (error) {
    if (error instanceof ShardFault) return { state: "damaged", file, reason: error.message };
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { state: "missing", file };
    if (code === "EISDIR") return { state: "damaged", file, reason: "is a folder" };
    if (code === "EACCES") return { state: "damaged", file, reason: "can't be read (permission denied)" };
    throw error;
  }
}

function faultOf(
  { plan: checksum, index: own, first, end }: ShardDirectory,
  plan: ReadPlan,
  index: number | undefined,
): string | undefined {
  if (checksum !== plan.checksum) return "was made for another plan";
  if (own !== index) return `is the result of ${own === undefined ? "`shard prepare`" : `shard ${own}`}`;
  if (index === undefined) return undefined;
  const [from, to] = plan.shards[index]!.cells;
  return from === first && to === end ? undefined : "has other cells than the plan says";
}
