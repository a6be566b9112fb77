import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { MemorySample, MemoryWatch } from "../plugin/memory.js";
import { isRunning } from "../system/processes.js";

/** A run in progress, as written to a small file beside its store. */
export interface LiveReport {
  readonly pid: number;
  readonly experiment: string;
  /** ISO 8601. */
  readonly started: string;
  readonly time: string;
  readonly stage: string;
  readonly used_bytes: number;
  readonly limit_bytes: number;
  readonly peak_rss_bytes: number;
  readonly mode: "memory" | "streaming";
  readonly batch_rows: number;
  readonly window_size: number;
  /** The number so far, and the last one. */
  readonly adaptations: number;
  readonly last_adaptation: string | null;
}

export function liveReportPath(store: string): string {
  return `${store}.live.json`;
}

/** Milliseconds between two updates of the file. */
const everyMs = 500;

/** Keeps the file up to date during a run. If the folder can't be written to, only the file is lost, not the run. */
export class LiveReporter {
  readonly #path: string;
  readonly #facts: { readonly experiment: string; readonly started: string };
  readonly #memory: MemoryWatch;
  #written = -Infinity;

  constructor(store: string, experiment: string, started: Date, memory: MemoryWatch) {
    this.#path = liveReportPath(store);
    this.#facts = { experiment, started: started.toISOString() };
    this.#memory = memory;
  }

  reading({ used, limit }: MemorySample, stage: string): void {
    const now = Date.now();
    if (now - this.#written < everyMs) return;
    this.#written = now;
    const { sizes, adaptations } = this.#memory;
    const report: LiveReport = {
      pid: process.pid,
      ...this.#facts,
      time: new Date(now).toISOString(),
      stage,
      used_bytes: used,
      limit_bytes: limit,
      peak_rss_bytes: this.#memory.peakRss(),
      mode: sizes.streaming ? "streaming" : "memory",
      batch_rows: sizes.batchRows,
      window_size: sizes.windowSize,
      adaptations: adaptations.length,
      last_adaptation: adaptations.at(-1)?.action ?? null,
    };
    try {
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(report)}\n`);
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      this.#written = Infinity;
    }
  }

  close(): void {
    rmSync(this.#path, { force: true });
    rmSync(`${this.#path}.new`, { force: true });
  }
}

/** The run in progress with this store, or undefined. A file left by a killed run does not count. */
export async function readLiveReport(store: string): Promise<LiveReport | undefined> {
  let report: LiveReport;
  try {
    report = JSON.parse(await readFile(liveReportPath(store), "utf8")) as LiveReport;
  } catch {
    return undefined;
  }
  return isRunning(report.pid) ? report : undefined;
}
