import { locate } from "../errors.js";
import { inHook, isBuiltin } from "../plugin/hook.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { MemoryProfile } from "../profile/memory-profile.js";
import type { StageReport } from "./report.js";
import { unlessStarved } from "./starvation.js";
import type { Stage, StageContext } from "./stage.js";
import type { OrderedStage } from "./stages.js";

type StageHook = "validate" | "validateInputs" | "run";

/** Calls a function of a stage. Its failures carry the stage's name, and for a stage of a plugin the plugin's. */
export async function runStage<H extends StageHook>(
  { stage, owner }: OrderedStage,
  hook: H,
  context: StageContext,
): Promise<Awaited<ReturnType<NonNullable<Stage[H]>>> | undefined> {
  const call = async () =>
    (await stage[hook]?.(context)) as Awaited<ReturnType<NonNullable<Stage[H]>>> | undefined;
  try {
    return await (isBuiltin(owner.plugin) ? call() : inHook(owner, hook, () => unlessStarved(call())));
  } catch (error) {
    throw locate(error, { stage: stage.name });
  }
}

/** Runs a stage and reports the time and memory it took. */
export async function measureStage(
  ordered: OrderedStage,
  context: StageContext,
  memory: MemoryWatch,
  profile: MemoryProfile,
): Promise<StageReport> {
  const { stage } = ordered;
  const begun = Date.now();
  profile.begin(stage.name, process.memoryUsage.rss());
  try {
    const rows = (await runStage(ordered, "run", context))?.rows ?? 0;
    return {
      name: stage.name,
      seconds: (Date.now() - begun) / 1000,
      rows,
      peak_rss_bytes: memory.peakRss(),
    };
  } finally {
    profile.end(process.memoryUsage.rss());
  }
}
