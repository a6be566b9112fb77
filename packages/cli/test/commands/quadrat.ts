import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

export { inFolder } from "../e2e/support/quadrat.js";

const command = fileURLToPath(new URL("../../bin/quadrat.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  /** Called with all of stderr so far, whenever there is more. */
  readonly onStderr?: (child: ChildProcess, stderr: string) => void;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the real command to its end. */
export function quadrat(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  const { cwd, env, node = [], onStderr, onStart } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...node, command, ...args], {
      cwd,
      env: { ...process.env, FORCE_COLOR: undefined, ...env },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
      onStderr?.(child, stderr);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    onStart?.(child);
  });
}

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
