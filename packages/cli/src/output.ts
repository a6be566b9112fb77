import type { ClosableProgress } from "./progress/closable-progress.js";
import { createProgress } from "./progress/progress.js";
import { createStyle } from "./style.js";
import type { Style } from "./style.js";

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  /** Machine-readable: one JSON value on stdout, JSON lines on stderr. */
  readonly json: boolean;
  readonly style: Style;
  /** Where progress, warnings and logs go. */
  readonly progress: ClosableProgress;
  /** Writes a result to stdout. */
  result(text: string): void;
  /**
   * Writes a part of a long result to stdout; resolves when there is room for the next part. Rejects when the reader
   * has closed the pipe.
   */
  write(piece: Uint8Array | string): Promise<void>;
  /** Writes a line to stderr. */
  tell(line: string): void;
  /** Removes progress bars from the screen. */
  close(): void;
}

/** Decided from the raw arguments, so that errors in them are reported in the requested form. */
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
