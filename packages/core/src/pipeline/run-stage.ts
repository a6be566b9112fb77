import { locate } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { MemoryProfile } from "../profile/memory-profile.js";
import type { StageReport } from "./report.js";
import type { Stage, StageContext } from "./stage.js";

/** Runs one step of a stage; its failures carry the stage's name. */
export async function runStage<T>(stage: Stage, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw locate(error, { stage: stage.name });
  }
}

/** Runs a stage and tells what it took. */
export async function measureStage(
  stage: Stage,
  context: StageContext,
  memory: MemoryWatch,
  profile: MemoryProfile,
): Promise<StageReport> {
  const begun = Date.now();
  profile.begin(stage.name, process.memoryUsage.rss());
  try {
    const { rows } = await runStage(stage, () => stage.run(context));
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
