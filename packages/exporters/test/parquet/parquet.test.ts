import type { MergedTable } from "@quadrat/core";
import type { DuckDbStore } from "@quadrat/core/host";
import { Field, Float32, Float64, Schema } from "apache-arrow";
import { unwatchedMemory } from "@quadrat/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parquet, parquetExporter } from "../../src/parquet/parquet.js";
import { duckRows, openStore } from "../support/duckdb.js";
import type { anyGrid } from "../support/tables.js";
import { exportTo, freshPath, threads } from "../support/write.js";

const exporter = parquetExporter({ compression: "zstd", row_group_size: 122_880 });
const rows = 260_000;

function tableOn(store: DuckDbStore, sql: string, rowCount?: number): MergedTable {
  const none = (): never => {
    throw new Error("only SQL is needed");
  };
  const names = ["x", "y", "a"];
  return {
    schema: new Schema(names.map((name, i) => new Field(name, i < 2 ? new Float64() : new Float32(), true))),
    grid: { size: 3 * rows } as typeof anyGrid,
    rowCount,
    batches: none,
    sql: () => sql,
    exec: (statement) => store.exec(statement),
    summary: none,
  };
}

describe("the bytes of Parquet", () => {
  /** The same rows, appended in parts of different sizes and in transactions of their own. */
  const stores = [rows, 90_000, 7_000].map((part) => ({ part, path: freshPath(".duckdb") }));

  beforeAll(async () => {
    for (const { part, path } of stores) {
      const store = await openStore(300e6, 2, path);
      await store.exec(
        "CREATE TABLE a (cell BIGINT, value FLOAT); CREATE TABLE b (cell BIGINT, value FLOAT)",
      );
      await store.exec("CREATE TABLE few (cell BIGINT, value FLOAT)");
      for (let from = 0; from < rows; from += part) {
        const cells = `range(${from}, ${Math.min(rows, from + part)}) AS cells(cell)`;
        const value = (seed: number): string =>
          `CASE WHEN hash(cell + ${seed}) % 10 > 3 THEN sin(cell * ${seed})::FLOAT END`;
        await store.exec(`INSERT INTO a SELECT cell, ${value(1)} FROM ${cells}`);
        await store.exec(`INSERT INTO b SELECT cell, ${value(2)} FROM ${cells}`);
        await store.exec(`INSERT INTO few SELECT cell, ${value(3)} FROM ${cells} WHERE hash(cell) % 9 = 0`);
      }
      await store.close();
    }
  });

  const x = "(cell % 800) / 2.0 AS x, (cell // 800) / 2.0 AS y";
  it.each([
    ["a scan", `SELECT ${x}, value FROM a`],
    ["a filtered scan", `SELECT ${x}, value FROM a WHERE value IS NOT NULL`],
    [
      "a join by position",
      `SELECT ${x}, a, b FROM (SELECT cell, value AS a FROM a) POSITIONAL JOIN (SELECT value AS b FROM b) WHERE a IS NOT NULL OR b IS NOT NULL`,
    ],
    [
      "a sorted hash join",
      `SELECT ${x}, a.value AS a, few.value AS b FROM a FULL JOIN few USING (cell) WHERE a.value IS NOT NULL OR b IS NOT NULL ORDER BY cell`,
    ],
  ])("do not depend on threads, memory or the table's history: %s", async (_, sql) => {
    const found: Buffer[] = [];
    for (const { path } of stores) {
      for (const [threads, memory] of [
        [1, 300e6],
        [3, 60e6],
      ] as const) {
        const store = await openStore(memory, threads, path);
        const rowCount =
          threads === 3
            ? Number((await store.rows(`SELECT count(*) AS n FROM (${sql})`))[0]!["n"])
            : undefined;
        const written = await exportTo(exporter, tableOn(store, sql, rowCount), ".parquet");
        if (rowCount !== undefined) expect(written.rows).toBe(rowCount);
        found.push(written.bytes);
        await store.close();
      }
    }
    expect(found.map((bytes) => bytes.equals(found[0]!))).toEqual(found.map(() => true));
  });
});

