import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { inHook, type HookOwner } from "../plugin/hook.js";
import { parseOptions } from "../plugin/options.js";
import type { Registered } from "../plugin/parts.js";
import type { StageDefinition } from "../plugin/plugin.js";
import type { Registry } from "../plugin/registry.js";
import type { Stage } from "./stage.js";

/** The steps that every run has, in order. */
export const builtinStages = ["load", "resample", "merge", "points", "export"] as const;

/** A stage with the plugin that it comes from. */
export interface OrderedStage {
  readonly stage: Stage;
  readonly owner: HookOwner;
}

/**
 * The stages of a run: the built-in ones, with those of plugins before, after or instead of them, in the order of their
 * registration. Without `points:` there is no stage for them.
 */
export async function orderStages(
  registry: Registry,
  { points }: Pick<Config, "points">,
): Promise<OrderedStage[]> {
  const order: string[] = [...builtinStages];
  for (const { definition, plugin } of registry.stages) {
    if (!definition.at) {
      if (order.includes(definition.name)) continue;
      throw new QuadratError("plugin", `stage "${definition.name}" does not say where it goes`, {
        hint: 'give it `at: { position: "before" | "after" | "instead", stage: NAME }`',
        place: { plugin },
      });
    }
    const { position, stage } = definition.at;
    const index = order.indexOf(stage);
    if (index < 0) {
      throw new QuadratError(
        "plugin",
        `stage "${definition.name}" must run ${position} "${stage}", but there is no stage "${stage}"`,
        {
          hint: `the stages are ${order.join(", ")}`,
          place: { plugin },
        },
      );
    }
    if (position === "instead") order[index] = definition.name;
    else order.splice(position === "before" ? index : index + 1, 0, definition.name);
  }
  const wanted = points ? order : order.filter((name) => name !== "points");
  return Promise.all(wanted.map((name) => makeStage(registry.stages.get(name))));
}

async function makeStage({ definition, plugin }: Registered<StageDefinition>): Promise<OrderedStage> {
  const owner = { plugin, part: `stage "${definition.name}"` };
  const options = parseOptions(definition.options, {}, owner.part, { plugin });
  const stage = await inHook(owner, "create", () => definition.create(options));
  if (typeof (stage as Partial<Stage> | undefined)?.run === "function") return { stage, owner };
  throw new QuadratError("plugin", `${owner.part} has no function run`, { place: { plugin } });
}
