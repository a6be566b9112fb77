import { QuadratError } from "@quadrat/core";
import type { Output } from "./output.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that the first signal aborts and a second signal ends at once; `hint` says what an abort leaves
 * behind.
 */
export async function interruptible<T>(
  output: Output,
  work: (signal: AbortSignal) => Promise<T>,
  hint = "what was staged is kept: run the same command again to resume",
): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      output.close();
      process.exit(130);
    }
    output.progress.log("info", `${name}: stopping; a second one ends the process at once`);
    controller.abort(new QuadratError("interrupted", `stopped by ${name}`, hint === "" ? {} : { hint }));
  };
  for (const name of signals) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
