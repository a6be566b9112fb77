import { readdirSync, readlinkSync } from "node:fs";
import type { Exporter, MergedTable } from "@quadrat/core";
import { Float64 } from "apache-arrow";
import type { RecordBatch } from "apache-arrow";
import { unwatchedMemory } from "@quadrat/core/testing";
import { describe, expect, it } from "vitest";
import { arrowExporter } from "../src/arrow/arrow.js";
import { csvExporter } from "../src/csv/csv.js";
import { memoryTable } from "./support/tables.js";
import { exportTo, freshPath, threads } from "./support/write.js";

const exporters: readonly (readonly [string, Exporter])[] = [
  ["csv", csvExporter({ compress: false })],
  ["csv.gz", csvExporter({ compress: true })],
  ["arrow", arrowExporter()],
];
const rows = 600_000;
const table = memoryTable(
  [{ name: "x", type: new Float64(), values: Array.from({ length: rows }, Math.sqrt) }],
  [5000],
);

/** The table, with word of how its reading went. */
function watched(before: (batch: number) => void): {
  table: MergedTable;
  read: { batches: number; ended: boolean };
} {
  const read = { batches: 0, ended: false };
  async function* batches(): AsyncGenerator<RecordBatch> {
    try {
      for await (const batch of table.batches()) {
        before(read.batches++);
        yield batch;
      }
    } finally {
      read.ended = true;
    }
  }
  return { table: { ...table, batches }, read };
}

/** Whether this process has the file open; only Linux tells. */
function isOpen(path: string): boolean {
  if (process.platform !== "linux") return false;
  return readdirSync("/proc/self/fd").some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      return false;
    }
  });
}

describe.each(exporters)("%s that does not come to its end", (extension, exporter) => {
  it("rejects with the signal's reason and lets go of everything", async () => {
    const controller = new AbortController();
    const reason = new DOMException("stopped by the user", "AbortError");
    const path = freshPath(extension);
    const { table, read } = watched(() => undefined);
    let wasOpen = false;
    const progress = (): void => {
      wasOpen ||= isOpen(path);
      controller.abort(reason);
    };
    const context = { signal: controller.signal, memory: unwatchedMemory, workers: threads(2), progress };
    await expect(exporter.write(table, { path }, context)).rejects.toBe(reason);
    expect(wasOpen).toBe(process.platform === "linux");
    expect(isOpen(path)).toBe(false);
    expect(read.ended).toBe(true);
    expect(read.batches).toBeLessThan(rows / 5000);
    // The threads are free for the next.
    expect((await exportTo(exporter, table, extension)).rows).toBe(rows);
  });

  it("passes on what the table throws", async () => {
    const failure = new Error("the database is gone");
    const { table, read } = watched((batch) => {
      if (batch === 40) throw failure;
    });
    const path = freshPath(extension);
    const context = {
      signal: new AbortController().signal,
      memory: unwatchedMemory,
      workers: threads(2),
      progress: () => undefined,
    };
    await expect(exporter.write(table, { path }, context)).rejects.toBe(failure);
    expect(isOpen(path)).toBe(false);
    expect(read.ended).toBe(true);
  });

  it("says that a file can't be made", async () => {
    const context = {
      signal: new AbortController().signal,
      memory: unwatchedMemory,
      workers: threads(2),
      progress: () => undefined,
    };
    const target = { path: `${freshPath("")}/missing/file` };
    await expect(exporter.write(table, target, context)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
