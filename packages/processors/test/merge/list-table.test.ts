import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Grid, type DataType, type Sizes, type StagedDataset } from "@quadrat/core";
import { DuckDbStore, withAbsent } from "@quadrat/core/host";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeQueryWithCoordinates, type Join, type MergeColumn } from "../../src/merge/merge-query.js";
import { RangeMerge } from "../../src/merge/merged-table.js";
import { sparseStarts } from "../../src/merge/sparse-ranges.js";
import { densify, densifyLists } from "../../src/staging/densify.js";
import { sampleType } from "../../src/staging/sample-type.js";
import { makeLists } from "../../src/staging/stage-columns.js";

const signal = new AbortController().signal;
const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 80, 60] });
let store: DuckDbStore;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-lists-"));
  store = await DuckDbStore.open(join(folder, "l.duckdb"), {
    memoryBytes: 128 * 2 ** 20,
    threads: 2,
    temporaryDirectory: folder,
  });
  await store.exec("CREATE SCHEMA dense; CREATE SCHEMA sparse; CREATE SCHEMA staged");
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const sqlTypes = { uint32: "UINTEGER", uint8: "UTINYINT", float64: "DOUBLE", int64: "BIGINT" } as const;
type Type = keyof typeof sqlTypes;

/** A value of a part in a cell, or undefined: cells have some of the parts, and most have none. */
type Value = (cell: number, part: number) => number | undefined;

interface Made {
  readonly dataset: StagedDataset;
  readonly value: Value;
  readonly parts: number;
  readonly fill: number | undefined;
  /** Whether all parts have a value where one has: 0 if no other. */
  readonly full: boolean;
}

/** Stages a dataset as a source would: one column, or several. */
async function stage(
  name: string,
  dataType: Type,
  parts: number | undefined,
  value: Value,
): Promise<StagedDataset> {
  await store.exec(`DROP TABLE IF EXISTS sparse."${name}"; DROP TABLE IF EXISTS dense."${name}"`);
  const rows: string[] = [];
  let cells = 0;
  for (let cell = 0; cell < grid.size; cell++) {
    let any = 0;
    for (let part = 0; part < (parts ?? 1); part++) {
      const found = value(cell, part);
      if (found === undefined) continue;
      any = 1;
      rows.push(`(${cell}, ${parts === undefined ? "" : `${part}, `}${found})`);
    }
    cells += any;
  }
  const type = sqlTypes[dataType];
  await store.exec(
    `CREATE TABLE sparse."${name}" (cell BIGINT, ${parts === undefined ? "" : "part INTEGER, "}value ${type})`,
  );
  if (rows.length > 0) await store.exec(`INSERT INTO sparse."${name}" VALUES ${rows.join(", ")}`);
  const labels = Array.from({ length: parts ?? 0 }, (_, part) => `part ${part}`);
  const columns =
    parts === undefined
      ? undefined
      : await makeLists(store, { schema: "sparse", table: name }, name, labels, signal);
  const entry = {
    name,
    position: 0,
    path: "",
    driver: "",
    method: "",
    key: "",
    dataType: dataType as DataType,
  };
  const facts = { values: cells, min: null, max: null, sha256: "", bytes: 0, records: null };
  return { ...entry, layout: "sparse", ...facts, ...(columns && { columns }) };
}

async function asDense(dataset: StagedDataset): Promise<StagedDataset> {
  const [sparse, dense] = ["sparse", "dense"].map((schema) => ({ schema, table: dataset.name })) as [
    { schema: string; table: string },
    { schema: string; table: string },
  ];
  const type = sampleType(dataset.dataType);
  await (dataset.columns ? densifyLists : densify)(store, sparse, dense, type, grid, signal);
  return { ...dataset, layout: "dense" };
}

/** Numbers of lists of a dense dataset, in which columns have numbers of their own, and all have a value where one has. */
async function asFull(dataset: StagedDataset): Promise<StagedDataset> {
  const dense = await asDense(dataset);
  const numbers = dense.columns!.map((_, position) => 7 * position - 11);
  await store.exec(`
    CREATE OR REPLACE TABLE dense.numbered AS
    SELECT list_transform(parts, lambda part: 7 * part - 11) AS parts, vals FROM dense."${dataset.name}" ORDER BY rowid;
    CREATE SCHEMA IF NOT EXISTS lists;
    CREATE OR REPLACE TABLE lists."${dataset.name}" AS
    SELECT (row_number() OVER (ORDER BY first) + 4)::INTEGER AS list, parts, vals FROM (
      SELECT parts, vals, min(rowid) AS first FROM dense.numbered WHERE parts IS NOT NULL GROUP BY parts, vals) ORDER BY list;
    CREATE OR REPLACE TABLE dense."${dataset.name}" AS
    SELECT list FROM (SELECT rowid AS cell, * FROM dense.numbered) LEFT JOIN lists."${dataset.name}" USING (parts, vals) ORDER BY cell;
    DROP TABLE dense.numbered; DROP TABLE sparse."${dataset.name}"`);
  const columns = dense.columns!.map((column, position) => ({
    ...column,
    ...withAbsent(column, dense.values, 0),
    part: numbers[position]!,
  }));
  return { ...dense, columns, lists: true, absent: 0 };
}

