import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { Catalogue } from "../catalogue/catalogue.js";
import { messageOf } from "../errors.js";
import { isBuiltin } from "../plugin/hook.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import { inUse } from "../store/open-error.js";
import { cleanedUp } from "../system/clean-up.js";
import { cellLocal } from "../sql/cell-local.js";
import type { DatasetWork } from "./dataset-work.js";
import { OutputLedger } from "./output-ledger.js";
import { planExports } from "./plan-exports.js";
import { runStage } from "./run-stage.js";
import { required, type StageContext } from "./stage.js";
import type { OrderedStage } from "./stages.js";
import { holderOf } from "./store-holder.js";

/** What a run would do, by what is in its store. */
export interface WorkOutlook {
  readonly store: string;
  /** Null if it can't be told: why stands in `note`. */
  readonly datasets: readonly DatasetWork[] | null;
  /** Null if it can't be told. */
  readonly outputs: readonly OutputWork[] | null;
  readonly note: string | null;
}

/** What a run would do about an output, and why. */
export interface OutputWork {
  readonly path: string;
  readonly action: "keep" | "write";
  readonly reason: string;
}

const readBytes = 128 * 2 ** 20;

/** Asks the stages what a run would do with the store at a path, which is opened for reading alone. */
export async function outlookOfWork(
  stages: readonly OrderedStage[],
  context: StageContext,
  path: string,
): Promise<WorkOutlook> {
  const asked = stages.find(({ stage }) => !!stage.workOutlook);
  const unknown = (note: string): WorkOutlook => ({ store: path, datasets: null, outputs: null, note });
  if (!asked) return unknown("the stage that does the work does not say");
  const ask = async (within: StageContext): Promise<WorkOutlook> => {
    let datasets: readonly DatasetWork[] = [];
    const run = async (): Promise<{ rows: number }> => {
      datasets = await asked.stage.workOutlook!(within);
      return { rows: 0 };
    };
    await runStage({ owner: asked.owner, stage: { name: asked.stage.name, run } }, "run", within);
    const outputs = await outputsOf(datasets, within, stages);
    return { store: path, datasets, outputs, note: null };
  };
  if (!existsSync(path)) return ask(context);
  let store: DuckDbStore;
  try {
    store = await DuckDbStore.open(path, {
      memoryBytes: readBytes,
      threads: 1,
      temporaryDirectory: tmpdir(),
      readOnly: true,
    });
  } catch (error) {
    if (inUse(error)) return unknown(`the store is in use by ${(await holderOf(error)).text}`);
    return unknown(messageOf(error));
  }
  return cleanedUp(
    async () => {
      const catalogue = await Catalogue.look(store);
      return catalogue
        ? ask({ ...context, store, catalogue })
        : unknown("the store is of another version: the run says what it makes of it");
    },
    () => store.close(),
  );
}

async function outputsOf(
  datasets: readonly DatasetWork[],
  { store, ...context }: StageContext,
  stages: readonly OrderedStage[],
): Promise<OutputWork[]> {
  const planned = planExports(context.config, context.registry);
  const write = (reason: string): OutputWork[] =>
    planned.map(({ path }) => ({ path, action: "write", reason }));
  const foreign = stages.find(({ owner }) => !isBuiltin(owner.plugin));
  if (foreign)
    return write(`stage "${foreign.stage.name}" of ${foreign.owner.plugin} may change what it is made from`);
  if (!store) return write("there is no store yet");
  const undone = datasets.find(({ action }) => action !== "reuse");
  if (undone) return write(`of ${undone.name} there is something to do`);
  const found = await new OutputLedger(store, context, planned).look();
  return found.map(({ path, file, reason }) => ({ path, action: file ? "keep" : "write", reason }));
}

/**
 * Of each query, why the value that it gives for a cell may depend on other cells, in words that follow "it"; null for one that
 * looks only at its own cell.
 */
export async function distantQueries(context: StageContext): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const { name, config } of required(context, "datasets"))
    if (config.sql !== undefined) found.set(name, (await cellLocal(config.sql)) ?? null);
  return found;
}
