import { CommanderError } from "commander";
import { failureOf, unwrittenFailure, usageFailure, writeFailure } from "./failure.js";
import type { Failure } from "./failure.js";
import { createOutput } from "./output.js";
import type { Output } from "./output.js";
import { createProgram } from "./program.js";

/** Runs the command line and resolves to its exit code; never rejects. */
export async function main(args: readonly string[], output: Output = createOutput(args)): Promise<number> {
  try {
    const program = createProgram(output);
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return told(await failureOf(error), output);
    // Help and version have been printed by now. The help of a command without arguments has been printed too,
    // as an error.
    if (error.exitCode === 0) return 0;
    return error.code === "commander.help" ? 2 : told(usageFailure(error.message), output);
  } finally {
    output.close();
  }
}

/** Runs {@link main} for the lifetime of this process. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const output = createOutput(args);
  const crash = (error: unknown): void => {
    void failureOf(error).then((failure) => leave(told(failure, output)));
  };
  // A file that may not grow any further makes writing fail; it must not end the process.
  if (process.platform !== "win32") process.on("SIGXFSZ", () => undefined);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  let unwritten: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => (unwritten ??= error));
  // There is nowhere left to report it.
  process.stderr.on("error", () => undefined);
  const code = await main(args, output);
  await flush(process.stdout);
  // If the reader has closed the pipe, as in `quadrat plugins | head -1`, nobody is waiting for the rest.
  if (unwritten === undefined || unwritten.code === "EPIPE" || code !== 0) return leave(code);
  await leave(told(unwrittenFailure(unwritten), output));
}

function told(failure: Failure, output: Output): number {
  output.close();
  writeFailure(failure, output);
  return failure.exitCode;
}

/** Ends the process once everything written has been flushed, whatever threads or handles are still open. */
async function leave(code: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await flush(stream);
  process.exit(code);
}

function flush(stream: NodeJS.WriteStream): Promise<unknown> {
  return new Promise((resolve) => stream.write("", resolve));
}
