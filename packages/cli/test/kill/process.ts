import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const driver = fileURLToPath(new URL("driver.mjs", import.meta.url));

/** What a process has done by its end, whether it was killed or not. */
export interface Ended {
  readonly killed: boolean;
  readonly milliseconds: number;
  /** What it was at when it ended. */
  readonly stage: string;
  /** Cells that it put into the store or a shard itself, of all datasets. */
  readonly staged: number;
  /** Whether it went on from what another had left. */
  readonly resumed: boolean;
}

type Told =
  | { readonly log: string }
  | { readonly start: string; readonly total: number }
  | { readonly advance: string; readonly amount: number }
  | { readonly end: string };

/**
 * Runs a command and kills it (SIGKILL) after some milliseconds.
 * @param datasets their names, which are those of the tasks that stage them
 * @throws if it ends with another exit code than 0
 */
export function runUntil(
  milliseconds: number,
  args: readonly string[],
  datasets: ReadonlySet<string>,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(process.execPath, [driver, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const killed = signal === "SIGKILL";
      if (code !== 0 && !killed)
        reject(new Error(`quadrat ${args.join(" ")} ended with ${code}:\n${stderr}`));
      else resolve({ killed, milliseconds: performance.now() - begun, ...summary(stdout, datasets) });
    });
  });
}

function summary(stdout: string, datasets: ReadonlySet<string>): Pick<Ended, "stage" | "staged" | "resumed"> {
  // The last line may have been cut off.
  const told = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told);
  const advanced = new Map<string, number>();
  const [done, totals] = [new Map<string, number>(), new Map<string, number>()];
  const open = new Set<string>();
  let stage = "load";
  let resumed = false;
  for (const one of told) {
    if ("start" in one) {
      totals.set(one.start, one.total);
      open.add((stage = one.start));
    } else if ("advance" in one) {
      advanced.set(one.advance, (advanced.get(one.advance) ?? 0) + one.amount);
    } else if ("end" in one) {
      open.delete(one.end);
      if (stage === one.end) stage = [...open].at(-1) ?? `after ${one.end}`;
    } else {
      if (/staged before, reused|resumes at cell|has left/.test(one.log)) resumed = true;
      const [, name] = /^(.*): resumes at cell/.exec(one.log) ?? [];
      // The first step of such a task says how much there was.
      if (name !== undefined) done.set(name, -1);
    }
  }
  for (const one of told) {
    if ("advance" in one && done.get(one.advance) === -1) done.set(one.advance, one.amount);
  }
  let staged = 0;
  for (const [name, cells] of advanced) {
    if (!datasets.has(name)) continue;
    const before = Math.max(0, done.get(name) ?? 0);
    staged += Math.max(0, Math.min(cells, totals.get(name) ?? cells) - before);
  }
  return { stage: datasets.has(stage) ? `stage ${stage}` : stage, staged, resumed };
}
