import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { MemorySample, MemoryWatch } from "../plugin/memory.js";
import { hostOf, isGone, newOwner } from "../system/owner.js";

/** A run in progress, as written to a small file beside its store. */
export interface LiveReport {
  readonly pid: number;
  readonly host: string;
  /** Tells processes of all machines apart, see `newOwner`. */
  readonly owner: string;
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

/**
 * Keeps the file up to date while a run has its store open, and no longer: it belongs to the process that holds DuckDB's lock, and
 * nothing but messages depends on it. If the folder can't be written to, only the file is lost, not the run.
 */
export class LiveReporter {
  readonly #path: string;
  readonly #facts: Pick<LiveReport, "pid" | "host" | "owner" | "experiment" | "started">;
  readonly #memory: MemoryWatch;
  #written = -Infinity;

  constructor(store: string, experiment: string, started: Date, memory: MemoryWatch) {
    this.#path = liveReportPath(store);
    this.#facts = {
      pid: process.pid,
      host: hostname(),
      owner: newOwner(),
      experiment,
      started: started.toISOString(),
    };
    this.#memory = memory;
  }

  /** So that a second run finds it from the beginning. */
  begin(stage: string): void {
    this.reading({ used: process.memoryUsage.rss(), limit: this.#memory.limitBytes }, stage);
  }

  reading({ used, limit }: Pick<MemorySample, "used" | "limit">, stage: string): void {
    const now = Date.now();
    if (now - this.#written < everyMs) return;
    this.#written = now;
    const { sizes, adaptations } = this.#memory;
    const report: LiveReport = {
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

/**
 * The run in progress with this store on this machine, or undefined. A file left by a killed run does not count, nor does one of
 * another machine, of whose processes nothing is known.
 */
export async function readLiveReport(store: string): Promise<LiveReport | undefined> {
  const report = await lastLiveReport(store);
  return report && hostOf(report.owner)?.here === true ? report : undefined;
}

/** What the last run wrote beside this store, on whatever machine, unless its process is known to exist no longer. */
export async function lastLiveReport(store: string): Promise<LiveReport | undefined> {
  try {
    const report = JSON.parse(await readFile(liveReportPath(store), "utf8")) as LiveReport;
    return typeof report.owner === "string" && !isGone(report.owner) ? report : undefined;
  } catch {
    return undefined;
  }
}
