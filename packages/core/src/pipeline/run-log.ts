import { isQuadratError } from "../errors.js";
import { quoteLiteral, type Store } from "../store/store.js";
import type { Config } from "../config/types.js";
import type { MemoryParts, MemoryWatch, SuspectedLeak } from "../plugin/memory.js";
import type { StageProfile } from "../profile/memory-profile.js";
import type { PredictionOutcome } from "../prediction/outcome.js";
import type { RunFindings } from "./report.js";

/** What a run knows about its memory, besides its report. */
export interface RunFacts {
  readonly stages: readonly StageProfile[];
  readonly memory: Pick<MemoryWatch, "adaptations" | "history" | "peakRss" | "limitBytes">;
  readonly leaks: readonly SuspectedLeak[];
  /** The warnings of the run so far. */
  readonly warnings: readonly string[];
}

/** Writes the tables of a store that record the runs: `runs`, `stages`, and those about memory. */
export class RunLog {
  readonly #store: Store;
  readonly #run: number;

  private constructor(store: Store, run: number) {
    this.#store = store;
    this.#run = run;
  }

  static async begin(store: Store, config: Config, version: string, started: Date): Promise<RunLog> {
    const [row] = await store.rows<{ run: number }>(
      "SELECT (coalesce(max(run), 0) + 1)::INTEGER AS run FROM runs",
    );
    const run = row!.run;
    // Only one process writes to a store: a run still marked as running no longer exists.
    await store.exec("UPDATE runs SET status = 'killed' WHERE status = 'running'");
    const texts = [config.experiment, version].map(quoteLiteral).join(", ");
    await store.exec(
      `INSERT INTO runs (run, experiment, version, started, status, configuration) VALUES (${run}, ${texts}, ` +
        `${timestamp(started)}, 'running', ${quoteLiteral(JSON.stringify(config))})`,
    );
    return new RunLog(store, run);
  }

  async finish(report: RunFindings, facts: RunFacts): Promise<void> {
    const run = this.#run;
    const numbers = `seconds = ${report.seconds}, rows = ${report.rows}, peak_rss_bytes = ${report.peak_rss_bytes}, memory_limit_bytes = ${report.memory_limit_bytes}`;
    const modes = `mode_start = '${report.mode.start}', mode_end = '${report.mode.end}'`;
    await this.#store.exec(`UPDATE runs SET status = 'done', ${numbers}, ${modes} WHERE run = ${run}`);
    const growth = new Map(facts.stages.map(({ name, growth_bytes }) => [name, growth_bytes]));
    await this.#insert(
      "stages",
      report.stages.map(({ name, seconds, rows, peak_rss_bytes }) => [
        quoteLiteral(name),
        seconds,
        rows,
        peak_rss_bytes,
        growth.get(name) ?? "NULL",
      ]),
    );
    await this.#remember(facts);
  }

  async fail(error: unknown, seconds: number, facts: RunFacts): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    await this.#store.exec(
      `UPDATE runs SET status = '${statusOf(error)}', seconds = ${seconds}, error = ${quoteLiteral(message)}, ` +
        `peak_rss_bytes = ${facts.memory.peakRss()}, memory_limit_bytes = ${facts.memory.limitBytes} WHERE run = ${this.#run}`,
    );
    await this.#remember(facts);
  }

  /** Writes down the estimate of a run that has ended, and what happened. */
  async compare({ runs: _runs, ...quantities }: PredictionOutcome): Promise<void> {
    await this.#insert(
      "estimates",
      Object.entries(quantities).map(([name, { predicted, actual }]) => [
        quoteLiteral(name),
        predicted,
        actual,
      ]),
    );
  }

  async #remember({ stages, memory, leaks, warnings }: RunFacts): Promise<void> {
    await this.#insert(
      "warnings",
      warnings.map((message) => [quoteLiteral(message)]),
    );
    const at = (time: number | string): string => timestamp(new Date(time));
    await this.#insert(
      "memory_events",
      memory.adaptations.map(({ time, level, ratio, action }) => [
        at(time),
        quoteLiteral(level),
        ratio,
        quoteLiteral(action),
      ]),
    );
    await this.#insert(
      "memory_samples",
      memory.history.map(({ time, used, limit, parts }) => [
        at(time),
        Math.round(used),
        Math.round(limit),
        ...(parts ? partColumns(parts) : Array<string>(5).fill("NULL")),
      ]),
    );
    await this.#insert(
      "memory_operations",
      stages.flatMap(({ name, operations }) =>
        operations.map((operation) => [
          quoteLiteral(name),
          quoteLiteral(operation.name),
          operation.calls,
          operation.seconds,
          operation.peak_bytes,
          operation.growth_bytes,
        ]),
      ),
    );
    await this.#insert(
      "memory_leaks",
      leaks.map(({ stage, operation, batches, bytesPerBatch, grownBytes }) => [
        quoteLiteral(stage),
        quoteLiteral(operation),
        batches,
        bytesPerBatch,
        Math.round(grownBytes),
      ]),
    );
  }

  /** Inserts rows of SQL expressions, each after the number of the run. */
  async #insert(table: string, rows: readonly (readonly (string | number)[])[]): Promise<void> {
    if (rows.length === 0) return;
    const values = rows.map((row) => `(${[this.#run, ...row].join(", ")})`);
    await this.#store.exec(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
  }
}

function partColumns({ heap, external, arrayBuffers, workers, duckdb }: MemoryParts): (string | number)[] {
  const whole = [heap, external, arrayBuffers].map(Math.round);
  return [...whole, `[${workers.map(Math.round).join(", ")}]`, Math.round(duckdb)];
}

function statusOf(error: unknown): "failed" | "interrupted" | "out of memory" {
  if (!isQuadratError(error)) return "failed";
  if (error.kind === "interrupted") return "interrupted";
  return error.kind === "memory" ? "out of memory" : "failed";
}

function timestamp(time: Date): string {
  return `TIMESTAMP ${quoteLiteral(time.toISOString().replace("T", " ").replace("Z", ""))}`;
}
