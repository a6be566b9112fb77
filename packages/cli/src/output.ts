import type { ClosableProgress } from "./progress/closable-progress.js";
import { createProgress } from "./progress/progress.js";
import { createStyle } from "./style.js";
import type { Style } from "./style.js";

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  /** Machine-readable: one JSON value on stdout, JSON lines on stderr. */
  readonly json: boolean;
  readonly style: Style;
  /** Progress, warnings and logs. */
  readonly progress: ClosableProgress;
  /** A result, to stdout. */
  result(text: string): void;
  /** A piece of a long result, to stdout; resolves when there is room for the next. Rejects when the reader has gone. */
  write(piece: Uint8Array | string): Promise<void>;
  /** A line to stderr. */
  tell(line: string): void;
  /** Takes progress bars off the screen. */
  close(): void;
}

/** Decided from the arguments themselves, so that errors in them are told in the form that was asked for. */
export function createOutput(args: readonly string[]): Output {
  const json = args.includes("--json");
  const quiet = args.includes("--quiet") || args.includes("-q");
  const style = createStyle(process.stderr);
  const progress = createProgress(process.stderr, { json, quiet, style });
  return {
    json,
    style,
    progress,
    result: (text) => void process.stdout.write(text),
    write: (piece) =>
      new Promise((resolve, reject) => {
        process.stdout.write(piece, (error) => (error ? reject(error) : resolve()));
      }),
    tell: (line) => void process.stderr.write(`${line}\n`),
    close: () => progress.close(),
  };
}
