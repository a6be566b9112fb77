import { setTimeout as wait } from "node:timers/promises";
import { DuckDBInstance, version as libraryVersion, type DuckDBConnection } from "@duckdb/node-api";
import type { RecordBatch } from "apache-arrow";
import { QuadratError } from "../errors.js";
import { timed } from "../profile/operations.js";
import { cleanedUp, quietly } from "../system/clean-up.js";
import { vectorRows } from "../grid/cell-range.js";
import { beginAppend, type Appending } from "./appending.js";
import { batchesOf } from "./arrow-bridge.js";
import { isUnfinished, natureOf } from "./database-file.js";
import { failureOf, nextChunk } from "./next-chunk.js";
import { noExtensions } from "./no-extensions.js";
import { inUse, openError } from "./open-error.js";
import { removeBegun, removeStore } from "./remove-store.js";
import {
  NullRows,
  type AppendOptions,
  type QueryOptions,
  type Store,
  type StoreLimits,
  type TableName,
} from "./store.js";

export interface OpenStoreOptions {
  /** DuckDB's own limit, in bytes: its buffers, not the whole process. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** The directory for DuckDB to spill into. */
  readonly temporaryDirectory: string;
  readonly readOnly?: boolean;
}

const interruptEveryMs = 50;

/** A store on a DuckDB database file. Connections are opened as queries need them and kept for later ones. */
export class DuckDbStore implements Store {
  readonly path: string;
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #busy = new Set<DuckDBConnection>();
  /** The statements that are running. */
  readonly #statements = new Set<Promise<unknown>>();
  #closed = false;
  #interruptions = 0;
  /** The limits that DuckDB was given, those to which it is held, and those that were last set. */
  #granted: Required<StoreLimits>;
  #held: StoreLimits = {};
  #told: Required<StoreLimits>;
  #telling: Promise<unknown> = Promise.resolve();

  private constructor(path: string, instance: DuckDBInstance, limits: Required<StoreLimits>) {
    this.path = path;
    this.#instance = instance;
    this.#granted = limits;
    this.#told = { ...limits, memoryBytes: Math.floor(limits.memoryBytes) };
  }

  /**
   * Opens the file, creating it if it does not exist.
   * @throws QuadratError of kind "output" if it is locked by another process or isn't a DuckDB file
   */
  static async open(path: string, options: OpenStoreOptions): Promise<DuckDbStore> {
    try {
      return await DuckDbStore.#openOnce(path, options);
    } catch (error) {
      // A run that was killed as it created the store has left the beginning of one.
      if (options.readOnly || inUse(error) || !isUnfinished(path)) throw error;
      await removeBegun(path);
      return DuckDbStore.#openOnce(path, options);
    }
  }

