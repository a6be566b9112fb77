import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { QuadratError } from "../errors.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import type { Store } from "../store/store.js";
import { cleanedUp } from "../system/clean-up.js";

/** How the last run in a store used memory. Sizes are in bytes, times in ISO 8601. */
export interface MemoryReport {
  readonly run: number;
  readonly experiment: string;
  readonly status: string;
  readonly started: string;
  readonly seconds: number | null;
  readonly peak_rss_bytes: number | null;
  readonly memory_limit_bytes: number | null;
  readonly mode: { readonly start: string | null; readonly end: string | null };
  readonly stages: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly peak_rss_bytes: number;
    readonly growth_bytes: number | null;
  }[];
  readonly operations: readonly {
    readonly stage: string;
    readonly operation: string;
    readonly calls: number;
    readonly seconds: number;
    readonly peak_bytes: number;
    readonly growth_bytes: number;
  }[];
  readonly decisions: readonly {
    readonly time: string;
    readonly level: string;
    readonly ratio: number;
    readonly action: string;
  }[];
  readonly leaks: readonly {
    readonly stage: string;
    readonly operation: string;
    readonly batches: number;
    readonly bytes_per_batch: number;
    readonly grown_bytes: number;
  }[];
  /** Measurements with the known parts of the memory; null in stores of earlier versions. */
  readonly samples: readonly {
    readonly time: string;
    readonly used: number;
    readonly limit: number;
    readonly heap: number | null;
    readonly external: number | null;
    readonly array_buffers: number | null;
    /** For each worker thread. */
    readonly workers: readonly number[] | null;
    readonly duckdb: number | null;
  }[];
}

const time = "strftime(time, '%Y-%m-%dT%H:%M:%S.%gZ') AS time";

/** A store opened read-only keeps the columns with which it was created. */
function sampleColumns(there: readonly string[]): string {
  const of = (name: string, type = "DOUBLE"): string =>
    `${there.includes(name) ? `"${name}"::${type}` : "NULL"} AS "${name}"`;
  const numbers = ["used", "limit", "heap", "external", "array_buffers", "duckdb"].map((name) => of(name));
  return [time, ...numbers, of("workers", "DOUBLE[]")].join(", ");
}

const readBytes = 128 * 2 ** 20;

/**
 * Reads the report from the store's tables.
 * @throws QuadratError if there is no store, it is in use, or nothing was run in it
 */
export async function readMemoryReport(path: string): Promise<MemoryReport> {
  if (!existsSync(path)) {
    throw new QuadratError("usage", `the store ${path} does not exist`, {
      hint: "run the pipeline first, or name the file with --store",
      place: { file: path },
    });
  }
  const store = await DuckDbStore.open(path, {
    memoryBytes: readBytes,
    threads: 1,
    temporaryDirectory: tmpdir(),
    readOnly: true,
  });
  return cleanedUp(
    () => lastRun(store, path),
    () => store.close(),
  );
}

async function lastRun(store: Store, path: string): Promise<MemoryReport> {
  const [tables] = await store.rows<{ n: number }>(
    "SELECT count(*)::INTEGER AS n FROM duckdb_tables() WHERE table_name IN ('runs', 'memory_operations')",
  );
  const [last] =
    tables?.n === 2
      ? await store.rows<Record<string, number | string | null>>(
          `SELECT run, experiment, status, strftime(started, '%Y-%m-%dT%H:%M:%S.%gZ') AS started, seconds,
            peak_rss_bytes::DOUBLE AS peak, memory_limit_bytes::DOUBLE AS "limit", mode_start, mode_end
          FROM runs ORDER BY run DESC LIMIT 1`,
        )
      : [];
  if (!last) {
    throw new QuadratError("usage", `nothing was run with the store ${path}`, {
      hint: "run the pipeline first",
      place: { file: path },
    });
  }
  const run = Number(last["run"]);
  const of = <T>(columns: string, table: string): Promise<T[]> =>
    store.rows<T>(`SELECT ${columns} FROM ${table} WHERE run = ${run} ORDER BY rowid`);
  const columns = await store.rows<{ column_name: string }>(
    "SELECT column_name FROM duckdb_columns() WHERE table_name = 'memory_samples'",
  );
  return {
    run,
    experiment: String(last["experiment"]),
    // The process of the run itself would have the file locked.
    status: last["status"] === "running" ? "killed" : String(last["status"]),
    started: String(last["started"]),
    seconds: last["seconds"] as number | null,
    peak_rss_bytes: last["peak"] as number | null,
    memory_limit_bytes: last["limit"] as number | null,
    mode: { start: last["mode_start"] as string | null, end: last["mode_end"] as string | null },
    stages: await of(
      "name, seconds, peak_rss_bytes::DOUBLE AS peak_rss_bytes, growth_bytes::DOUBLE AS growth_bytes",
      "stages",
    ),
    operations: await of(
      "stage, operation, calls::DOUBLE AS calls, seconds, peak_bytes::DOUBLE AS peak_bytes, growth_bytes::DOUBLE AS growth_bytes",
      "memory_operations",
    ),
    decisions: await of(`${time}, level, ratio, action`, "memory_events"),
    leaks: await of(
      "stage, operation, batches::DOUBLE AS batches, bytes_per_batch, grown_bytes::DOUBLE AS grown_bytes",
      "memory_leaks",
    ),
    samples: await of(sampleColumns(columns.map(({ column_name: name }) => name)), "memory_samples"),
  };
}
