import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import type { StoreReader } from "../sql/reader.js";

/** The last run in a store, as it was recorded. */
export interface RunRecord {
  readonly run: number;
  readonly experiment: string;
  readonly version: string;
  readonly started: string;
  readonly seconds: number | null;
  readonly status: string;
  readonly error: string | null;
  readonly peakBytes: number | null;
  readonly limitBytes: number | null;
  readonly modes: readonly (string | null)[];
  readonly config: Config;
  readonly stages: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly rows: number;
    readonly peak: number;
  }[];
  /** At most {@link mostSamples}, the greatest of equal stretches of time. `at` is in seconds from the start. */
  readonly samples: readonly { readonly at: number; readonly used: number; readonly limit: number }[];
  readonly decisions: readonly {
    readonly at: number;
    readonly level: string;
    readonly ratio: number;
    readonly action: string;
  }[];
  readonly estimates: readonly {
    readonly quantity: string;
    readonly predicted: number;
    readonly actual: number;
  }[];
  /** Undefined in stores of earlier versions. */
  readonly warnings: readonly string[] | undefined;
}

const mostSamples = 600;
const mostDecisions = 500;

/** @throws QuadratError of kind "usage" if nothing was run with the store */
export async function readRunRecord(reader: StoreReader): Promise<RunRecord> {
  const tables = new Set(
    (
      await reader.rows<{ name: string }>(
        "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'main'",
      )
    ).map(({ name }) => name),
  );
  const [last] = tables.has("runs")
    ? await reader.rows<Record<string, string | number | null>>(
        `SELECT run, experiment, version, strftime(started, '%Y-%m-%dT%H:%M:%S.%gZ') AS started, seconds, status, error,
           peak_rss_bytes::DOUBLE AS peak, memory_limit_bytes::DOUBLE AS "limit", mode_start, mode_end, configuration
         FROM main.runs ORDER BY run DESC LIMIT 1`,
      )
    : [];
  if (!last) {
    throw new QuadratError("usage", `nothing was run with the store ${reader.path}`, {
      hint: "run the pipeline first",
      place: { file: reader.path },
    });
  }
  const run = Number(last["run"]);
  const of = <T>(table: string, columns: string, rest = "ORDER BY rowid"): Promise<T[]> =>
    tables.has(table)
      ? reader.rows<T>(`SELECT ${columns} FROM main.${table} WHERE run = ${run} ${rest}`)
      : Promise.resolve([]);
  const at = `round(epoch(time) - epoch((SELECT started FROM main.runs WHERE run = ${run})), 3)`;
  const samples = tables.has("memory_samples")
    ? await reader.rows<RunRecord["samples"][number]>(
        `SELECT arg_max(${at}, used) AS at, max(used)::DOUBLE AS used, arg_max("limit", used)::DOUBLE AS "limit"
         FROM (SELECT *, ntile(${mostSamples}) OVER (ORDER BY time) AS stretch FROM main.memory_samples WHERE run = ${run})
         GROUP BY stretch ORDER BY stretch`,
      )
    : [];
  return {
    run,
    experiment: String(last["experiment"]),
    version: String(last["version"]),
    started: String(last["started"]),
    seconds: last["seconds"] as number | null,
    status: last["status"] === "running" ? "killed" : String(last["status"]),
    error: last["error"] as string | null,
    peakBytes: last["peak"] as number | null,
    limitBytes: last["limit"] as number | null,
    modes: [last["mode_start"] as string | null, last["mode_end"] as string | null],
    config: JSON.parse(String(last["configuration"])) as Config,
    stages: await of("stages", "name, seconds, rows::DOUBLE AS rows, peak_rss_bytes::DOUBLE AS peak"),
    samples,
    decisions: await of(
      "memory_events",
      `${at} AS at, level, ratio, action`,
      `ORDER BY time, rowid LIMIT ${mostDecisions}`,
    ),
    estimates: await of("estimates", "quantity, predicted, actual"),
    warnings: tables.has("warnings")
      ? (await of<{ message: string }>("warnings", "message")).map(({ message }) => message)
      : undefined,
  };
}
