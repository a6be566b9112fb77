import type { LogLevel, Progress } from "@quadrat/core";

/** A progress that can be taken off the screen. It may be used again after that. */
export interface ClosableProgress extends Progress {
  close(): void;
}

/** What progress is written to; a part of `tty.WriteStream`. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How a log entry is written, if it is. */
export type LogLine = (level: LogLevel, message: string) => string | undefined;
