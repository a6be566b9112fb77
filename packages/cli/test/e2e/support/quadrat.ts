import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { RunReport } from "@quadrat/core/host";
import { command } from "./one-process.js";

export { command };

export const repository = fileURLToPath(new URL("../../../../../", import.meta.url));
export const shared = join(repository, "../shared/data");
const program = join(repository, "packages/cli/bin/quadrat.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command and waits for its end. */
export function quadrat(
  args: readonly string[],
  options: { cwd?: string; signalAfter?: RegExp } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" },
    });
    let stdout = "";
    let stderr = "";
    let signalled = false;
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
      if (signalled || !options.signalAfter?.test(stderr)) return;
      signalled = true;
      child.kill("SIGINT");
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder that is removed when `work` is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "quadrat-e2e-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Configuration = Readonly<Record<string, unknown>>;

/** Whether a configuration needs a process of its own: plugins are loaded once in each, and a small limit of memory is of one run. */
function needsProcess({ memory, plugins }: Configuration): boolean {
  if (plugins !== undefined) return true;
  const { limit = "1GB", ...others } = (memory ?? {}) as { readonly limit?: string };
  return !limit.endsWith("GB") || Object.keys(others).length > 0;
}

/** Runs a configuration (JSON is YAML) in a folder; fails with what was printed unless it exits 0. */
export async function run(
  folder: string,
  config: Configuration,
  args: readonly string[] = [],
): Promise<RunReport> {
  const file = join(folder, "config.yml");
  await writeFile(file, JSON.stringify(config));
  const start = needsProcess(config) ? quadrat : command;
  const { code, stdout, stderr } = await start(["run", "--config", file, "--json", ...args]);
  if (code !== 0) throw new Error(`quadrat run ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as RunReport;
}

export type Row = Readonly<Record<string, string>>;

/** A CSV without quotes, plain or gzipped, as texts by column name. */
export async function readCsv(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header!.split(",");
  return lines.map((line) => {
    const fields = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ""]));
  });
}

/** Rows by their coordinates, rounded far below any cell size. */
export function byPlace(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [`${Number(row["x"]).toFixed(6)} ${Number(row["y"]).toFixed(6)}`, row]));
}

export interface Deviation {
  /** Cells that hold a value in one table and none in the other. */
  readonly nullity: number;
  /** Cells whose values differ by more than the tolerance. */
  readonly beyond: number;
  readonly largest: number;
  /** Cells compared: with a value in both. */
  readonly compared: number;
}

/** Holds a column of ours against a peer's, cell by cell; a row that is missing counts as NULL. */
export function compare(
  ours: ReadonlyMap<string, Row>,
  column: string,
  theirs: ReadonlyMap<string, Row>,
  theirColumn: string,
  tolerance: number | ((expected: number) => number),
): Deviation {
  let [nullity, beyond, largest, compared] = [0, 0, 0, 0];
  for (const [place, row] of theirs) {
    const expected = row[theirColumn] ?? "";
    const actual = ours.get(place)?.[column] ?? "";
    if (expected === "" || actual === "") {
      if (expected !== actual) nullity++;
      continue;
    }
    const difference = Math.abs(Number(actual) - Number(expected));
    const allowed = typeof tolerance === "number" ? tolerance : tolerance(Number(expected));
    if (!(difference <= allowed)) beyond++;
    if (!(difference <= largest)) largest = difference;
    compared++;
  }
  return { nullity, beyond, largest, compared };
}

/** Names of all files in a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
