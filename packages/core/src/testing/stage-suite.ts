import type { StageDefinition } from "../plugin/plugin.js";
import { parseOptions } from "../plugin/options.js";
import type { MemoryLevel } from "../plugin/memory.js";
import type { Stage, StageContext } from "../pipeline/stage.js";
import { builtinStages } from "../pipeline/stages.js";
import { soundDefinition, demand, type Check } from "./check.js";

export interface StageSuiteOptions {
  /**
   * Does the work with the context that the stage gets in a run: {@link stageContext}, or one filled in by the stages
   * before. It is called for every check, and cleans up afterwards.
   */
  readonly withContext: (
    work: (context: StageContext) => Promise<void>,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
}

/** The conformance suite of stages. */
export function stageSuite<Options>(
  definition: StageDefinition<Options>,
  { withContext }: StageSuiteOptions,
): Check[] {
  const make = async (): Promise<Stage> =>
    definition.create(parseOptions(definition.options, {}, `stage "${definition.name}"`, {}));
  const prepare = async (stage: Stage, context: StageContext): Promise<void> => {
    await stage.validate?.(context);
    if (context.datasets) await stage.validateInputs?.(context);
  };
  const builtin = (builtinStages as readonly string[]).includes(definition.name);
  const at = definition.at ?? (builtin ? { position: "instead", stage: definition.name } : undefined);
  return [
    soundDefinition({ stages: [{ ...definition, at }] }),
    {
      name: "creates a new stage each time",
      async run() {
        const [one, other] = [await make(), await make()];
        demand(
          one !== other,
          () => "create must return a new stage for every run; it returned the same one again",
        );
        demand(typeof one.run === "function", () => "a stage must have a function run");
        demand(typeof one.name === "string" && one.name !== "", () => "a stage must have a name");
      },
    },
    {
      name: "runs, and returns its rows",
      run: () =>
        withContext(
          async (context) => {
            const stage = await make();
            await prepare(stage, context);
            const result = (await stage.run(context)) as { rows?: unknown } | undefined;
            const rows = result?.rows;
            demand(
              Number.isSafeInteger(rows) && (rows as number) >= 0,
              () => `run must return { rows: a whole number }; it returned ${JSON.stringify(result)}`,
            );
          },
          { signal: new AbortController().signal },
        ),
    },
    {
      name: "rejects, or has nothing to stop, when aborted",
      async run() {
        const controller = new AbortController();
        const reason = new DOMException("stopped", "AbortError");
        await withContext(
          async (context) => {
            const stage = await make();
            await prepare(stage, context);
            controller.abort(reason);
            const error: unknown = await stage.run(context).then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
            const passed =
              error === undefined || error === reason || (error as Error | null)?.name === "AbortError";
            demand(passed, () => `an abort must pass through unchanged; run rejected with ${String(error)}`);
          },
          { signal: controller.signal },
        );
      },
    },
    {
      name: "accepts memory events at any time",
      async run() {
        const stage = await make();
        const ratios = { warning: 0.85, critical: 0.95, recovered: 0.6 };
        for (const level of ["warning", "critical", "recovered"] satisfies MemoryLevel[]) {
          const ratio = ratios[level];
          const pressure = { level, ratio, used: ratio * 1e9, limit: 1e9, time: Date.now() };
          await stage.onMemoryPressure?.(pressure);
          const vote = stage.voteOnMemory?.(pressure);
          const allowed = vote === undefined || ["keep", "shrink", "stream"].includes(vote);
          demand(
            allowed,
            () => `voteOnMemory must return keep, shrink, stream or nothing, not ${String(vote)}`,
          );
        }
      },
    },
  ];
}
