import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Catalogue } from "../catalogue/catalogue.js";
import type { StagedDataset, StagedFacts } from "../catalogue/dataset-entry.js";
import type { Config } from "../config/types.js";
import { isQuadratError, QuadratError } from "../errors.js";
import type { Grid } from "../grid/grid.js";
import type { MemoryPressure } from "../plugin/memory.js";
import { maskOfRows } from "../pipeline/open-mask.js";
import { attempt } from "../pipeline/attempt.js";
import { interruption } from "../pipeline/endings.js";
import { footprintWish, planFootprint } from "../pipeline/footprint.js";
import { closeDatasets } from "../pipeline/inspect.js";
import { beyondLimit, refuseHopelessLimit } from "../pipeline/limit.js";
import { isLittleWork } from "../pipeline/little-work.js";
import { PressureResponse } from "../pipeline/pressure.js";
import { silent } from "../pipeline/progress.js";
import type { RunOptions } from "../pipeline/run-options.js";
import { openRunStore } from "../pipeline/run-store.js";
import { runStage } from "../pipeline/run-stage.js";
import { required, type StageContext } from "../pipeline/stage.js";
import type { OrderedStage } from "../pipeline/stages.js";
import { cleanedUp, quietly, takeAll } from "../system/clean-up.js";
import { systemFault } from "../system/fault.js";
import { checkTemporaryFolder } from "../system/temporary.js";
import { readingAddresses } from "../remote/for-config.js";
import { WorkerPool } from "../workers/pool.js";
import { checkFrozen, checkSameFiles, newColumn } from "./frozen-files.js";
import { grantedThreads } from "./granted-threads.js";
import { ownRows } from "./own-rows.js";
import {
  foldersOf,
  gridOf,
  shardName,
  shardPath,
  type PlannedDataset,
  type PlannedShard,
  type ReadPlan,
} from "./plan.js";
import { RangeWriter } from "./range-file.js";
import { shardFault } from "./shard-fault.js";
import { writeShardFile, type PartSource, type QueryPart, type WholePart } from "./shard-file.js";
import { shardStages } from "./shard-stages.js";
import type { ShardTarget, StagedRows } from "./stage-contract.js";
import { openWorkFolder, removeLeftBehind, type WorkFolder } from "./work-folder.js";

export type ShardOptions = Omit<RunOptions, "store" | "fresh">;

/** The work of a process for one shard, or for the tables of all: stages them, and writes the shard's file. */
export class ShardRun {
  readonly #plan: ReadPlan;
  readonly #index: number | undefined;
  readonly #datasets: readonly PlannedDataset[];
  readonly #options: ShardOptions;
  readonly #context: StageContext;
  readonly #stop = new AbortController();
  readonly #littleAllowed: boolean;
  readonly #cleanUp: (() => Promise<unknown>)[] = [];
  #stages: readonly OrderedStage[] = [];
  #pressure: PressureResponse | undefined;
  #temporary: string | undefined;

  constructor(
    plan: ReadPlan,
    index: number | undefined,
    datasets: readonly PlannedDataset[],
    options: ShardOptions,
  ) {
    const { registry, memory, progress = silent } = options;
    const names = new Set(datasets.map(({ name, entry }) => entry ?? name));
    const config = configOf(plan, names);
    const signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    const workers = new WorkerPool(planFootprint(memory.limitBytes, footprintWish(config)).threads);
    this.#plan = plan;
    this.#index = index;
    this.#datasets = datasets;
    this.#options = options;
    this.#littleAllowed = plan.configuration.threads === undefined;
    this.#context = { config, registry, progress, signal, sizes: memory.sizes, workers, memory };
    this.#cleanUp.push(() => workers.close());
  }

  async execute(): Promise<Pick<WorkFolder, "resumed">> {
    return cleanedUp(
      () => this.#reading(() => this.#execute()).catch((error: unknown) => this.#fail(error)),
      () => this.#close(),
    );
  }

