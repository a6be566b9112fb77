import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerPool } from "@quadrat/core";
import type { Exporter, MergedTable } from "@quadrat/core";
import { unwatchedMemory } from "@quadrat/core/testing";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "quadrat-exporters-"));
const pools = new Map<number, WorkerPool>();
afterAll(async () => {
  await Promise.all([...pools.values()].map((pool) => pool.close()));
  rmSync(folder, { recursive: true });
});

let files = 0;

/** A path that no file has yet, in a folder that goes away with the tests. */
export function freshPath(extension: string): string {
  return join(folder, `${++files}${extension}`);
}

export function threads(count: number): WorkerPool {
  let pool = pools.get(count);
  if (!pool) pools.set(count, (pool = new WorkerPool(count)));
  return pool;
}

/** Exports the table and returns the file's path and the rows reported. */
export async function exportTo(
  exporter: Exporter,
  table: MergedTable,
  extension: string,
  workers = threads(2),
): Promise<{ path: string; rows: number; bytes: Buffer }> {
  const path = freshPath(extension);
  let rows = 0;
  const progress = (more: number): void => void (rows += more);
  const { signal } = new AbortController();
  const told = await exporter.write(table, { path }, { signal, memory: unwatchedMemory, workers, progress });
  const bytes = readFileSync(path);
  // The host believes this.
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (told && (told.bytes !== bytes.length || told.sha256 !== sha256))
    throw new Error(`${path} is not what was told`);
  return { path, rows, bytes };
}
