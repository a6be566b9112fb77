import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Ended } from "./quadrat.js";

const module = fileURLToPath(new URL("one-process.mjs", import.meta.url));

export interface CommandOptions {
  readonly cwd?: string;
  /** Variables that it has besides those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let child: ChildProcess | undefined;
let asked = 0;

/**
 * Runs a command in a process that has run others before: starting one takes longer than most commands. Those with a folder or
 * variables of their own wait for the others. Only for what does not depend on a process of its own, as memory, signals, locks and
 * the modules of plugins do.
 */
export function command(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const id = asked++;
    waiting.set(id, { resolve, reject });
    child ??= start();
    child.send({ id, args, ...options });
  });
}

function start(): ChildProcess {
  const started = fork(module, {
    // Those of the test's own process are for its sources.
    execArgv: [],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  started.on("message", ({ id, ...ended }: Ended & { readonly id: number }) => {
    waiting.get(id)?.resolve(ended);
    waiting.delete(id);
  });
  started.on("close", (code, signal) => {
    child = undefined;
    for (const { reject } of waiting.values())
      reject(new Error(`the process that runs commands ended: ${String(signal ?? code)}`));
    waiting.clear();
  });
  // It ends with this process.
  started.unref();
  started.channel?.unref();
  return started;
}
