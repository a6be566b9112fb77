export type LogLevel = "info" | "warning";

/** How a run reports its progress. The command line prints it; a library user may ignore it. */
export interface Progress {
  log(level: LogLevel, message: string): void;
  /** A piece of work begins; `total` is in `unit`s. */
  start(task: string, total: number, unit: string): void;
  advance(task: string, amount: number): void;
  /** @param outcome `stopped` if the work was given up; default: `done` */
  end(task: string, outcome?: "done" | "stopped"): void;
}

export const silent: Progress = { log() {}, start() {}, advance() {}, end() {} };

/** Warnings that are remembered. */
const mostWarnings = 1_000;

/** The same progress, which also puts its warnings into a list. */
export function remembering(progress: Progress, warnings: string[]): Progress {
  return {
    log(level, message) {
      if (level === "warning" && warnings.length < mostWarnings) warnings.push(message);
      progress.log(level, message);
    },
    start: (task, total, unit) => progress.start(task, total, unit),
    advance: (task, amount) => progress.advance(task, amount),
    end: (task, outcome) => progress.end(task, outcome),
  };
}
