import type { LogLevel, Progress } from "@quadrat/core";

/** Progress that can be removed from the screen. It may be used again afterwards. */
export interface ClosableProgress extends Progress {
  close(): void;
}

/** The stream that progress is written to; a part of `tty.WriteStream`. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How a log entry is written, if at all. */
export type LogLine = (level: LogLevel, message: string) => string | undefined;
