import { stat } from "node:fs/promises";
import { columnsOfCells } from "../config/cell-columns.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { Footprint } from "../pipeline/footprint.js";
import type { RunFindings } from "../pipeline/report.js";
import { wholeTableExporters } from "../pipeline/plan-exports.js";
import { required, type StageContext } from "../pipeline/stage.js";
import { defaultStore } from "../pipeline/targets.js";
import type { Store } from "../store/store.js";
import { columnTypes } from "../store/types.js";
import { version } from "../version.js";
import type { Quantities } from "./experience.js";
import { RunHistory } from "./history.js";
import { outcomeOf, pastRunOf, type PredictionOutcome } from "./outcome.js";
import { predictRun, type Prediction } from "./predict.js";
import { lookAtInputs, withinMask, type TableOutlook } from "./rows.js";

/** {@link lookAtInputs} of a context, whose inputs are open. */
export async function survey(context: StageContext): Promise<TableOutlook> {
  const [grid, datasets] = [required(context, "grid"), required(context, "datasets")];
  const { config, mask, signal } = context;
  const { join } = config.merge;
  const whole = await lookAtInputs(grid, datasets, join, signal);
  const outlook = mask ? withinMask(whole, join, { cells: grid.size, masked: mask.cells.size }) : whole;
  const described = columnsOfCells(config);
  if (described.length === 0) return outlook;
  const bytes = described.reduce((sum, { type }) => sum + columnTypes[type].bytes, 0);
  return { ...outlook, described: { columns: described.length, bytes } };
}

/** The prediction for a configuration whose inputs were sampled, with the experience that its settings allow. */
export async function forecast(
  context: StageContext,
  footprint: Footprint,
  outlook: TableOutlook,
  done: { readonly staged?: ReadonlySet<string>; readonly exported?: boolean } = {},
): Promise<Prediction> {
  const { config, progress, memory } = context;
  const history = config.prediction.learn
    ? await new RunHistory().read((message) => progress.log("warning", message))
    : [];
  return predictRun({
    grid: required(context, "grid"),
    datasets: required(context, "datasets"),
    outlook,
    config,
    footprint,
    limitBytes: memory.limitBytes,
    batchRows: config.merge.streamingChunkSize,
    history,
    wholeTable: wholeTableExporters(config, context.registry),
    ...done,
  });
}

/** Starts the run as predicted: streaming if that was chosen, and with the batches that fit. */
export function follow({ mode, batch }: Prediction, memory: MemoryWatch): void {
  if (mode === "streaming") memory.startStreaming();
  if (batch.rows < memory.sizes.batchRows) memory.startBatches?.(batch.rows);
}

/**
 * Compares a finished run with its prediction and, unless the settings forbid it, remembers it.
 * @param isNew whether the run has created its store
 */
export async function conclude(
  prediction: Prediction,
  report: RunFindings,
  context: StageContext,
  isNew: boolean,
): Promise<PredictionOutcome> {
  const { config, progress, storePath = defaultStore(config) } = context;
  const actual: Quantities = {
    rows: report.rows,
    peak_rss_bytes: report.peak_rss_bytes,
    store_bytes: await storeBytes(required(context, "store"), storePath, isNew),
    output_bytes: report.files.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: report.seconds,
    stage_seconds: Object.fromEntries(report.stages.map(({ name, seconds }) => [name, seconds])),
  };
  // What took no time because it was done teaches nothing about how long it takes.
  if (config.prediction.learn && !context.kept) {
    const failure = await new RunHistory().add(pastRunOf(prediction, actual, version, new Date()));
    if (failure !== undefined) progress.log("info", failure);
  }
  return outcomeOf(prediction, actual);
}

/**
 * The size of the store's file; for a store that existed before, the size of its contents, as its number of free blocks
 * differs from run to run.
 */
async function storeBytes(store: Store, path: string, isNew: boolean): Promise<number> {
  await store.exec("CHECKPOINT");
  if (isNew) return (await stat(path)).size;
  const [size] = await store.rows<{ bytes: number }>(
    "SELECT (used_blocks * block_size)::DOUBLE AS bytes FROM pragma_database_size() WHERE database_name = current_database()",
  );
  return size!.bytes;
}
