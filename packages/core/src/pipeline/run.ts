import { join } from "node:path";
import { availableParallelism, tmpdir } from "node:os";
import { mkdtemp, rm } from "node:fs/promises";
import { Catalogue } from "../catalogue/catalogue.js";
import type { Config } from "../config/types.js";
import { isAbort, isQuadratError, QuadratError } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { Registry } from "../plugin/registry.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import { WorkerPool } from "../workers/pool.js";
import { estimateRun, shouldStream } from "./estimate.js";
import { writeRunMetadata } from "./finish.js";
import { closeDatasets } from "./inspect.js";
import { prepareDirectory, removeLeftovers } from "./output-file.js";
import { silent, type Progress } from "./progress.js";
import type { MergeMode, RunReport, StageReport } from "./report.js";
import { RunLog } from "./run-log.js";
import { measureStage, runStage } from "./run-stage.js";
import { orderStages } from "./stages.js";
import type { StageContext } from "./stage.js";
import { version } from "../version.js";

export interface RunOptions {
  readonly registry: Registry;
  readonly memory: MemoryWatch;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Path of the store; default `<directory>/quadrat.duckdb`. */
  readonly store?: string;
  /** Ignore earlier work. */
  readonly fresh?: boolean;
}

/** Share of the memory limit that DuckDB's buffers may take; the rest is V8's, the decoders' and the threads'. */
const duckDbShare = 0.25;
const duckDbLeast = 64 * 1024 * 1024;

/**
 * Runs the whole pipeline: load, resample, merge, export, with whatever stages plugins add.
 * What was staged by an earlier run of the same inputs and settings is used again.
 * @throws QuadratError; staged work is kept, no partial output is left
 */
export async function runPipeline(config: Config, options: RunOptions): Promise<RunReport> {
  const started = new Date();
  const { registry, memory, progress = silent, store: storePath, fresh = false } = options;
  const signal = options.signal ?? new AbortController().signal;
  const stages = await orderStages(registry);
  const threads = config.threads ?? availableParallelism();
  const workers = new WorkerPool(threads);
  const context: StageContext = { config, registry, progress, signal, sizes: memory.sizes, workers };
  const mode = (): MergeMode => (memory.sizes.streaming ? "streaming" : "memory");
  const batchStart = memory.sizes.batchRows;
  let modeStart = mode();
  const reports: StageReport[] = [];
  const cleanUp: (() => Promise<unknown>)[] = [() => workers.close()];
  let log: RunLog | undefined;

  memory.start((level) => {
    for (const stage of stages)
      void Promise.resolve(stage.onMemoryPressure?.({ level })).catch(() => undefined);
  });
  try {
    for (const stage of stages) await runStage(stage, () => stage.validate?.(context));
    for (const stage of stages) {
      if (!context.store && context.grid && context.datasets) {
        const estimate = estimateRun(context.grid, context.datasets);
        if (config.merge.enableStreaming === "auto" && shouldStream(estimate, memory.limitBytes)) {
          memory.startStreaming();
        }
        modeStart = mode();
        log = await openStore(context, { storePath, fresh, threads, memory, cleanUp, started });
      }
      signal.throwIfAborted();
      reports.push(await measureStage(stage, context, memory));
    }
    const { rows, columns } = await writeRunMetadata(context);
    const report: RunReport = {
      experiment: config.experiment,
      rows,
      columns,
      files: context.files ?? [],
      seconds: seconds(started),
      peak_rss_bytes: memory.peakRss(),
      memory_limit_bytes: memory.limitBytes,
      mode: { start: modeStart, end: mode() },
      batch_rows: { start: batchStart, min: memory.minBatchRows, end: memory.sizes.batchRows },
      adaptations: memory.adaptations,
      stages: reports.map((stage) => (stage.name === "merge" ? { ...stage, rows } : stage)),
    };
    await log?.finish(report);
    return report;
  } catch (error) {
    const failure = signal.aborted ? interrupted(signal) : error;
    await log?.fail(...statusOf(failure), seconds(started)).catch(() => undefined);
    throw failure;
  } finally {
    await memory.stop();
    await closeDatasets(context);
    for (const step of cleanUp.reverse()) await step();
  }
}

async function openStore(
  context: StageContext,
  options: {
    storePath: string | undefined;
    fresh: boolean;
    threads: number;
    memory: MemoryWatch;
    cleanUp: (() => Promise<unknown>)[];
    started: Date;
  },
): Promise<RunLog> {
  const { config, progress, signal } = context;
  const { fresh, threads, memory, cleanUp, started } = options;
  const directory = config.export.directory;
  await prepareDirectory(directory);
  await removeLeftovers(directory, progress);
  const path = options.storePath ?? join(directory, "quadrat.duckdb");
  if (fresh) await DuckDbStore.remove(path);
  const temporaryDirectory = await mkdtemp(join(tmpdir(), "quadrat-"));
  cleanUp.push(() => rm(temporaryDirectory, { recursive: true, force: true }));
  const store = await DuckDbStore.open(path, {
    memoryBytes: Math.max(duckDbLeast, memory.limitBytes * duckDbShare),
    threads,
    temporaryDirectory,
  });
  const interrupt = (): void => store.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  cleanUp.push(async () => {
    signal.removeEventListener("abort", interrupt);
    await store.close();
  });
  context.store = store;
  context.catalogue = await Catalogue.open(store);
  await context.catalogue.setGrid(context.grid!);
  return RunLog.begin(store, config, version, started);
}

function interrupted(signal: AbortSignal): unknown {
  if (isQuadratError(signal.reason)) return signal.reason;
  return new QuadratError("interrupted", "the run was interrupted", {
    cause: signal.reason,
    hint: "what was staged is kept: run the same command again to go on from there",
  });
}

function statusOf(error: unknown): ["failed" | "interrupted" | "out of memory", string] {
  const message = error instanceof Error ? error.message : String(error);
  if (isAbort(error) || (isQuadratError(error) && error.kind === "interrupted"))
    return ["interrupted", message];
  return [isQuadratError(error) && error.kind === "memory" ? "out of memory" : "failed", message];
}

function seconds(since: Date): number {
  return (Date.now() - since.getTime()) / 1000;
}