  static async #openOnce(path: string, options: OpenStoreOptions): Promise<DuckDbStore> {
    const isNew = natureOf(path) === "absent";
    let instance: DuckDBInstance | undefined;
    try {
      instance = await DuckDBInstance.create(path, {
        access_mode: options.readOnly ? "READ_ONLY" : "READ_WRITE",
        threads: String(options.threads),
        memory_limit: `${Math.floor(options.memoryBytes)}B`,
        temp_directory: options.temporaryDirectory,
        preserve_insertion_order: "true",
        ...noExtensions,
      });
      const store = new DuckDbStore(path, instance, options);
      // DuckDB ignores this one among the settings of an instance. Numbers that are not decimals hardly shrink by alprd, but it
      // takes a quarter of the time of appending; fsst takes milliseconds for each column of texts, however few.
      if (!options.readOnly) await store.exec("SET disabled_compression_methods = 'alprd,fsst'");
      return store;
    } catch (cause) {
      const error = await openError(path, cause);
      await quietly(() => instance?.closeSync());
      if (isNew && !inUse(error)) await removeBegun(path);
      throw error;
    }
  }

  /**
   * Removes a store's file and what DuckDB keeps beside it; does nothing if there is no store.
   * @throws QuadratError of kind "output" if the file is not a DuckDB database, or another process has it open; it is then
   * left unchanged
   */
  static remove(path: string): Promise<void> {
    return removeStore(path);
  }

  async exec(sql: string): Promise<number> {
    return this.#with(async (connection) => (await connection.run(sql)).rowsChanged);
  }

  async rows<T = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return this.#with(async (connection) => {
      const result = await connection.runAndReadAll(sql, [...parameters] as never);
      return result.getRowObjectsJS() as T[];
    });
  }

  async *query(sql: string, options: QueryOptions = {}): AsyncGenerator<RecordBatch> {
    const connection = await this.#connect();
    const rows = options.rows ?? (() => vectorRows);
    let finished = false;
    const { aheadBytes } = options;
    const interruptions = this.#interruptions;
    const reason = (): Promise<Error> =>
      failureOf(async () => {
        if (this.#interruptions > interruptions) throw new Error("INTERRUPT Error: Interrupted!");
        await connection.run(`EXPLAIN ANALYZE ${sql}`);
      });
    try {
      if (aheadBytes !== undefined)
        await connection.run(`SET streaming_buffer_size = '${Math.floor(aheadBytes)}B'`);
      const result = await timed("join", () => this.#follow(connection.stream(sql)));
      yield* batchesOf(result, rows, false, () => this.#follow(nextChunk(result, reason)));
      if (aheadBytes !== undefined) await connection.run("RESET streaming_buffer_size");
      finished = true;
    } finally {
      if (!finished) connection.interrupt();
      this.#release(connection, finished);
    }
  }

  async append(
    name: TableName,
    batches: AsyncIterable<RecordBatch | NullRows> | Iterable<RecordBatch | NullRows>,
    options: AppendOptions = {},
  ): Promise<number> {
    const connection = await this.#connect();
    const every = options.commitEvery ?? Number.POSITIVE_INFINITY;
    let appended = 0;
    let open: Appending | undefined;
    const commit = async (appending: Appending): Promise<void> => {
      await appending.commit(options.alongside?.(appended - appending.rows, appended));
      open = undefined;
      await options.committed?.(appended);
    };
    const work = async (): Promise<number> => {
      for await (const batch of batches) {
        for (let from = 0; from < batch.numRows;) {
          const appending = (open ??= await beginAppend(connection, name));
          const count = Math.min(batch.numRows - from, every - appending.rows);
          if (batch instanceof NullRows) await timed("append", () => appending.appendNulls(count));
          else timed("append", () => appending.append(batch, from, count));
          from += count;
          appended += count;
          if (appending.rows < every) continue;
          await timed("append", () => commit(appending));
        }
      }
      if (open) await commit(open);
      else await options.committed?.(appended);
      return appended;
    };
    return cleanedUp(work, async (failed) => {
      // A transaction whose commit has failed is over.
      if (failed) await quietly(() => open?.rollback());
      this.#release(connection, !failed);
    });
  }

  async configure(limits: StoreLimits): Promise<void> {
    this.#granted = { ...this.#granted, ...limits };
    await this.#tell();
  }

  async holdTo(limits: StoreLimits = {}): Promise<void> {
    this.#held = limits;
    // DuckDB refuses a limit that it can't keep immediately, and keeps the current one.
    await this.#tell().catch(() => undefined);
  }

  async withMemory<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const before = this.#granted.memoryBytes;
    const more = Math.max(bytes, before);
    await this.configure({ memoryBytes: more });
    try {
      return await work();
    } finally {
      // If memory has become short in the meantime, less was granted.
      if (this.#granted.memoryBytes === more) await this.configure({ memoryBytes: before });
    }
  }

  /** After earlier changes are done: the newest limits apply, whoever changed them in between. */
  #tell(): Promise<void> {
    const telling = this.#telling.then(() => this.#tellNow());
    this.#telling = telling.catch(() => undefined);
    return telling;
  }

  async #tellNow(): Promise<void> {
    const [granted, held] = [this.#granted, this.#held];
    const threads = Math.floor(least(granted.threads, held.threads));
    const memoryBytes = Math.floor(least(granted.memoryBytes, held.memoryBytes));
    if (threads !== this.#told.threads) {
      await this.exec(`SET threads = ${threads}`);
      this.#told = { ...this.#told, threads };
    }
    if (memoryBytes !== this.#told.memoryBytes) {
      await this.exec(`SET memory_limit = '${memoryBytes}B'`);
      this.#told = { ...this.#told, memoryBytes };
    }
  }

  /**
   * Gives the process's free memory back to the system: the C library keeps what was freed between buffers in use, and DuckDB has
   * it trimmed whenever it is told its limit, even the same one.
   */
  giveBack(): Promise<void> {
    this.#told = { ...this.#told, memoryBytes: NaN };
    return this.#tell();
  }

  interrupt(): void {
    this.#interruptions++;
    for (const connection of this.#busy) connection.interrupt();
  }

  /** Statements still under way, such as a change of settings that nothing waits for, are stopped first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Closing a connection while a statement is running crashes the process; an interruption may come too early to be
    // noticed.
    while (this.#statements.size > 0) {
      this.interrupt();
      await Promise.race([Promise.allSettled(this.#statements), wait(interruptEveryMs)]);
    }
    for (const connection of [...this.#idle, ...this.#busy]) connection.closeSync();
    this.#busy.clear();
    this.#instance.closeSync();
  }

  #follow<T>(statement: Promise<T>): Promise<T> {
    this.#statements.add(statement);
    const forget = (): void => void this.#statements.delete(statement);
    statement.then(forget, forget);
    return statement;
  }

  #with<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#follow(this.#lend(work));
  }

  async #lend<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    // After a failure it may still be in a transaction, which ends when it is closed.
    return cleanedUp(
      () => work(connection),
      (failed) => Promise.resolve(this.#release(connection, !failed)),
    );
  }

  async #connect(): Promise<DuckDBConnection> {
    if (this.#closed) throw new QuadratError("internal", "the store is closed");
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#busy.add(connection);
    return connection;
  }

  #release(connection: DuckDBConnection, reusable: boolean): void {
    if (!this.#busy.delete(connection)) return;
    if (reusable && !this.#closed) this.#idle.push(connection);
    else connection.closeSync();
  }
}

function least(granted: number, held = Number.POSITIVE_INFINITY): number {
  return Math.min(granted, held);
}

/** The version of the DuckDB library, such as `v1.5.6`. */
export function duckDbVersion(): string {
  return libraryVersion();
}
