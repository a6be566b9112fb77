import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What runs learn of the machine must not come from benchmarks. */
const cache = mkdtempSync(join(tmpdir(), "quadrat-bench-cache-"));
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

export const command = fileURLToPath(new URL("../packages/cli/bin/quadrat.js", import.meta.url));

/**
 * Runs a program under /usr/bin/time and tells what it took.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, allow?: readonly number[] }} [options] exit codes that are no failure; 0 unless given
 * @returns {Promise<{ code: number, seconds: number, cpuSeconds: number, peakBytes: number, stdout: string, stderr: string }>}
 */
export async function measure(program, args, { env = {}, allow = [0] } = {}) {
  if (!existsSync("/usr/bin/time")) throw new Error("GNU time is needed: apt-get install time");
  const child = spawn("/usr/bin/time", ["-f", "measured %e %U %S %M", program, ...args], {
    env: { ...process.env, QUADRAT_CACHE_DIR: cache, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const figures = /measured ([\d.]+) ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(stderr);
  if (!allow.includes(code) || !figures)
    throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${stderr}`);
  const [seconds, user, system, kibibytes] = figures.slice(1).map(Number);
  return { code, seconds, cpuSeconds: user + system, peakBytes: kibibytes * 1024, stdout, stderr };
}

/**
 * The command itself, so that the settings of its first line hold.
 * @param {readonly string[]} args
 * @param {Parameters<typeof measure>[2] & { anew?: string }} [options] `anew`: an output to write even if the one that is there
 *   is up to date, which a run would keep
 */
export async function quadrat(args, { anew, ...options } = {}) {
  if (anew) rmSync(anew, { force: true });
  const result = await measure(command, [...args, "--json"], options);
  return { ...result, report: result.code === 0 ? JSON.parse(result.stdout) : undefined };
}

export const megabytes = (bytes) => Math.round(bytes / 1e6);