/** The rows that the join has, made cell by cell. */
function rowsOf(made: readonly Made[], join: Join): unknown[][] {
  const rows: unknown[][] = [];
  for (let cell = 0; cell < grid.size; cell++) {
    const values = made.map(({ value, parts, full }) => {
      const own = Array.from({ length: parts }, (_, part) => value(cell, part));
      return full && own.some((one) => one !== undefined) ? own.map((one) => one ?? 0) : own;
    });
    const present = values.map((own) => own.some((one) => one !== undefined));
    const isKept = join === "all" || (join === "inner" ? present.every(Boolean) : present.some(Boolean));
    if (!isKept) continue;
    const row = Math.floor(cell / grid.width);
    const filled = values.flatMap((own, index) => own.map((one) => one ?? made[index]!.fill ?? null));
    rows.push([grid.x.centre(cell % grid.width), grid.y.centre(row), ...filled]);
  }
  return rows;
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

const shape = fc.record({
  type: fc.constantFrom<Type>("uint32", "uint8", "float64", "int64"),
  parts: fc.constantFrom(undefined, 1, 3, 20, 45),
  every: fc.integer({ min: 1, max: 60 }),
  from: fc.integer({ min: 0, max: 4800 }),
  fill: fc.constantFrom(undefined, undefined, 0, 7),
  full: fc.boolean(),
});

describe("a table of datasets with several columns", () => {
  it("has the rows of a join made cell by cell: in batches, from SQL, and in parts", async () => {
    const properties = fc.asyncProperty(
      fc.array(shape, { minLength: 1, maxLength: 3 }),
      fc.constantFrom<Join>("outer", "inner", "all"),
      fc.boolean(),
      fc.integer({ min: 50, max: 3000 }),
      fc.constantFrom(undefined, 1, 100_000),
      async (shapes, join, isDense, batchRows, roundBytes) => {
        const made: Made[] = [];
        const isFull = ({ type, parts, full }: (typeof shapes)[number]): boolean =>
          full && type === "float64" && parts !== undefined;
        const allDense = isDense || join === "all" || shapes.some(isFull);
        for (const [index, one] of shapes.entries()) {
          const { type, parts, every, from, fill } = one;
          const value: Value = (cell, part) =>
            cell >= from && (cell * 7 + part * 13) % (every + (parts ?? 0)) === 0
              ? (cell + part) % 100
              : undefined;
          const staged = await stage(`d${index}`, type, parts, value);
          const full = isFull(one);
          const dataset = full ? await asFull(staged) : allDense ? await asDense(staged) : staged;
          made.push({ dataset, value, parts: parts ?? 1, fill, full });
        }
        const columns: MergeColumn[] = made.flatMap(({ dataset, fill }) =>
          dataset.columns ? dataset.columns.map((_, part) => ({ dataset, part, fill })) : [{ dataset, fill }],
        );
        const want = rowsOf(made, join);
        const sizes: Sizes = { batchRows, windowSize: 256, streaming: true };
        const memory = { limitBytes: 512 * 2 ** 20, batchDone: () => undefined };
        const sparse = columns.every(({ dataset }) => dataset.layout === "sparse");
        const starts =
          sparse &&
          (await sparseStarts(
            store,
            made.map(({ dataset }) => dataset),
          ));
        const merged = new RangeMerge({
          ...{ store, grid, columns, join, sizes, memory, signal },
          ...(starts && { starts }),
          ...(roundBytes !== undefined && { roundBytes }),
        });
        const rows: unknown[][] = [];
        for await (const batch of merged.batches())
          for (const row of batch) rows.push(Object.values(row.toJSON()).map(plain));
        expect(rows).toEqual(want);
        const bySql = await store.rows(mergeQueryWithCoordinates(columns, join, grid));
        expect(bySql.map((row) => Object.values(row).slice(1).map(plain))).toEqual(want);
        const { rows: counted, columns: summaries } = await merged.summary();
        expect(counted).toBe(want.length);
        expect(summaries.map(({ nullShare }) => nullShare)).toEqual(
          columns.map((_, index) =>
            want.length === 0
              ? null
              : (expect.closeTo(
                  want.filter((row) => row[index + 2] === null).length / want.length,
                  9,
                ) as number),
          ),
        );
        if (!merged.inParts) return;
        const parts = await merged.inParts(async (selects) => {
          const found: unknown[][][] = [];
          for await (const select of selects)
            found.push((await store.rows(select)).map((row) => Object.values(row).map(plain)));
          return found;
        });
        expect(want.map((_, row) => parts.flatMap((part) => part[row]!))).toEqual(want);
        expect(new Set(parts.map((part) => part.length))).toEqual(new Set([want.length]));
        const left = await store.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'");
        expect(left).toEqual([]);
      },
    );
    await fc.assert(properties, { numRuns: 25 });
  }, 240_000);
});
