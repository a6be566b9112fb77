import type { LogLevel } from "@quadrat/core";
import type { Style } from "../style.js";
import { terminalProgress } from "./bars.js";
import type { ClosableProgress, LogLine, ProgressStream } from "./closable-progress.js";
import { lineProgress } from "./lines.js";

export interface ProgressOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly style: Style;
  /** The time in milliseconds; replaced in tests. */
  readonly now?: () => number;
}

/** Bars on a terminal, lines elsewhere, only warnings when quiet; JSON lines for programs. */
export function createProgress(stream: ProgressStream, options: ProgressOptions): ClosableProgress {
  const { json, quiet, style, now = () => performance.now() } = options;
  const terminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const log = (level: LogLevel, message: string): string | undefined => {
    if (quiet && level === "info") return undefined;
    if (json) return JSON.stringify({ level, message });
    return level === "warning" ? `${style.yellow("warning:")} ${message}` : message;
  };
  if (quiet || (json && !terminal)) return logsOnly(stream, log);
  return terminal ? terminalProgress(stream, { log, style, now }) : lineProgress(stream, { log, now });
}

function logsOnly(stream: ProgressStream, line: LogLine): ClosableProgress {
  const log = (level: LogLevel, message: string): void => {
    const text = line(level, message);
    if (text !== undefined) stream.write(`${text}\n`);
  };
  return { log, start() {}, advance() {}, end() {}, close() {} };
}
