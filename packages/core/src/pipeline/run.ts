import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Catalogue } from "../catalogue/catalogue.js";
import type { Config } from "../config/types.js";
import { isQuadratError, QuadratError } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import type { Registry } from "../plugin/registry.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import { version } from "../version.js";
import { WorkerPool } from "../workers/pool.js";
import { estimateRun, shouldStream } from "./estimate.js";
import { writeRunMetadata } from "./finish.js";
import { closeDatasets } from "./inspect.js";
import { prepareDirectory, removeLeftovers } from "./output-file.js";
import { silent, type Progress } from "./progress.js";
import type { MergeMode, RunReport, StageReport } from "./report.js";
import { RunLog } from "./run-log.js";
import { measureStage, runStage } from "./run-stage.js";
import type { Stage, StageContext } from "./stage.js";
import { orderStages } from "./stages.js";

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
  const run = new Run(config, options, await orderStages(options.registry));
  try {
    return await run.execute();
  } catch (error) {
    throw await run.fail(error);
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: RunOptions;
  readonly #stages: readonly Stage[];
  readonly #memory: MemoryWatch;
  readonly #context: StageContext;
  readonly #started = new Date();
  readonly #batchRows: number;
  readonly #cleanUp: (() => Promise<unknown>)[] = [];
  #mode: MergeMode;
  #log: RunLog | undefined;

  constructor(config: Config, options: RunOptions, stages: readonly Stage[]) {
    const { registry, memory, progress = silent, signal = new AbortController().signal } = options;
    const workers = new WorkerPool(config.threads ?? availableParallelism());
    this.#options = options;
    this.#stages = stages;
    this.#memory = memory;
    this.#context = { config, registry, progress, signal, sizes: memory.sizes, workers };
    this.#batchRows = memory.sizes.batchRows;
    this.#mode = modeOf(memory);
    this.#cleanUp.push(() => workers.close());
  }

  async execute(): Promise<RunReport> {
    this.#memory.start((level) => {
      for (const stage of this.#stages) {
        Promise.resolve(stage.onMemoryPressure?.({ level })).catch((error: unknown) => {
          this.#context.progress.log(
            "warning",
            `stage ${stage.name} failed to react to memory: ${String(error)}`,
          );
        });
      }
    });
    for (const stage of this.#stages) await runStage(stage, () => stage.validate?.(this.#context));
    const reports: StageReport[] = [];
    for (const stage of this.#stages) {
      this.#context.signal.throwIfAborted();
      if (this.#context.datasets && !this.#context.store) await this.#settle();
      reports.push(await measureStage(stage, this.#context, this.#memory));
    }
    const { rows, columns } = await writeRunMetadata(this.#context);
    const report = this.#report(reports, rows, columns);
    await this.#log?.finish(report);
    return report;
  }

  /** What to throw for a failure: an abort has its own words, whatever it broke. The store remembers it. */
  async fail(error: unknown): Promise<unknown> {
    const { signal } = this.#context;
    const failure = signal.aborted ? interruption(signal) : error;
    try {
      await this.#log?.fail(failure, this.#seconds());
    } catch {
      // The failure itself matters more than the note of it.
    }
    return failure;
  }

  async close(): Promise<void> {
    await this.#memory.stop();
    await closeDatasets(this.#context);
    for (const step of this.#cleanUp.reverse()) await step();
  }

  /** Between looking and working: chooses the mode and opens the store. */
  async #settle(): Promise<void> {
    const { config, grid, datasets, progress } = this.#context;
    if (!grid) throw new Error("the stage that opens the datasets must set the grid");
    const estimate = estimateRun(grid, datasets ?? []);
    if (config.merge.enableStreaming === "auto" && shouldStream(estimate, this.#memory.limitBytes)) {
      this.#memory.startStreaming();
    }
    this.#mode = modeOf(this.#memory);
    await prepareDirectory(config.export.directory);
    await removeLeftovers(config.export.directory, progress);
    const store = await this.#openStore(
      this.#options.store ?? join(config.export.directory, "quadrat.duckdb"),
    );
    const catalogue = await Catalogue.open(store);
    await catalogue.setGrid(grid);
    this.#context.store = store;
    this.#context.catalogue = catalogue;
    this.#log = await RunLog.begin(store, config, version, this.#started);
  }

  async #openStore(path: string): Promise<DuckDbStore> {
    const { signal, workers } = this.#context;
    if (this.#options.fresh) await DuckDbStore.remove(path);
    const temporaryDirectory = await mkdtemp(join(tmpdir(), "quadrat-"));
    this.#cleanUp.push(() => rm(temporaryDirectory, { recursive: true, force: true }));
    const store = await DuckDbStore.open(path, {
      memoryBytes: Math.max(duckDbLeast, this.#memory.limitBytes * duckDbShare),
      threads: workers.size,
      temporaryDirectory,
    });
    const interrupt = (): void => store.interrupt();
    signal.addEventListener("abort", interrupt, { once: true });
    this.#cleanUp.push(() => {
      signal.removeEventListener("abort", interrupt);
      return store.close();
    });
    return store;
  }

  #report(reports: readonly StageReport[], rows: number, columns: readonly string[]): RunReport {
    const { sizes } = this.#memory;
    return {
      experiment: this.#context.config.experiment,
      rows,
      columns,
      files: this.#context.files ?? [],
      seconds: this.#seconds(),
      peak_rss_bytes: this.#memory.peakRss(),
      memory_limit_bytes: this.#memory.limitBytes,
      mode: { start: this.#mode, end: modeOf(this.#memory) },
      batch_rows: { start: this.#batchRows, min: this.#memory.minBatchRows, end: sizes.batchRows },
      adaptations: this.#memory.adaptations,
      // A streamed merge happens while it is exported: its rows are known only now.
      stages: reports.map((report) => (report.name === "merge" ? { ...report, rows } : report)),
    };
  }

  #seconds(): number {
    return (Date.now() - this.#started.getTime()) / 1000;
  }
}

function modeOf({ sizes }: MemoryWatch): MergeMode {
  return sizes.streaming ? "streaming" : "memory";
}

function interruption({ reason }: AbortSignal): QuadratError {
  if (isQuadratError(reason)) return reason;
  return new QuadratError("interrupted", "the run was interrupted", {
    cause: reason,
    hint: "what was staged is kept: run the same command again to go on from there",
  });
}
