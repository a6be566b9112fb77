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
    // Help and version have been printed by now; so has the help of a command without arguments, as an error.
    if (error.exitCode === 0) return 0;
    return error.code === "commander.help" ? 2 : told(usageFailure(error.message), output);
  } finally {
    output.close();
  }
}

/** {@link main} as the whole life of this process. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const output = createOutput(args);
  const crash = (error: unknown): void => {
    void failureOf(error).then((failure) => leave(told(failure, output)));
  };
  // A file that may not grow further is an error of its writing, not the end of the process.
  if (process.platform !== "win32") process.on("SIGXFSZ", () => undefined);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  let unwritten: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => (unwritten ??= error));
  // There is nowhere left to tell of it.
  process.stderr.on("error", () => undefined);
  const code = await main(args, output);
  await flush(process.stdout);
  // When the reader has gone, as in `quadrat plugins | head -1`, nobody is waiting for the rest.
  if (unwritten === undefined || unwritten.code === "EPIPE" || code !== 0) return leave(code);
  await leave(told(unwrittenFailure(unwritten), output));
}

function told(failure: Failure, output: Output): number {
  output.close();
  writeFailure(failure, output);
  return failure.exitCode;
}

/** Ends the process once all that was written has gone out, whatever thread or handle is still open. */
async function leave(code: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await flush(stream);
  process.exit(code);
}

function flush(stream: NodeJS.WriteStream): Promise<unknown> {
  return new Promise((resolve) => stream.write("", resolve));
}
