import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { Catalogue } from "../catalogue/catalogue.js";
import type { Config } from "../config/types.js";
import { isQuadratError, QuadratError } from "../errors.js";
import { reclaimAll } from "../memory-reclaim.js";
import { isBuiltin } from "../plugin/hook.js";
import type { MemoryPressure, MemoryWatch } from "../plugin/memory.js";
import type { DuckDbStore } from "../store/duckdb-store.js";
import type { MergeMode } from "../table/merge-mode.js";
import { readingAddresses } from "../remote/for-config.js";
import { version } from "../version.js";
import { WorkerPool } from "../workers/pool.js";
import { conclude, follow, forecast, survey } from "../prediction/forecast.js";
import type { Prediction } from "../prediction/predict.js";
import { stagedBefore } from "../prediction/staged-before.js";
import { footprintWish, leastDuckDbBytes, planFootprint, type Footprint } from "./footprint.js";
import { attempt } from "./attempt.js";
import { checkDisk, lookAhead } from "./check-disk.js";
import { isLittleWork } from "./little-work.js";
import { both } from "./both.js";
import { interruption, leakText } from "./endings.js";
import { writeRunMetadata } from "./finish.js";
import { closeDatasets } from "./inspect.js";
import { LiveReporter } from "./live-report.js";
import { PressureResponse } from "./pressure.js";
import { MemoryBreakdown } from "../profile/memory-parts.js";
import { MemoryProfile } from "../profile/memory-profile.js";
import { ownCounts } from "../profile/operations.js";
import { maskOfRows } from "./open-mask.js";
import { OutputLedger } from "./output-ledger.js";
import { planExports } from "./plan-exports.js";
import { prepareDirectory, removeLeftovers } from "./output-file.js";
import { beyondLimit, overrun, refuseHopelessLimit, type LimitContext } from "./limit.js";
import { remembering, silent } from "./progress.js";
import type { RunFindings, RunReport, StageReport } from "./report.js";
import { RunLog, type RunFacts } from "./run-log.js";
import { measureStage, runStage } from "./run-stage.js";
import type { StageContext } from "./stage.js";
import { orderStages, type OrderedStage } from "./stages.js";
import type { RunOptions } from "./run-options.js";
import { awaitStore, openRunStore, waitOptions } from "./run-store.js";
import type { WaitOptions } from "./store-holder.js";
import { cleanedUp, quietly, takeAll } from "../system/clean-up.js";
import { checkTemporaryFolder } from "../system/temporary.js";
import { systemFault, type SystemPlaces } from "../system/fault.js";
import { defaultStore } from "./targets.js";

/**
 * Runs the whole pipeline: load, resample, merge, export, with the stages that plugins add. What an earlier run
 * with the same inputs and settings has staged is reused.
 * @throws QuadratError; staged work is kept, no partial output is left
 */
export async function runPipeline(config: Config, options: RunOptions): Promise<RunReport> {
  const run = new Run(config, options, await orderStages(options.registry, config));
  const failed = async (error: unknown): Promise<never> => {
    throw await run.fail(error);
  };
  return cleanedUp(
    () => readingAddresses(config, run, () => run.execute()).catch(failed),
    () => run.close(),
  );
}

class Run {
  readonly #options: RunOptions;
  readonly #stages: readonly OrderedStage[];
  readonly #memory: MemoryWatch;
  readonly #context: StageContext;
  /** When it began, without the time that it has waited for its store. */
  #started = new Date();
  #batchRows: number;
  #prediction: Prediction | undefined;
  /** Whether an earlier run has left its store. */
  #begun = false;
  readonly #warnings: string[] = [];
  readonly #cleanUp: (() => Promise<unknown>)[] = [];
  #footprint: Footprint;
  readonly #profile: MemoryProfile;
  readonly #breakdown: MemoryBreakdown;
  readonly #stop = new AbortController();
  #pressure: PressureResponse | undefined;
  #live: LiveReporter | undefined;
  #mode: MergeMode;
  #log: RunLog | undefined;
  #temporary: string | undefined;

