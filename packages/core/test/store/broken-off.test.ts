import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StoreReader } from "../../src/sql/reader.js";
import { DuckDbStore } from "../../src/store/duckdb-store.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-broken-off-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const limits = () => ({ memoryBytes: 2 ** 28, threads: 1, temporaryDirectory: join(folder, "tmp") });

/** Fails after many chunks have been given out. */
const failing =
  "SELECT CASE WHEN i = 100000 THEN error('here it stops') ELSE i END AS v FROM range(200000) t(i)";

describe("a result that breaks off in the middle", () => {
  it("is an error of the store, with DuckDB's reason", async () => {
    const store = await DuckDbStore.open(join(folder, "a.duckdb"), limits());
    const read = async (): Promise<void> => {
      for await (const batch of store.query(failing)) expect(batch.numRows).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow("here it stops");
    await store.close();
  });

  it("is an error of a question, as chunks and as batches, with parameters", async () => {
    await (await DuckDbStore.open(join(folder, "b.duckdb"), limits())).close();
    const reader = await StoreReader.open(join(folder, "b.duckdb"), limits());
    const sql = failing.replace("100000", "$1::BIGINT");
    const chunks = async (): Promise<void> => {
      for await (const chunk of (await reader.query(sql, ["100000"])).chunks())
        expect(chunk.rowCount).toBeGreaterThan(0);
    };
    const batches = async (): Promise<void> => {
      for await (const batch of (await reader.query(sql, ["100000"])).batches(5000))
        expect(batch.numRows).toBeGreaterThan(0);
    };
    await expect(chunks()).rejects.toThrow("here it stops");
    await expect(batches()).rejects.toThrow("here it stops");
    reader.close();
  });

  it("is a damaged store where its bytes have changed", async () => {
    const path = join(folder, "c.duckdb");
    const store = await DuckDbStore.open(path, limits());
    await store.exec("CREATE TABLE t AS SELECT random() AS v FROM range(1000000)");
    await store.close();
    const bytes = await readFile(path);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 64);
    await writeFile(path, bytes);
    const reader = await StoreReader.open(path, limits());
    const read = async (): Promise<void> => {
      for await (const chunk of (await reader.query("SELECT v FROM t")).chunks())
        expect(chunk.rowCount).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toMatchObject({
      kind: "output",
      hint: expect.stringContaining("--fresh") as string,
    });
    reader.close();
  });
});
