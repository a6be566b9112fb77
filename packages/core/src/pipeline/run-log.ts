import { isQuadratError } from "../errors.js";
import { quoteLiteral, type Store } from "../store/store.js";
import type { Config } from "../config/types.js";
import type { RunReport } from "./report.js";

/** Writes the `runs`, `stages` and `memory_events` tables of a store. */
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
    const texts = [config.experiment, version].map(quoteLiteral).join(", ");
    await store.exec(
      `INSERT INTO runs (run, experiment, version, started, status, configuration) VALUES (${run}, ${texts}, ` +
        `${timestamp(started)}, 'running', ${quoteLiteral(JSON.stringify(config))})`,
    );
    return new RunLog(store, run);
  }

  async finish(report: RunReport): Promise<void> {
    const run = this.#run;
    const numbers = `seconds = ${report.seconds}, rows = ${report.rows}, peak_rss_bytes = ${report.peak_rss_bytes}, memory_limit_bytes = ${report.memory_limit_bytes}`;
    const modes = `mode_start = '${report.mode.start}', mode_end = '${report.mode.end}'`;
    await this.#store.exec(`UPDATE runs SET status = 'done', ${numbers}, ${modes} WHERE run = ${run}`);
    for (const { name, seconds, rows, peak_rss_bytes } of report.stages) {
      await this.#store.exec(
        `INSERT INTO stages VALUES (${run}, ${quoteLiteral(name)}, ${seconds}, ${rows}, ${peak_rss_bytes})`,
      );
    }
    for (const { time, level, ratio, action } of report.adaptations) {
      await this.#store.exec(
        `INSERT INTO memory_events VALUES (${run}, ${timestamp(new Date(time))}, ${quoteLiteral(level)}, ${ratio}, ${quoteLiteral(action)})`,
      );
    }
  }

  async fail(error: unknown, seconds: number): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    await this.#store.exec(
      `UPDATE runs SET status = '${statusOf(error)}', seconds = ${seconds}, error = ${quoteLiteral(message)} ` +
        `WHERE run = ${this.#run}`,
    );
  }
}

function statusOf(error: unknown): "failed" | "interrupted" | "out of memory" {
  if (!isQuadratError(error)) return "failed";
  if (error.kind === "interrupted") return "interrupted";
  return error.kind === "memory" ? "out of memory" : "failed";
}

function timestamp(time: Date): string {
  return `TIMESTAMP ${quoteLiteral(time.toISOString().replace("T", " ").replace("Z", ""))}`;
}