  constructor(config: Config, options: RunOptions, stages: readonly OrderedStage[]) {
    const { registry, memory } = options;
    const progress = remembering(options.progress ?? silent, this.#warnings);
    const signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    this.#footprint = planFootprint(memory.limitBytes, footprintWish(config));
    const workers = new WorkerPool(this.#footprint.threads);
    this.#profile = new MemoryProfile(() => [ownCounts(), ...workers.counts]);
    this.#breakdown = new MemoryBreakdown(workers);
    this.#options = options;
    this.#stages = stages;
    this.#memory = memory;
    const { store: storePath, elsewhere } = options;
    const common = { config, storePath, registry, progress, signal, workers, memory, elsewhere };
    this.#context = { ...common, sizes: memory.sizes };
    this.#batchRows = memory.sizes.batchRows;
    this.#mode = modeOf(memory);
    this.#cleanUp.push(() => workers.close());
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get limitBytes(): number {
    return this.#memory.limitBytes;
  }

  async execute(): Promise<RunReport> {
    const { limitNote } = this.#memory;
    if (limitNote) this.#context.progress.log("warning", limitNote);
    refuseHopelessLimit(this.#limit);
    for (const stage of this.#stages) await runStage(stage, "validate", this.#context);
    await awaitStore(this.#storePath, this.#waiting);
    this.#watch();
    const reports: StageReport[] = [];
    for (const stage of this.#stages) {
      this.#context.signal.throwIfAborted();
      if (this.#context.datasets && !this.#context.store) await this.#settle();
      reports.push(await measureStage(stage, this.#context, this.#memory, this.#profile));
    }
    await this.#letGo();
    const { rows, columns } = await writeRunMetadata(this.#context);
    const report = this.#report(reports, rows, columns);
    for (const leak of this.#memory.findLeaks()) this.#context.progress.log("warning", leakText(leak));
    const tooMuch = overrun(report.peak_rss_bytes ?? 0, this.#limit);
    if (tooMuch) this.#context.progress.log("warning", tooMuch);
    await this.#log?.finish(report, this.#facts());
    const { path } = this.#context.store!;
    if (!existsSync(path))
      this.#context.progress.log(
        "warning",
        `the store ${path} was removed during the run: the next one begins anew`,
      );
    const prediction = await conclude(this.#prediction!, report, this.#context, !this.#begun);
    await this.#log?.compare(prediction);
    return { ...report, prediction };
  }

  /**
   * Called when the stages are done: their threads, buffers and blocks would take memory from what the store still has to do.
   */
  async #letGo(): Promise<void> {
    const { workers, store } = this.#context;
    await workers.close();
    // A result that was not read to its end keeps its transaction, and so prevents a checkpoint, until it is collected.
    reclaimAll();
    await store?.holdTo({ memoryBytes: leastDuckDbBytes / 8 });
    await store?.holdTo();
  }

  /** The error to throw for a failure: an abort has its own message, whatever it broke. The store records it. */
  async fail(error: unknown): Promise<unknown> {
    const { signal } = this.#context;
    const failure = signal.aborted
      ? interruption(signal)
      : (this.#goneFolder(error) ?? systemFault(error, this.#places) ?? error);
    await quietly(() => this.#log?.fail(failure, this.#seconds(), this.#facts()));
    return failure;
  }

  /** A folder that is gone breaks whatever comes next, in its own words. */
  #goneFolder(error: unknown): QuadratError | undefined {
    const { store, config } = this.#context;
    if (!store || (isQuadratError(error) && !["output", "plugin", "internal"].includes(error.kind)))
      return undefined;
    const folder = [config.export.directory, dirname(store.path)].find((path) => !existsSync(path));
    if (folder === undefined) return undefined;
    return new QuadratError("output", `the folder ${folder} was removed or renamed during the run`, {
      cause: error,
      hint: "run the same command again: what was staged is kept as long as the store is",
      place: { file: folder },
    });
  }

  async close(): Promise<void> {
    this.#breakdown.of(undefined);
    await takeAll([
      () => this.#memory.stop(),
      () => this.#live?.close(),
      () => closeDatasets(this.#context),
      ...this.#cleanUp.reverse(),
    ]);
  }

  get #places(): SystemPlaces {
    return { store: this.#context.store?.path ?? this.#storePath, temporary: this.#temporary };
  }

  get #storePath(): string {
    return this.#options.store ?? defaultStore(this.#context.config);
  }

  get #waiting(): WaitOptions {
    return {
      ...waitOptions(this.#options.wait, this.#context),
      waited: (milliseconds) => void (this.#started = new Date(this.#started.getTime() + milliseconds)),
    };
  }

  /**
   * Lets everything react to memory: DuckDB and the threads, then the stages, which also vote. Failures to react are
   * reported by name.
   */
  #watch(): void {
    const { progress } = this.#context;
    const react = (who: string, reaction: () => void | Promise<void> | undefined): void =>
      attempt({ who, to: "react to memory", progress }, reaction);
    for (const { stage } of this.#stages) {
      if (stage.voteOnMemory) {
        this.#memory.vote((pressure) => stage.voteOnMemory!(pressure), `stage ${stage.name}`);
      }
    }
    this.#memory.start(
      (pressure: MemoryPressure) => {
        react("DuckDB", () => this.#pressure?.respond(pressure.level));
        for (const { stage } of this.#stages)
          react(`stage ${stage.name}`, () => stage.onMemoryPressure?.(pressure));
      },
      {
        parts: () => this.#breakdown.parts(),
        reading: (sample) => {
          this.#profile.measured(process.memoryUsage.rss());
          this.#live?.reading(sample, this.#profile.stage);
          const { criticalThreshold } = this.#context.config.memory;
          if (sample.used >= criticalThreshold * sample.limit)
            react("DuckDB", () => this.#pressure?.stillCritical(sample.time));
        },
        exhausted: ({ used, limit }) => this.#stop.abort(beyondLimit(used, limit, this.#limit)),
      },
    );
  }

  /** Between opening the inputs and working on them: chooses the mode and opens the store. */
  async #settle(): Promise<void> {
    const { rows } = this.#options;
    if (rows && this.#context.grid) this.#context.grid = this.#context.grid.rows(...rows);
    const { mask } = this.#context;
    if (rows && mask) this.#context.mask = maskOfRows(mask, ...rows);
    const { config, grid, datasets, progress } = this.#context;
    if (!grid) throw new Error("the stage that opens the datasets must set the grid");
    this.#divideAnew(datasets?.length ?? 0);
    for (const stage of this.#stages) await runStage(stage, "validateInputs", this.#context);
    const path = this.#storePath;
    const { fresh = false } = this.#options;
    const begun = (this.#begun = !fresh && existsSync(path));
    const early = await lookAhead(this.#context, this.#footprint, begun);
    await checkTemporaryFolder();
    await prepareDirectory(config.export.directory);
    if (config.threads === undefined && isLittleWork(datasets ?? [], grid)) this.#context.workers.workHere();
    for (const { stage } of begun || this.#context.elsewhere ? [] : this.#stages)
      attempt({ who: `stage ${stage.name}`, to: "warm up", progress }, () => stage.warmUp?.(this.#context));
    const [store, outlook] = await both(
      this.#openStore(path, fresh),
      early ? Promise.resolve(early.outlook) : survey(this.#context),
    );
    this.#live = new LiveReporter(store.path, config.experiment, this.#started, this.#memory);
    this.#live.begin("load");
    // Not before: until then these may be the files of a run in progress.
    await removeLeftovers(config.export.directory, progress);
    const catalogue = await Catalogue.open(store);
    const staged = this.#context.elsewhere
      ? new Set(datasets?.flatMap(({ name, reads }) => (reads ? [] : [name])))
      : await stagedBefore(store, grid, datasets ?? []);
    const outputs = this.#outputLedger(store);
    const done = { staged, exported: (begun && (await outputs?.isComplete())) ?? false };
    this.#prediction = early?.prediction ?? (await forecast(this.#context, this.#footprint, outlook, done));
    if (early && begun) await checkDisk(this.#context, this.#footprint, outlook, this.#prediction);
    catalogue.keepPlain(this.#prediction.plain);
    const [mode, { batchRows }] = [modeOf(this.#memory), this.#memory.sizes];
    follow(this.#prediction, this.#memory);
    // The run starts from the sizes of the plan, not from those that pressure has changed by now.
    if (modeOf(this.#memory) !== mode) this.#mode = modeOf(this.#memory);
    if (this.#memory.sizes.batchRows !== batchRows) this.#batchRows = this.#memory.sizes.batchRows;
    await catalogue.setGrid(grid);
    this.#breakdown.of(store);
    this.#context.store = store;
    this.#context.catalogue = catalogue;
    if (outputs) this.#context.outputs = outputs;
    this.#pressure = new PressureResponse(store, this.#context.workers, this.#memory, this.#footprint);
    this.#log = await RunLog.begin(store, config, version, this.#started);
  }

  /** Stages of plugins may do anything to the rows; what shards have staged is not in this store. */
  #outputLedger(store: DuckDbStore): OutputLedger | undefined {
    if (this.#context.elsewhere || this.#stages.some(({ owner }) => !isBuiltin(owner.plugin)))
      return undefined;
    return new OutputLedger(store, this.#context, planExports(this.#context.config, this.#context.registry));
  }

  /** An entry may have become many datasets, for each of which there has to be room. */
  #divideAnew(datasets: number): void {
    const { config, workers } = this.#context;
    if (datasets <= this.#footprint.columns) return;
    const { threads } = this.#footprint;
    this.#footprint = planFootprint(this.#memory.limitBytes, {
      ...footprintWish(config),
      columns: datasets,
      threads,
    });
    workers.useAtMost(this.#footprint.threads);
  }

  #openStore(path: string, fresh: boolean): Promise<DuckDbStore> {
    return openRunStore(path, {
      fresh,
      memoryBytes: this.#footprint.duckDbBytes,
      threads: this.#context.workers.size,
      signal: this.#context.signal,
      waiting: this.#waiting,
      cleanUp: this.#cleanUp,
      temporary: (folder) => (this.#temporary = folder),
    });
  }

  #report(reports: readonly StageReport[], rows: number, columns: readonly string[]): RunFindings {
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

  get #limit(): LimitContext {
    const { config, datasets } = this.#context;
    return { config, memory: this.#memory, ...(datasets && { datasets: datasets.length }) };
  }

  #facts(): RunFacts {
    return {
      stages: this.#profile.stages,
      memory: this.#memory,
      leaks: this.#memory.findLeaks(),
      warnings: this.#warnings,
    };
  }

  #seconds(): number {
    return (Date.now() - this.#started.getTime()) / 1000;
  }
}

function modeOf({ sizes }: MemoryWatch): MergeMode {
  return sizes.streaming ? "streaming" : "memory";
}
