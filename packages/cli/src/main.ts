import { CommanderError } from "commander";
import { failureOf, usageFailure, writeFailure } from "./failure.js";
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
  for (const stream of [process.stdout, process.stderr]) {
    // The reader has gone, as in `quadrat plugins | head -1`: there is nobody left to tell.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  await leave(await main(args, output));
}

function told(failure: Failure, output: Output): number {
  output.close();
  writeFailure(failure, output);
  return failure.exitCode;
}

/** Ends the process once all that was written has gone out, whatever thread or handle is still open. */
async function leave(code: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write("", resolve));
  }
  process.exit(code);
}
