import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExporterDefinition } from "../plugin/definitions.js";
import { parseOptions } from "../plugin/options.js";
import type { DataType } from "../raster/raster.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import type { Exporter, MergedTable } from "../table/exporter.js";
import { WorkerPool } from "../workers/pool.js";
import { soundDefinition, demand, isCausedBy, rejection, type Check } from "./check.js";
import { inTestFolder, isOpen } from "./folder.js";
import { holdsNothing } from "./holds-nothing.js";
import { storeTable, testTable, type TestTableOptions } from "./test-table.js";
import { unwatchedMemory } from "./unwatched.js";

export interface ExporterSuiteOptions {
  /** Options as written in a configuration; default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Types of columns that the format can hold; default all. */
  readonly types?: readonly DataType[];
  /** CRS of the grid; default `EPSG:4326`. */
  readonly crs?: string;
}

interface Written {
  readonly bytes: Buffer;
  readonly rows: number;
}

interface Trial extends Partial<TestTableOptions> {
  readonly signal?: AbortSignal;
  readonly progress?: (rows: number) => void;
}

/**
 * The conformance suite of exporters. Each check creates its own exporter, in a folder and with threads of its
 * own.
 */
export function exporterSuite<Options>(
  definition: ExporterDefinition<Options>,
  settings: ExporterSuiteOptions = {},
): Check[] {
  const { crs = "EPSG:4326" } = settings;
  const { types } = settings;
  const make = async (): Promise<Exporter> => {
    const options = parseOptions(
      definition.options,
      settings.options ?? {},
      `exporter "${definition.name}"`,
      {},
    );
    return definition.create(options);
  };

  /** Does the work with a new exporter, a table and the path of a file that does not exist yet. */
  const trial = (
    { rows = 1000, ...table }: Trial,
    work: (write: (path?: string) => Promise<Written>, path: string, table: MergedTable) => Promise<void>,
  ): Promise<void> =>
    inTestFolder(async (folder) => {
      const exporter = await make();
      const path = join(folder, "output");
      const workers = new WorkerPool(2);
      const stores: DuckDbStore[] = [];
      try {
        const shape = { crs, ...(types && { types }), ...table, rows };
        const { beforeBatch: _watched, ...unwatched } = shape;
        const source = withStore(testTable(shape), testTable(unwatched), join(folder, "store"), stores);
        await work(
          async (target = path) => {
            let told = 0;
            const progress = (more: number): void => {
              told += more;
              table.progress?.(more);
            };
            const signal = table.signal ?? new AbortController().signal;
            await exporter.write(
              source,
              { path: target },
              { signal, memory: unwatchedMemory, workers, progress },
            );
            demand(existsSync(target), () => "write must leave a file at target.path; there is none");
            return { bytes: await readFile(target), rows: told };
          },
          path,
          source,
        );
      } finally {
        for (const store of stores) await store.close();
        await workers.close();
      }
    });

  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  const bytesOf = async (table: Trial): Promise<Buffer> => {
    let bytes: Buffer = Buffer.alloc(0);
    await trial(table, async (write) => {
      ({ bytes } = await write());
    });
    return bytes;
  };

  return [
    soundDefinition({ exporters: [definition] }),
    ...[0, 1, 1000].map((rows) =>
      check(`writes a table of ${rows} rows, and reports progress for each of them once`, () =>
        trial({ rows }, async (write) => {
          const written = await write();
          demand(
            written.rows === rows,
            () => `progress must sum to the rows of the table, ${rows}; it sums to ${written.rows}`,
          );
        }),
      ),
    ),
    check("writes the same bytes whatever the size of the batches", async () => {
      const whole = await bytesOf({ batchRows: [1000] });
      for (const batchRows of [[1], [7, 300, 1], [999]]) {
        const other = await bytesOf({ batchRows });
        demand(
          whole.equals(other),
          () =>
            `the bytes must not depend on the batches; batches of ${batchRows.join(", ")} rows gave different bytes than one batch`,
        );
      }
    }),
    check("writes the same bytes whether or not the number of rows is known", async () => {
      const same = (await bytesOf({})).equals(await bytesOf({ counted: false }));
      demand(same || definition.needs === "table", () => "the bytes must not depend on table.rowCount");
    }),
    check("writes the same bytes when called again", () =>
      trial({}, async (write, path) => {
        const [first, second] = [await write(), await write(`${path}-again`)];
        demand(
          first.bytes.equals(second.bytes),
          () => "a second call of write gave different bytes than the first",
        );
        demand(
          first.rows === second.rows,
          () => "a second call of write reported a different number of rows",
        );
      }),
    ),
    check("distinguishes NULL from zero", async () => {
      const same = (await bytesOf({ value: () => null })).equals(await bytesOf({ value: () => 0 }));
      demand(
        !same,
        () =>
          "a table of NULLs and a table of zeros gave the same bytes; NULL is the absence of a value, zero is a value",
      );
    }),
    check("writes at target.path and nowhere beside it", () =>
      trial({}, async (write, path) => {
        await write();
        const names = (await readdir(join(path, ".."))).filter((name) => !name.startsWith("store"));
        demand(
          names.join() === "output",
          () => `write must make one file, target.path; it has created ${names.join(", ")} instead of output`,
        );
        demand((await isOpen(path)) !== true, () => "the file must be closed when write is done; it is open");
      }),
    ),
    check("rejects with the signal's reason if already aborted", () => {
      const reason = new DOMException("stopped", "AbortError");
      return trial({ signal: AbortSignal.abort(reason) }, async (write) => {
        const error = await rejection(write, "write must reject when its signal is aborted; it resolved");
        demand(
          isCausedBy(error, reason),
          () => `write must reject with signal.reason; it rejected with ${String(error)}`,
        );
      });
    }),
    check("stops when aborted on the way, and closes its file", () => {
      const controller = new AbortController();
      const reason = new DOMException("stopped", "AbortError");
      let given = 0;
      const beforeBatch = (index: number): void => {
        given = index + 1;
        if (index === 2) controller.abort(reason);
      };
      return trial(
        { rows: 400_000, batchRows: [200], types: ["float32"], beforeBatch, signal: controller.signal },
        async (write, path) => {
          const outcome = await write().catch((error: unknown) => ({ error }));
          if (given === 0) return;
          demand("error" in outcome, () => "write must reject when its signal is aborted; it resolved");
          demand(
            given < 2000,
            () => "write must stop reading when its signal is aborted; it read the whole table",
          );
          demand(
            (await isOpen(path)) !== true,
            () => "the file must be closed when write was aborted; it is open",
          );
        },
      );
    }),
    check("passes on errors of reading the table, and closes its file", () => {
      const failure = new Error("the table can't be read");
      let reached = false;
      const beforeBatch = (index: number): void => {
        if (index !== 3) return;
        reached = true;
        throw failure;
      };
      return trial({ beforeBatch, batchRows: [100] }, async (write, path) => {
        const outcome = await write().catch((error: unknown) => ({ error }));
        if (!reached) return;
        demand("error" in outcome, () => "write must reject when the table can't be read; it resolved");
        demand(
          isCausedBy(outcome.error, failure),
          () => `write must reject with what the table threw; it rejected with ${String(outcome.error)}`,
        );
        demand(
          (await isOpen(path)) !== true,
          () => "the file must be closed when the table can't be read; it is open",
        );
      });
    }),
    ...(definition.needs === "table"
      ? []
      : [check("does not hold the table", () => holdsNothing(trial, types))]),
  ];
}

/** The table, put into a database if an exporter asks for SQL. */
function withStore(table: MergedTable, rows: MergedTable, path: string, stores: DuckDbStore[]): MergedTable {
  let filled: Promise<DuckDbStore> | undefined;
  const fill = async (): Promise<DuckDbStore> => {
    const store = await DuckDbStore.open(path, {
      memoryBytes: 100e6,
      threads: 1,
      temporaryDirectory: `${path}.tmp`,
    });
    stores.push(store);
    await storeTable(rows, store);
    return store;
  };
  return {
    ...table,
    sql: () => "SELECT * FROM main.test_table",
    exec: async (statement) => (await (filled ??= fill())).exec(statement),
  };
}
