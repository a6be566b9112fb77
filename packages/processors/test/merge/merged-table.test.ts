import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Catalogue, Grid, type Sizes, type StagedDataset } from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeQueryWithCoordinates, needsDense } from "../../src/merge/merge-query.js";
import { RangeMerge } from "../../src/merge/merged-table.js";
import { denseBatch } from "../../src/staging/cells.js";
import { toColumn } from "../../src/staging/column.js";
import { densify } from "../../src/staging/densify.js";

type Join = "outer" | "inner" | "all";
interface Layer {
  readonly layout: "dense" | "sparse";
  readonly values: readonly (number | null)[];
  readonly fill: number | undefined;
}

const grid = new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [-1, -0.7, 1.3, 0.2] });
const signal = new AbortController().signal;
let folder: string;
let store: DuckDbStore;
let catalogue: Catalogue;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-merge-"));
  store = await DuckDbStore.open(join(folder, "m.duckdb"), {
    memoryBytes: 3e8,
    threads: 2,
    temporaryDirectory: folder,
  });
  catalogue = await Catalogue.open(store);
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** What the join must give, worked out cell by cell without SQL. */
function expected(layers: readonly Layer[], kind: Join): (number | null)[][] {
  const rows: (number | null)[][] = [];
  for (let cell = 0; cell < grid.size; cell++) {
    const values = layers.map((layer) => layer.values[cell] ?? null);
    const present = values.filter((value) => value !== null).length;
    if (kind === "outer" ? present === 0 : kind === "inner" && present < layers.length) continue;
    const x = grid.x.centre(cell % grid.width);
    const y = grid.y.centre(Math.floor(cell / grid.width));
    rows.push([x, y, ...values.map((value, i) => value ?? layers[i]!.fill ?? null)]);
  }
  return rows;
}

async function stage(layers: readonly Layer[], join: Join): Promise<StagedDataset[]> {
  const staged: StagedDataset[] = [];
  for (const [position, layer] of layers.entries()) {
    const name = `layer "${position}"`;
    const common = {
      name,
      position,
      path: "",
      driver: "",
      method: "",
      dataType: "float32" as const,
      key: "",
    };
    const entry = { ...common, layout: layer.layout };
    await catalogue.start(entry);
    const values = layer.values.filter((value) => value !== null);
    if (layer.layout === "dense") {
      const column = toColumn(
        Float32Array.from(layer.values, (value) => value ?? Number.NaN),
        "float32",
      );
      const half = Math.floor(grid.height / 2) * grid.width;
      const parts = [
        toColumn(
          Float32Array.from(layer.values.slice(0, half), (v) => v ?? Number.NaN),
          "float32",
        ),
        toColumn(
          Float32Array.from(layer.values.slice(half), (v) => v ?? Number.NaN),
          "float32",
        ),
      ];
      await store.append(catalogue.table(name, "dense"), [
        denseBatch("float32", parts[0]!),
        denseBatch("float32", parts[1]!),
      ]);
      expect(column.nulls).toBe(grid.size - values.length);
    } else {
      const pairs = layer.values.flatMap((value, cell) => (value === null ? [] : [`(${cell}, ${value})`]));
      const table = `sparse."layer ""${position}"""`;
      await store.exec(`CREATE TABLE ${table} (cell BIGINT, value FLOAT)`);
      if (pairs.length > 0) await store.exec(`INSERT INTO ${table} VALUES ${pairs.join(", ")}`);
    }
    const facts = { values: values.length, min: null, max: null, sha256: "", bytes: 0, records: null };
    staged.push({ ...(await catalogue.complete(entry, facts, grid)) });
  }
  if (!needsDense(staged, join)) return staged;
  for (const [index, dataset] of staged.entries()) {
    if (dataset.layout === "dense") continue;
    const [from, to] = [catalogue.table(dataset.name, "sparse"), catalogue.table(dataset.name, "dense")];
    await densify(store, from, to, "float32", grid, signal);
    staged[index] = { ...dataset, layout: "dense" };
  }
  return staged;
}

const value = fc.option(fc.integer({ min: 0, max: 9 }), { freq: 2 });
const layer: fc.Arbitrary<Layer> = fc.record({
  layout: fc.constantFrom("dense" as const, "sparse" as const),
  values: fc.oneof(
    fc.array(value, { minLength: grid.size, maxLength: grid.size }),
    fc.constant(Array.from({ length: grid.size }, () => null)),
  ),
  fill: fc.option(fc.constant(-5), { nil: undefined }),
});

describe("RangeMerge", () => {
  it("gives the rows of a join made cell by cell, in both modes and in between, and from SQL", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(layer, { minLength: 1, maxLength: 4 }),
        fc.constantFrom<Join>("outer", "inner", "all"),
        fc.integer({ min: 1, max: 300 }),
        fc.option(fc.nat(12), { nil: undefined }),
        fc.option(fc.nat(20), { nil: undefined }),
        fc.boolean(),
        async (layers, join, batchRows, switchAfter, exhaustAfter, short) => {
          const staged = await stage(layers, join);
          const columns = staged.map((dataset, index) => ({ dataset, fill: layers[index]!.fill }));
          // Streamed from the beginning, or from the middle of a range on, or not at all; what is in memory may have to go.
          let loaded = 0;
          let exported = 0;
          const streaming = () => switchAfter !== undefined && loaded >= switchAfter;
          const sizes: Sizes = {
            batchRows,
            windowSize: 256,
            get streaming() {
              return streaming();
            },
            get exhausted() {
              return exhaustAfter !== undefined && exported >= exhaustAfter;
            },
          };
          const memory = {
            // Rows that are too many beside other work are read again.
            limitBytes: short ? 1 : 2 ** 29,
            batchDone: (stage: string) => void (stage === "merge" ? loaded++ : exported++),
          };
          const loadedBytes = 40 * batchRows;
          const merged = new RangeMerge({ store, grid, columns, join, sizes, memory, signal, loadedBytes });
          if (!streaming()) await merged.load(() => undefined);
          merged.release();
          const rows: (number | null)[][] = [];
          for await (const batch of merged.batches()) {
            expect(batch.numRows).toBeLessThanOrEqual(batchRows);
            for (const row of batch) rows.push(Object.values(row.toJSON()) as (number | null)[]);
          }
          const want = expected(layers, join);
          expect(rows).toEqual(want);
          expect(merged.rowCount).toBe(want.length);
          const summary = await merged.summary();
          expect(summary.rows).toBe(want.length);
          layers.forEach((_, i) => {
            const nulls = want.filter((row) => row[i + 2] === null).length;
            if (want.length > 0) expect(summary.columns[i]!.nullShare).toBeCloseTo(nulls / want.length, 12);
          });
          const viaSql = await store.rows(merged.sql());
          expect(viaSql.map((row) => Object.values(row))).toEqual(want);
          await store.exec(
            `CREATE OR REPLACE VIEW merged AS ${mergeQueryWithCoordinates(columns, join, grid)}`,
          );
          expect((await store.rows("SELECT * EXCLUDE (cell) FROM merged")).length).toBe(want.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});
