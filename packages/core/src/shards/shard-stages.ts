import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { isBuiltin } from "../plugin/hook.js";
import type { Registry } from "../plugin/registry.js";
import type { StageParts } from "../plugin/parts.js";
import { orderStages, type OrderedStage } from "../pipeline/stages.js";

/** The stages that a shard runs: those that open the inputs, and the one whose work is divided up. */
export interface ShardStages {
  readonly before: readonly OrderedStage[];
  readonly sharding: OrderedStage;
}

/**
 * Finds the stage whose work is divided up. Stages of plugins after it are run when everything is collected; those before it
 * would have to give the same to every process, which can't be known.
 * @throws QuadratError of kind "usage" that names the stage that shards can't run
 */
export async function shardStages(parts: StageParts, config: Pick<Config, "points">): Promise<ShardStages> {
  const stages = await orderStages(parts as Registry, config);
  const at = stages.findIndex(({ stage }) => stage.runShard !== undefined);
  const before = at < 0 ? stages : stages.slice(0, at);
  const foreign = before.find(({ owner }) => !isBuiltin(owner.plugin));
  if (foreign) {
    throw new QuadratError(
      "usage",
      `stage "${foreign.stage.name}" of ${foreign.owner.plugin} can't be run in shards`,
      {
        hint: 'shards need a stage that has `runShard`, or one that comes after "resample"; `quadrat run` works with this one',
        place: { plugin: foreign.owner.plugin },
      },
    );
  }
  if (at < 0) throw new QuadratError("usage", "there is no stage whose work can be divided up");
  return { before, sharding: stages[at]! };
}
