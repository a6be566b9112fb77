import { messageOf } from "../errors.js";
import { cleanedUp } from "../system/clean-up.js";
import { checkTemporaryFolder } from "../system/temporary.js";
import { WorkerPool } from "../workers/pool.js";
import { columnsOfCells } from "../config/cell-columns.js";
import type { Config, DatasetConfig } from "../config/types.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { Registry } from "../plugin/registry.js";
import { forecast, survey } from "../prediction/forecast.js";
import type { Prediction } from "../prediction/predict.js";
import { readingAddresses } from "../remote/for-config.js";
import { toEstimate, type Estimate } from "./estimate.js";
import { unkeepable } from "./limit.js";
import { checkDisk } from "./check-disk.js";
import { footprintWish, planFootprint } from "./footprint.js";
import { silent, type Progress } from "./progress.js";
import type { MergeMode } from "../table/merge-mode.js";
import { runStage } from "./run-stage.js";
import { orderStages } from "./stages.js";
import { pointOutlook } from "../prediction/point-demand.js";
import type { TableOutlook } from "../prediction/rows.js";
import type { ColumnOrigin, OpenDataset, StageContext } from "./stage.js";
import { distantQueries, outlookOfWork, type WorkOutlook } from "./work-outlook.js";

export interface InspectedDataset {
  readonly name: string;
  /** Empty for a query. */
  readonly path: string;
  /** For a query: the datasets that it reads. */
  readonly reads: readonly string[] | null;
  /** For a query that looks at other cells than its own: how, in words that follow "it". */
  readonly beyond: string | null;
  readonly driver: string;
  readonly crs: string | null;
  /** Columns and rows of a raster. */
  readonly size: readonly [number, number] | null;
  /** Bounds in the input's own CRS. */
  readonly extent: readonly number[] | null;
  readonly type: string;
  readonly method: string;
  /** The evidence that a raster's values are classes, such as "a colour table". */
  readonly classes: string | null;
  /** Set if the dataset becomes several columns, whose number is known once it has been read: `about` is assumed until then. */
  readonly several: {
    readonly each: "species" | "year" | "decade" | "class";
    readonly at_most: number | null;
    readonly about: number;
  } | null;
  /** Set if its entry makes columns of its own: where this one comes from. */
  readonly origin: ColumnOrigin | null;
  readonly warnings: readonly string[];
}

/** What a configuration means, without running it. */
export interface Inspection {
  readonly experiment: string;
  readonly grid: {
    readonly crs: string;
    readonly width: number;
    readonly height: number;
    readonly resolution: readonly number[];
    readonly bounds: readonly number[];
  };
  /** The cells that may become rows; null if all may. */
  readonly mask: { readonly path: string; readonly cells: number } | null;
  /** Columns that describe the cell, after x and y. */
  readonly cell_columns: readonly string[];
  /** The table of points, if the configuration asks for one: the maximum number of its rows. */
  readonly points: { readonly records: string; readonly rows: number; readonly background: number } | null;
  readonly datasets: readonly InspectedDataset[];
  readonly formats: readonly string[];
  readonly mode: MergeMode;
  readonly window_size: number;
  readonly batch_rows: number;
  readonly memory_limit_bytes: number;
  readonly estimate: Estimate;
  /** Null unless it was asked for. */
  readonly work: WorkOutlook | null;
}

/**
 * Checks everything that can be checked before a run: stages, exporters, and every input, which is opened.
 * Writes nothing.
 * @throws QuadratError as a run would
 */
