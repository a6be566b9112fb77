import { existsSync } from "node:fs";
import { chmod, cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunReport } from "@quadrat/core/host";
import {
  byPlace,
  command,
  compare,
  inFolder,
  quadrat,
  readCsv,
  shared,
  type Row,
} from "../e2e/support/quadrat.js";

/** Files from practice that once gave wrong results or unclear errors, beside the clone. */
export const found = join(shared, "found");
export const missing = !existsSync(found);

/** A writable copy of a folder of `found`, removed when `work` is done. */
export async function withFound<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const copy = join(folder, name);
    await cp(join(found, name), copy, { recursive: true });
    await chmod(copy, 0o755);
    for (const file of await readdir(copy, { recursive: true })) await chmod(join(copy, file), 0o755);
    return work(copy);
  });
}

/** Runs the folder's own `config.yml`, in a process of its own if it is about memory; fails with what was printed unless it exits 0. */
export async function runFolder(folder: string, args: readonly string[] = []): Promise<RunReport> {
  const start = args.some((arg) => arg.startsWith("memory.")) ? quadrat : command;
  const { code, stdout, stderr } = await start(["run", "--json", "--config", "config.yml", ...args], {
    cwd: folder,
  });
  if (code !== 0) throw new Error(`quadrat run ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as RunReport;
}

/** Holds columns of a run's CSV against those of the same name in a peer's, cell by cell. */
export async function agreeWith(
  report: RunReport,
  expectedCsv: string,
  columns: readonly string[],
  tolerance: number | ((expected: number) => number),
): Promise<Map<string, Row>> {
  const ours = byPlace(await readCsv(report.files.find((file) => file.format === "csv")!.path));
  const theirs = byPlace(await readCsv(expectedCsv));
  for (const column of columns) {
    const { nullity, beyond, compared } = compare(ours, column, theirs, column, tolerance);
    expect({ column, nullity, beyond, some: compared > 0 }).toEqual({
      column,
      nullity: 0,
      beyond: 0,
      some: true,
    });
  }
  return ours;
}
