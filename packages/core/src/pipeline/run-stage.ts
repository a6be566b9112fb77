import { locate, QuadratError } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { MemoryProfile } from "../profile/memory-profile.js";
import type { StageReport } from "./report.js";
import type { Stage, StageContext } from "./stage.js";

/**
 * Runs one step of a stage; its failures carry the stage's name. So does a step that waits for what can't come any more:
 * without this the process would just end.
 */
export async function runStage<T>(stage: Stage, step: () => T | Promise<T>): Promise<T> {
  let starve = (): void => undefined;
  const starved = new Promise<never>((_, reject) => {
    starve = () =>
      reject(
        new QuadratError("plugin", "it has not finished, and nothing is left that it could be waiting for", {
          hint: "a promise in it is never resolved",
        }),
      );
  });
  process.once("beforeExit", starve);
  try {
    return await Promise.race([step(), starved]);
  } catch (error) {
    throw locate(error, { stage: stage.name });
  } finally {
    process.off("beforeExit", starve);
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