export async function inspectPipeline(
  config: Config,
  options: {
    readonly registry: Registry;
    readonly memory: MemoryWatch;
    readonly progress?: Progress;
    readonly signal?: AbortSignal;
    /** The store by which it is told what a run would do; default: that is not told. */
    readonly store?: string;
  },
): Promise<Inspection> {
  const { registry, memory, progress = silent } = options;
  const signal = options.signal ?? new AbortController().signal;
  const workers = new WorkerPool(1);
  const context: StageContext = { config, registry, progress, signal, sizes: memory.sizes, workers, memory };
  const inspect = async (): Promise<Inspection> => {
    const stages = await orderStages(registry, config);
    for (const stage of stages) await runStage(stage, "validate", context);
    for (const stage of stages) {
      if (context.grid) break;
      await runStage(stage, "run", context);
    }
    for (const stage of stages) await runStage(stage, "validateInputs", context);
    const columns = context.datasets?.length ?? 0;
    const footprint = planFootprint(memory.limitBytes, { ...footprintWish(config), columns });
    const outlook = await survey(context);
    const prediction = await forecast(context, footprint, outlook);
    const { store } = options;
    const work = store === undefined ? null : await outlookOfWork(stages, context, store);
    const queries = await distantQueries(context);
    const inspection = { ...describe(context, memory, prediction, outlook, queries), work };
    await checkDisk(context, footprint, outlook, prediction, "warn");
    const warning = unkeepable(inspection.estimate.peak_rss_bytes, { config, memory, datasets: columns });
    if (warning) progress.log("warning", warning);
    await checkTemporaryFolder();
    return inspection;
  };
  const { limitBytes } = memory;
  return cleanedUp(
    () => readingAddresses(config, { signal, limitBytes }, inspect),
    async () => {
      await closeDatasets(context);
      await workers.close();
    },
  );
}

function describe(
  context: StageContext,
  memory: MemoryWatch,
  prediction: Prediction,
  outlook: TableOutlook,
  queries: ReadonlyMap<string, string | null>,
): Omit<Inspection, "work"> {
  const { config, sizes } = context;
  const { columns } = outlook;
  const points = pointOutlook(outlook, config);
  const grid = context.grid!;
  const datasets = context.datasets!;
  return {
    experiment: config.experiment,
    grid: grid.toJSON(),
    mask: context.mask && config.mask ? { path: config.mask.path, cells: context.mask.size } : null,
    cell_columns: columnsOfCells(config).map(({ name }) => name),
    points: points
      ? { records: config.points!.records, rows: points.rows, background: points.background }
      : null,
    datasets: datasets.map(
      ({
        name,
        config: { path, classes },
        driver,
        crs,
        source,
        extent,
        dataType,
        method,
        origin,
        warnings,
        reads,
      }) => ({
        name,
        path,
        reads: reads ?? null,
        beyond: queries.get(name) ?? null,
        driver,
        crs: crs ?? null,
        size: source.kind === "raster" ? [source.raster.width, source.raster.height] : null,
        extent: extent ?? null,
        type: dataType,
        method,
        classes: (source.kind === "raster" ? source.raster.classes : undefined) ?? null,
        several: severalOf(source, columns.find((column) => column.name === name)?.columns ?? 1, {
          method,
          classes,
        }),
        origin: origin ?? null,
        warnings,
      }),
    ),
    formats: config.export.formats.map(({ use }) => use),
    mode: prediction.mode,
    window_size: sizes.windowSize,
    batch_rows: prediction.batch.rows,
    memory_limit_bytes: memory.limitBytes,
    estimate: toEstimate(prediction, grid, columnsOfCells(config).length),
  };
}

function severalOf(
  source: OpenDataset["source"],
  about: number,
  { method, classes }: { readonly method: string; readonly classes: DatasetConfig["classes"] },
): InspectedDataset["several"] {
  if (source.kind === "raster" && method === "fractions")
    return { each: "class", at_most: classes ? about : null, about };
  const several = source.kind === "cells" ? source.cells.several : undefined;
  return several ? { each: several.each, at_most: several.atMost ?? null, about } : null;
}

/** Closes the inputs that a load stage has opened; a failure is a warning. */
export async function closeDatasets({ datasets, progress }: StageContext): Promise<void> {
  for (const { name, driver, source } of datasets ?? []) {
    try {
      await (source.kind === "raster" ? source.raster.close() : source.cells.close());
    } catch (error) {
      progress.log("warning", `${name}: source "${driver}" failed to close its input: ${messageOf(error)}`);
    }
  }
}
