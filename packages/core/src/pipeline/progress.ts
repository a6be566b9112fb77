export type LogLevel = "info" | "warning";

/** How a run reports its progress. The command line prints it; a library user may ignore it. */
export interface Progress {
  log(level: LogLevel, message: string): void;
  /** A piece of work begins; `total` is in `unit`s. */
  start(task: string, total: number, unit: string): void;
  advance(task: string, amount: number): void;
  end(task: string): void;
}

export const silent: Progress = { log() {}, start() {}, advance() {}, end() {} };