describe("Parquet read back", () => {
  let store: DuckDbStore;
  beforeAll(async () => void (store = await openStore()));
  afterAll(() => store.close());

  it("has the rows in order, the types and the names, quotes and all", async () => {
    const sql = `SELECT i / 4 AS x, 9 - i / 4 AS y, i::TINYINT AS "a ""quote""", CASE WHEN i > 1 THEN i END::FLOAT AS "🦥, sloths",
      9007199254740993 + i AS "line\nbreak", NULL::SMALLINT AS nothing, i::UBIGINT AS u FROM range(5) AS r(i)`;
    const { path, rows } = await exportTo(exporter, tableOn(store, sql), ".parquet");
    expect(rows).toBe(5);
    expect(
      await duckRows(`SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet('${path}'))`),
    ).toEqual([
      ["x", "DOUBLE"],
      ["y", "DOUBLE"],
      ['a "quote"', "TINYINT"],
      ["🦥, sloths", "FLOAT"],
      ["line\nbreak", "BIGINT"],
      ["nothing", "SMALLINT"],
      ["u", "UBIGINT"],
    ]);
    const wanted = [0, 1, 2, 3, 4].map((i) => [
      i / 4,
      9 - i / 4,
      i,
      i > 1 ? i : null,
      9007199254740993n + BigInt(i),
      null,
      BigInt(i),
    ]);
    expect(await duckRows(`FROM read_parquet('${path}')`)).toEqual(wanted);
  });

  it("is a valid file when there are no rows", async () => {
    const sql = "SELECT 1.5::DOUBLE AS x, 2.5::DOUBLE AS y, 1::FLOAT AS a WHERE false";
    for (const rowCount of [0, undefined]) {
      const { path, rows } = await exportTo(exporter, tableOn(store, sql, rowCount), ".parquet");
      expect(rows).toBe(0);
      expect(await duckRows(`FROM read_parquet('${path}')`)).toEqual([]);
      expect(await duckRows(`SELECT column_name FROM (DESCRIBE FROM read_parquet('${path}'))`)).toEqual([
        ["x"],
        ["y"],
        ["a"],
      ]);
    }
  });

  it("has row groups of the size asked for and the compression", async () => {
    const small = parquetExporter({ compression: "snappy", row_group_size: 3000 });
    const sql = "SELECT i::DOUBLE AS x, 0::DOUBLE AS y FROM range(10000) AS r(i) WHERE i % 3 <> 0";
    const { path } = await exportTo(small, tableOn(store, sql), ".parquet");
    const groups = await duckRows(
      `SELECT DISTINCT row_group_id, row_group_num_rows, compression FROM parquet_metadata('${path}') ORDER BY row_group_id`,
    );
    expect(groups).toEqual([
      [0n, 4096n, "SNAPPY"],
      [1n, 2570n, "SNAPPY"],
    ]);
  });

  it("leaves an abort as it is", async () => {
    const controller = new AbortController();
    const reason = new DOMException("stopped", "AbortError");
    controller.abort(reason);
    const target = { path: freshPath(".parquet") };
    const context = {
      signal: controller.signal,
      memory: unwatchedMemory,
      workers: threads(1),
      progress: () => undefined,
    };
    await expect(exporter.write(tableOn(store, "SELECT 1 AS x"), target, context)).rejects.toBe(reason);
  });

  it("refuses options that it does not know", () => {
    expect(parquet.options!.parse({})).toEqual({ compression: "zstd", row_group_size: 122_880 });
    expect(() => parquet.options!.parse({ compression: "zip" })).toThrow(/zstd/);
    expect(() => parquet.options!.parse({ rowGroupSize: 1 })).toThrow(/rowGroupSize/);
    expect(() => parquet.options!.parse({ row_group_size: 1 })).toThrow(/2048/);
  });
});
