import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DuckDbStore } from "@quadrat/core/host";
import { stitch } from "../../src/parquet/stitch.js";
import { readStruct, writeStruct, type ThriftStruct } from "../../src/parquet/thrift.js";
import { openStore } from "../support/duckdb.js";
import { freshPath } from "../support/write.js";

const { signal } = new AbortController();

/** Columns of all kinds of pages: dictionaries with filters, plain values, nulls, texts, and more than 15 of them. */
const columns = [
  "(cell % 500) / 8 AS x",
  "sin(cell) AS y",
  "CASE WHEN cell % 7 > 2 THEN (cell % 90)::FLOAT END AS few",
  "NULL::INTEGER AS nothing",
  "hash(cell)::UBIGINT AS noise",
  "'text ' || cell % 300 AS text",
  ...Array.from(
    { length: 14 },
    (_, i) => `CASE WHEN hash(cell + ${i}) % 5 > 0 THEN sin(cell * ${i}) END AS c${i}`,
  ),
];

describe("stitch", () => {
  let store: DuckDbStore;
  beforeAll(async () => {
    store = await openStore(300e6, 1);
  });
  afterAll(() => store.close());

  const copy = async (select: string, rows: number, compression = "zstd"): Promise<string> => {
    const path = freshPath(".parquet");
    const from = `range(${rows}) AS cells(cell) WHERE cell % 11 <> 3`;
    await store.exec(
      `COPY (SELECT ${select} FROM ${from}) TO '${path}' (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE 20480)`,
    );
    return path;
  };

  it.each([
    [50_000, "zstd", [2, 6]],
    [50_000, "snappy", [1, 2, 3, 19]],
    [400_000, "uncompressed", [10]],
    [20_480, "gzip", [3]],
    [0, "zstd", [3]],
  ])(
    "gives the bytes of all columns written at once: %i rows, %s, cut at %j",
    async (rows, compression, cuts) => {
      const all = await copy(columns.join(", "), rows, compression);
      const parts: string[] = [];
      for (const [index, end] of [...cuts, columns.length].entries()) {
        parts.push(await copy(columns.slice(cuts[index - 1] ?? 0, end).join(", "), rows, compression));
      }
      const target = freshPath(".parquet");
      const written = await stitch(parts, target, signal);
      const [want, found] = await Promise.all([readFile(all), readFile(target)]);
      expect(found.equals(want)).toBe(true);
      expect(written.bytes).toBe(want.length);
      const [row] = await store.rows<{ n: number }>(`SELECT count(*)::INTEGER AS n FROM '${all}'`);
      expect(written.rows).toBe(row!.n);
    },
  );

  it("refuses parts with different rows", async () => {
    const parts = [await copy("cell AS a", 30_000), await copy("cell AS b", 31_000)];
    await expect(stitch(parts, freshPath(".parquet"), signal)).rejects.toThrow("different rows");
  });
});

describe("Thrift's compact protocol", () => {
  it("is read as it was written", () => {
    const binary = { type: 8, value: Uint8Array.of(1, 2, 3) };
    const inner: ThriftStruct = new Map([
      [2, { type: 1, value: true }],
      [40, { type: 2, value: false }],
    ]);
    const struct: ThriftStruct = new Map([
      [1, { type: 6, value: -(2n ** 62n) }],
      [2, { type: 5, value: 300n }],
      [3, { type: 3, value: 200n }],
      [20, { type: 7, value: new Uint8Array(8).fill(9) }],
      [21, binary],
      [22, { type: 12, value: inner }],
      [23, { type: 9, value: { elementType: 1, items: [true, false, true] } }],
      [24, { type: 10, value: { elementType: 6, items: Array.from({ length: 300 }, (_, i) => BigInt(-i)) } }],
      [25, { type: 9, value: { elementType: 12, items: [inner, new Map([[1, binary]])] } }],
    ]);
    expect(readStruct(writeStruct(struct))).toEqual(struct);
  });

  it("refuses what is cut off or unknown", () => {
    expect(() => readStruct(Uint8Array.of(0x15))).toThrow("cut off");
    expect(() => readStruct(Uint8Array.of(0x18, 5, 1))).toThrow("cut off");
    expect(() => readStruct(Uint8Array.of(0x1f, 0))).toThrow("type 15");
  });
});