  #reading<T>(work: () => Promise<T>): Promise<T> {
    const { config, signal } = this.#context;
    return readingAddresses(config, { signal, limitBytes: this.#options.memory.limitBytes }, work);
  }

  #fail(error: unknown): never {
    const { signal } = this.#context;
    if (signal.aborted) throw interruption(signal);
    const { folder } = this.#plan;
    throw shardFault(error, folder) ?? systemFault(error, { temporary: this.#temporary }) ?? error;
  }

  async #close(): Promise<void> {
    await takeAll([
      () => this.#options.memory.stop(),
      () => closeDatasets(this.#context),
      ...this.#cleanUp.reverse(),
    ]);
  }

  async #execute(): Promise<Pick<WorkFolder, "resumed">> {
    const { folder } = this.#plan;
    const { memory } = this.#options;
    const { config, signal, progress } = this.#context;
    this.#watch();
    if (memory.limitNote) progress.log("warning", memory.limitNote);
    refuseHopelessLimit({ config, memory });
    const { before, sharding } = await shardStages(this.#context.registry, this.#context.config);
    this.#stages = [...before, sharding];
    await checkFrozen({ ...this.#plan, datasets: this.#datasets }, signal);
    if (this.#datasets.length > 0) {
      for (const stage of this.#stages) await runStage(stage, "validate", this.#context);
      for (const stage of before) {
        await runStage(stage, "run", this.#context);
        signal.throwIfAborted();
      }
      for (const stage of this.#stages) await runStage(stage, "validateInputs", this.#context);
      for (const { name, files } of this.#context.datasets ?? []) {
        const planned = this.#datasets.find((one) => one.name === name);
        if (!planned) throw newColumn(name, files?.before ?? []);
        checkSameFiles(planned, files?.before ?? []);
      }
    }
    await checkTemporaryFolder();
    await mkdir(foldersOf(folder).shards, { recursive: true });
    const work = await openWorkFolder(folder, shardName(this.#index));
    try {
      if (work.resumed) progress.log("info", "goes on from what a killed process has left");
      await this.#stage(sharding, work.path);
    } catch (error) {
      const kept =
        signal.aborted || (isQuadratError(error) && ["memory", "interrupted"].includes(error.kind));
      if (!kept) {
        // A store that is open can't be removed everywhere.
        this.#cleanUp.unshift(() => quietly(() => work.remove()));
      }
      throw error;
    }
    this.#cleanUp.unshift(async () => {
      await quietly(() => work.remove());
      await removeLeftBehind(folder, shardName(this.#index));
    });
    return work;
  }

  async #stage(sharding: OrderedStage, work: string): Promise<void> {
    const { folder, checksum, shards } = this.#plan;
    const index = this.#index;
    const { signal } = this.#context;
    const shard = index === undefined ? undefined : shards[index]!;
    const [first, end] = shard?.cells ?? [0, 0];
    const dense: StagedRows[] = [];
    const whole: StagedDataset[] = [];
    const tables = this.#datasets.filter(({ kind }) => kind === "table").map(({ name }) => name);
    const database = join(work, "tables.duckdb");
    if (tables.length > 0) await this.#openStore(database);
    if (this.#datasets.length > 0) {
      if (this.#littleAllowed && this.#isLittle(end - first)) this.#context.workers.workHere();
      const target: ShardTarget = {
        rows: shard?.rows,
        whole: new Set(tables),
        scratch: join(work, "scratch"),
        write: (name, type) =>
          RangeWriter.open(join(work, `${this.#position(name)}.cells`), type, { first, end }),
        staged: (rows) => void dense.push(rows),
        stagedWhole: (dataset) => void whole.push(dataset),
      };
      const { stage, owner } = sharding;
      const run = async (): Promise<{ rows: number }> => {
        await stage.runShard!(this.#context, target);
        return { rows: 0 };
      };
      await runStage({ owner, stage: { name: stage.name, run } }, "run", this.#context);
      signal.throwIfAborted();
    }
    await this.#closeStore();
    const queryDatabase = join(work, "queries.duckdb");
    const hasQueries = this.#datasets.some(({ kind }) => kind === "query");
    const queries = hasQueries && shard ? await this.#query(sharding, queryDatabase, shard, dense) : [];
    for (const { name, key } of [...dense, ...whole]) this.#checkKey(name, key);
    const order = (one: { readonly name: string }, other: { readonly name: string }): number =>
      this.#position(one.name) - this.#position(other.name);
    dense.sort(order);
    whole.sort(order);
    const parts: PartSource[] = dense.flatMap(({ file, outside }) => [
      { file },
      { bytes: new Uint8Array(outside.buffer, outside.byteOffset, outside.byteLength) },
    ]);
    if (tables.length > 0) parts.push({ file: database });
    if (queries.length > 0) parts.push({ file: queryDatabase });
    await writeShardFile(
      shardPath(folder, index),
      parts,
      (places) => ({
        plan: checksum,
        ...(index !== undefined && { index }),
        first,
        end,
        dense: dense.map(({ name, key, type, values, min, max, sourceTotal }, part) => ({
          ...{ name, key, type, values, min, max },
          ...(sourceTotal && { sourceTotal }),
          cells: places[2 * part]!,
          outside: places[2 * part + 1]!,
        })),
        whole: whole.map(wholePart),
        ...(tables.length > 0 && { database: places[2 * dense.length]! }),
        ...(queries.length > 0 && { queries: queries.map(queryPart), queryDatabase: places.at(-1)! }),
      }),
      signal,
    );
  }

  /** Runs the queries that look at their own cells alone, on what was staged in the rows of the shard. */
  async #query(
    { stage, owner }: OrderedStage,
    path: string,
    { rows, cells: [first] }: PlannedShard,
    dense: readonly StagedRows[],
  ): Promise<readonly StagedDataset[]> {
    const grid = required(this.#context, "grid").rows(...rows);
    await this.#openStore(path, grid);
    const files = this.#datasets.flatMap((dataset) => dataset.files);
    const { mask } = this.#context;
    const context: StageContext = {
      ...this.#context,
      grid,
      ...(mask && { mask: maskOfRows(mask, ...rows) }),
      progress: { ...silent, log: (level, message) => this.#context.progress.log(level, message) },
      elsewhere: ownRows(dense, files, first),
    };
    let queries: readonly StagedDataset[] = [];
    const run = async (): Promise<{ rows: number }> => {
      queries = await stage.runShardQueries!(context);
      return { rows: 0 };
    };
    await runStage({ owner, stage: { name: stage.name, run } }, "run", context);
    this.#context.signal.throwIfAborted();
    await this.#closeStore();
    return queries;
  }

  /** The plan's key must be that of the values, or they could not be collected. */
  #checkKey(name: string, key: string): void {
    if (this.#plan.datasets[this.#position(name)]!.key === key) return;
    throw new QuadratError(
      "input",
      `${name} would now be staged in another way than when the plan was made`,
      {
        hint: "a plugin or its options have changed: make a new plan in another folder with `quadrat shard plan`",
        place: { dataset: name },
      },
    );
  }

  #position(name: string): number {
    return this.#plan.datasets.findIndex((dataset) => dataset.name === name);
  }

  #isLittle(cells: number): boolean {
    const datasets = required(this.#context, "datasets");
    const grid = required(this.#context, "grid");
    return isLittleWork(datasets, { size: Math.min(grid.size, cells || grid.size) } as Grid);
  }

  /** @param grid that of the values in it */
  async #openStore(path: string, grid = required(this.#context, "grid")): Promise<void> {
    const { config, workers, signal } = this.#context;
    const footprint = planFootprint(this.#options.memory.limitBytes, footprintWish(config));
    const store = await openRunStore(path, {
      // A killed process may have left some of it.
      fresh: grid !== this.#context.grid,
      memoryBytes: footprint.duckDbBytes,
      threads: workers.size,
      signal,
      cleanUp: this.#cleanUp,
      temporary: (folder) => (this.#temporary = folder),
    });
    this.#context.store = store;
    this.#context.catalogue = await Catalogue.open(store);
    await this.#context.catalogue.setGrid(grid);
    this.#pressure = new PressureResponse(store, workers, this.#options.memory, footprint);
  }

  /** So that its file is complete. */
  async #closeStore(): Promise<void> {
    const { store } = this.#context;
    if (!store) return;
    await store.exec("CHECKPOINT");
    await store.close();
    this.#pressure = undefined;
  }

  #watch(): void {
    const { progress, config } = this.#context;
    const { memory } = this.#options;
    memory.start(
      (pressure: MemoryPressure) => {
        attempt({ who: "DuckDB", to: "react to memory", progress }, () =>
          this.#pressure?.respond(pressure.level),
        );
        if (!this.#pressure && pressure.level !== "recovered") this.#context.workers.reclaim();
        for (const { stage } of this.#stages)
          attempt({ who: `stage ${stage.name}`, to: "react to memory", progress }, () =>
            stage.onMemoryPressure?.(pressure),
          );
      },
      {
        exhausted: ({ used, limit }) => this.#stop.abort(beyondLimit(used, limit, { config, memory })),
      },
    );
  }
}

function queryPart({ name, values, min, max, records }: StagedDataset): QueryPart {
  return { name, facts: { values, min, max, records } };
}

function wholePart(dataset: StagedDataset): WholePart {
  const { name, key, values, min, max, columns, absent, sha256, bytes, sideFiles, records, license } =
    dataset;
  const facts: StagedFacts = {
    ...{ values, min, max },
    ...(columns && { columns }),
    ...(absent !== undefined && { absent }),
    ...{ sha256, bytes },
    ...(sideFiles && { sideFiles }),
    ...(license !== undefined && { license }),
    records,
  };
  return { name, key, facts };
}

/** The plan's configuration with the grid that was found, and with these datasets alone. */
function configOf({ configuration, grid }: ReadPlan, names: ReadonlySet<string>): Config {
  const { crs, resolution, bounds } = gridOf({ grid });
  const datasets = Object.entries(configuration.datasets).filter(([name]) => names.has(name));
  return {
    ...configuration,
    grid: { crs, resolution, bounds },
    datasets: Object.fromEntries(datasets),
    threads: configuration.threads ?? grantedThreads(process.env),
  };
}
