import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Grid, type ColumnType, type Sizes, type StagedDataset } from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { mergeQueryWithCoordinates, type MergeColumn } from "../../src/merge/merge-query.js";
import { RangeMerge } from "../../src/merge/merged-table.js";

const signal = new AbortController().signal;
const MiB = 2 ** 20;
let close: () => Promise<void> = () => Promise.resolve();
afterEach(() => close());

async function openStore(memoryBytes: number): Promise<DuckDbStore> {
  const folder = await mkdtemp(join(tmpdir(), "quadrat-wide-"));
  const store = await DuckDbStore.open(join(folder, "w.duckdb"), {
    memoryBytes,
    threads: 1,
    temporaryDirectory: folder,
  });
  await store.exec("CREATE SCHEMA dense");
  close = async () => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  return store;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Fills a dense table, given the SQL of its values by cell. */
async function fill(
  store: DuckDbStore,
  { size }: Grid,
  name: string,
  [dataType, sqlType]: readonly [ColumnType, string],
  value: string,
): Promise<StagedDataset> {
  await store.exec(
    `CREATE TABLE dense."${name}" AS SELECT (${value})::${sqlType} AS value FROM range(${size}) AS cells(cell)`,
  );
  const [row] = await store.rows<{ n: number }>(`SELECT count(value)::INTEGER AS n FROM dense."${name}"`);
  const facts = { values: row!.n, min: null, max: null, sha256: "", bytes: 0, records: null };
  const entry = { name, position: 0, path: "", driver: "", method: "", key: "", dataType };
  return { ...entry, layout: "dense", ...facts };
}

const types = [
  ["float32", "FLOAT"],
  ["float64", "DOUBLE"],
  ["int8", "TINYINT"],
  ["uint16", "USMALLINT"],
  ["int64", "BIGINT"],
  ["text", "VARCHAR"],
] as const;

function merge(
  store: DuckDbStore,
  grid: Grid,
  columns: readonly MergeColumn[],
  more: { join: "outer" | "inner" | "all"; batchRows: number; roundBytes?: number; threads?: number },
): RangeMerge {
  const { batchRows, ...options } = more;
  const sizes: Sizes = { batchRows, windowSize: 256, streaming: true };
  const memory = { limitBytes: 512 * MiB, batchDone: () => undefined };
  return new RangeMerge({ store, grid, columns, sizes, memory, signal, ...options });
}

describe("a table of many columns", () => {
  it("has the rows of one query over all of them, however it is cut", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 90, 70] });
    const store = await openStore(256 * MiB);
    const columns: MergeColumn[] = [];
    for (let index = 0; index < 43; index++) {
      // Whole stretches without values, so that every join leaves cells out; some columns have a value everywhere.
      const hidden = `cell // 50 % 3 = 0 OR (cell + ${index}) % 40 = 0`;
      const value = `${index % 9 === 4 ? "" : `CASE WHEN NOT (${hidden}) THEN`} (cell + ${index}) % 100 ${index % 9 === 4 ? "" : "END"}`;
      const dataset = await fill(
        store,
        grid,
        `layer "${index}"`.replaceAll('"', ""),
        types[index % types.length]!,
        value,
      );
      const isFilled = index % 10 === 3 && dataset.dataType !== "text";
      columns.push({ dataset, fill: isFilled ? 77 : undefined });
    }
    const partial = columns.filter(({ dataset }) => dataset.values < grid.size);
    const properties = fc.asyncProperty(
      fc.constantFrom("outer", "inner", "all"),
      fc.constantFrom(columns, partial),
      fc.integer({ min: 900, max: 9000 }),
      fc.constantFrom(undefined, 1, 700_000),
      async (kind, chosen, batchRows, roundBytes) => {
        const more = { join: kind, batchRows, ...(roundBytes !== undefined && { roundBytes }) };
        const merged = merge(store, grid, chosen, more);
        const want = (await store.rows(mergeQueryWithCoordinates(chosen, kind, grid))).map((row) =>
          Object.values(row).slice(1),
        );
        const rows: unknown[][] = [];
        for await (const batch of merged.batches()) {
          expect(batch.numRows).toBeLessThanOrEqual(batchRows);
          for (const row of batch) rows.push(Object.values(row.toJSON()));
        }
        expect(rows.length).toBe(want.length);
        expect(rows).toEqual(want);
        await merged.inParts!(async (given) => {
          const selects = await all(given);
          expect(selects.length).toBeGreaterThan(3);
          const parts: unknown[][][] = [];
          for (const select of selects)
            parts.push((await store.rows(select)).map((row) => Object.values(row)));
          expect(parts[0]!.map((_, row) => parts.flatMap((part) => part[row]!))).toEqual(want);
        });
        const summary = await merged.summary();
        expect(summary.rows).toBe(want.length);
        expect(summary.columns.map(({ name }) => name)).toEqual(chosen.map(({ dataset }) => dataset.name));
        chosen.forEach((_, index) => {
          const nulls = want.filter((row) => row[index + 2] === null).length;
          if (want.length > 0) expect(summary.columns[index]!.nullShare).toBeCloseTo(nulls / want.length, 12);
        });
        const tables = await store.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'");
        expect(tables).toEqual([]);
      },
    );
    await fc.assert(properties, { numRuns: 6 });
  }, 120_000);

  it("is read, and written in parts, with memory for a few of them at a time", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 300, 250] });
    const store = await openStore(40 * MiB);
    const columns: MergeColumn[] = [];
    for (let index = 0; index < 200; index++) {
      const value = `CASE WHEN cell % 50 <> ${index % 50} THEN cell * ${index + 1} % 4099 / 10 END`;
      columns.push({ dataset: await fill(store, grid, `layer${index}`, types[0], value), fill: undefined });
    }
    await store.exec("CHECKPOINT");
    const merged = merge(store, grid, columns, { join: "outer", batchRows: 3000 });
    let rows = 0;
    for await (const batch of merged.batches()) rows += batch.numRows;
    expect(rows).toBe(grid.size);
    const counted = await merged.inParts!(async (selects) =>
      Promise.all(
        (await all(selects)).map((select) => store.rows(`SELECT count(*)::INTEGER AS n FROM (${select})`)),
      ),
    );
    expect(new Set(counted.flat().map(({ n }) => n))).toEqual(new Set([grid.size]));
    expect((await merge(store, grid, columns, { join: "inner", batchRows: 3000 }).summary()).rows).toBe(0);
    await expect(
      store.rows(
        `SELECT count(*) FROM (SELECT DISTINCT ON (cell) * FROM (${mergeQueryWithCoordinates(columns, "outer", grid)}))`,
      ),
    ).rejects.toThrow("Out of Memory");
  }, 120_000);

  it("is read in two halves at the same time if it has many cells, and there is a thread for each", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 360, 180] });
    const large = new Grid({ crs: "EPSG:4326", resolution: [0.2, 0.2], bounds: [0, 0, 360, 180] });
    const store = await openStore(256 * MiB);
    const columns: MergeColumn[] = [];
    for (const [index, type] of types.entries()) {
      const value = `CASE WHEN cell % ${index + 2} <> 0 AND cell % 1000 > 0 THEN (cell + ${index}) % 100 END`;
      columns.push({ dataset: await fill(store, large, `half${index}`, type, value), fill: undefined });
    }
    const full = await fill(store, large, "full", types[1], "cell % 7");
    expect(merge(store, large, columns, { join: "outer", batchRows: 3000 }).inParts).toBeUndefined();
    const halves = { batchRows: 3000, threads: 2 };
    expect(merge(store, grid, columns, { join: "outer", ...halves }).inParts).toBeUndefined();
    for (const join of ["outer", "inner", "all"] as const) {
      for (const chosen of [columns, columns.slice(0, 2), [...columns, { dataset: full, fill: undefined }]]) {
        const merged = merge(store, large, chosen, { join, ...halves });
        await merged.inParts!(async (selects, atOnce) => {
          expect(atOnce).toBe(2);
          const [first, second, ...others] = await all(selects);
          expect(others).toEqual([]);
          const [difference] = await store.rows(
            `SELECT count(*)::INTEGER AS n, count(*) FILTER (to_json(whole) <> to_json(halves))::INTEGER AS wrong
            FROM (SELECT * EXCLUDE (cell) FROM (${mergeQueryWithCoordinates(chosen, join, large)})) AS whole
            POSITIONAL JOIN (SELECT * FROM (${first!}) POSITIONAL JOIN (${second!})) AS halves`,
          );
          expect(difference!["n"]).toBeGreaterThan(200_000);
          expect(difference!["wrong"]).toBe(0);
        });
      }
    }
  }, 120_000);

  it("can have a thousand columns in one statement", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 3, 1] });
    const store = await openStore(256 * MiB);
    const dataset = await fill(store, grid, "layer", types[0], "cell");
    const columns = Array.from({ length: 1001 }, () => ({ dataset, fill: undefined }));
    const statement = mergeQueryWithCoordinates(columns, "outer", grid);
    expect(await store.rows(`SELECT count(*)::INTEGER AS n FROM (${statement})`)).toEqual([{ n: 3 }]);
    const merged = merge(store, grid, columns, { join: "outer", batchRows: 3000 });
    for await (const batch of merged.batches()) expect(batch.numRows).toBe(3);
  }, 120_000);
});
