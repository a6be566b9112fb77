import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.js";
import type { DatasetEntry } from "../../src/catalogue/dataset-entry.js";
import { Grid } from "../../src/grid/grid.js";
import { DuckDbStore } from "../../src/store/duckdb-store.js";

const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 100, 50] });
const entry: DatasetEntry = {
  name: 'a "b"',
  position: 0,
  path: "/a.tif",
  driver: "geotiff",
  method: "near",
  dataType: "float32",
  layout: "dense",
  key: "one",
};

let folder: string;
let store: DuckDbStore;
let catalogue: Catalogue;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-ledger-"));
  const limits = { memoryBytes: 256e6, threads: 1, temporaryDirectory: folder };
  store = await DuckDbStore.open(join(folder, "a.duckdb"), limits);
  catalogue = await Catalogue.open(store);
  await catalogue.setGrid(grid);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function* batches(from: number, to: number, size: number, failAt = Infinity): Generator<arrow.RecordBatch> {
  for (let at = from; at < to; at += size) {
    if (at >= failAt) throw new Error("interrupted");
    const values = Float32Array.from({ length: Math.min(size, to - at) }, (_, i) => at + i);
    yield new arrow.RecordBatch({ value: arrow.makeData({ type: new arrow.Float32(), data: values }) });
  }
}

/** Appends what is missing of the dataset, as staging does. */
async function stage(done: number, commitEvery: number, size: number, failAt?: number): Promise<void> {
  await store.append(catalogue.table(entry.name, "dense"), batches(done, grid.size, size, failAt), {
    commitEvery,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
}

const ledger = () =>
  store.rows<{ first: number; last: number }>(
    "SELECT first_cell::INTEGER AS first, last_cell::INTEGER AS last FROM bands ORDER BY first_cell",
  );

describe("the ledger of ranges of cells", () => {
  it("has what is committed and nothing else, wherever staging is interrupted", async () => {
    const cases = fc.record({
      commitEvery: fc.integer({ min: 200, max: 3000 }),
      size: fc.integer({ min: 50, max: 900 }),
      failures: fc.array(fc.integer({ min: 0, max: grid.size }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ commitEvery, size, failures }) => {
        await catalogue.forget(entry.name);
        for (const failAt of failures) {
          const done = await catalogue.resume(entry);
          await stage(done, commitEvery, size, failAt).catch(() => undefined);
          const [row] = await store.rows<{ n: number }>(`SELECT count(*)::INTEGER AS n FROM dense."a ""b"""`);
          const entered = (await ledger()).reduce((sum, { first, last }) => sum + last - first + 1, 0);
          expect(entered).toBe(row!.n);
        }
        await stage(await catalogue.resume(entry), commitEvery, size);
        const ranges = await ledger();
        expect(ranges[0]!.first).toBe(0);
        expect(ranges.at(-1)!.last).toBe(grid.size - 1);
        for (const [i, { last }] of ranges.slice(0, -1).entries()) {
          expect(ranges[i + 1]!.first).toBe(last + 1);
          expect((last + 1) % commitEvery).toBe(0);
        }
        const [wrong] = await store.rows<{ n: number }>(
          `SELECT count(*)::INTEGER AS n FROM dense."a ""b""" WHERE value <> rowid`,
        );
        expect(wrong!.n).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it("is what is asked on resuming: what it lacks, or was made of something else, is made anew", async () => {
    await catalogue.resume(entry);
    await stage(0, 1000, 500);
    expect(await catalogue.resume(entry)).toBe(grid.size);
    await store.exec("DELETE FROM bands WHERE first_cell = 2000");
    expect(await catalogue.resume(entry)).toBe(0);
    await stage(0, 1000, 500);
    expect(await catalogue.resume({ ...entry, key: "two" })).toBe(0);
    expect(await ledger()).toEqual([]);
  });

  it("has one range of a table's cells, once they are whole", async () => {
    const sparse: DatasetEntry = { ...entry, layout: "sparse" };
    await catalogue.start(sparse);
    await store.exec(`CREATE TABLE sparse."a ""b""" AS SELECT 3::BIGINT AS cell, 1::FLOAT AS value`);
    expect(await ledger()).toEqual([]);
    const facts = { values: 1, min: 1, max: 1, sha256: "", bytes: 0, records: null };
    await catalogue.complete(sparse, facts, grid);
    expect(await ledger()).toEqual([{ first: 0, last: grid.size - 1 }]);
    await catalogue.forget(entry.name);
    expect(await ledger()).toEqual([]);
  });
});
