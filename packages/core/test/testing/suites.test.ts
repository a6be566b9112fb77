import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  CellSource,
  MemoryBackend,
  MemoryBackendDefinition,
  RasterSource,
  Reducer,
  ResamplingDefinition,
  SourceDefinition,
  Stage,
  StageDefinition,
} from "../../src/index.js";
import {
  memoryBackendSuite,
  resamplingSuite,
  sourceSuite,
  stageSuite,
  withStageContext,
} from "../../src/testing/index.js";
import { failures } from "./failures.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-suites-"));
  await writeFile(join(folder, "made.nums"), `nums\n${Array.from({ length: 200 }, (_, i) => i).join("\n")}`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const numbers = (path: string): number[] => {
  const [head, ...lines] = readFileSync(path, "utf8").split("\n");
  if (head !== "nums") throw new Error(`${path} begins with ${head}`);
  return lines.map(Number);
};

/** 20 x 10 pixels of a file with a number a line; every seventh is nodata. */
function raster(
  path: string,
  change: (good: RasterSource) => Partial<RasterSource> = () => ({}),
): RasterSource {
  const values = numbers(path).map((value) => (value % 7 === 0 ? NaN : value));
  const good: RasterSource = {
    width: 20,
    height: 10,
    affine: { a: 1, b: 0, c: 0, d: 0, e: -1, f: 10 },
    crs: "EPSG:4326",
    dataType: "uint8",
    blockSize: { width: 20, height: 1 },
    warnings: [],
    read(window) {
      const data = new Float32Array(window.width * window.height);
      data.forEach((_, i) => {
        const [row, col] = [Math.floor(i / window.width), i % window.width];
        data[i] = values[(window.row + row) * 20 + window.col + col]!;
      });
      return Promise.resolve({ window, data });
    },
    close: () => Promise.resolve(),
  };
  return { ...good, ...change(good) };
}

const rasterSource = (change?: Parameters<typeof raster>[1]): SourceDefinition => ({
  name: "nums",
  kind: "raster",
  extensions: [".nums"],
  open: ({ path }) => Promise.resolve().then(() => raster(path, change)),
});

describe("the suite for sources of rasters", () => {
  const suite = (definition: SourceDefinition) =>
    sourceSuite(definition, { path: join(folder, "made.nums") });
  const kept = new Map<string, Float32Array>();

  it("lets one pass that does as it must", async () => {
    expect(await failures(suite(rasterSource()))).toEqual([]);
  });

  it.each<[string, SourceDefinition, RegExp]>([
    [
      "reads any file",
      { ...rasterSource(), open: () => Promise.resolve(raster(join(folder, "made.nums"))) },
      /open must reject if the file does not exist/,
    ],
    ["has no size", rasterSource(() => ({ width: 0 })), /describes its raster: its size is 0 x 10/],
    [
      "names a type that there is not",
      rasterSource(() => ({ dataType: "float" as never })),
      /its dataType is float; allowed: int8/,
    ],
    [
      "gives the pixels of another place",
      rasterSource((good) => ({
        read: (window) =>
          good.read({ ...window, col: Math.max(0, window.col - 1) }).then(({ data }) => ({ window, data })),
      })),
      /a window must equal that part of the whole; column 19 of row 9 is 198/,
    ],
    [
      "gives too few pixels",
      rasterSource((good) => ({
        read: async (window) => ({ window, data: (await good.read(window)).data.slice(1) }),
      })),
      /read must give a value for each of the 200 pixels; it returned 199/,
    ],
    [
      "gives halves as whole numbers",
      rasterSource((good) => ({
        read: async (window) => ({ window, data: (await good.read(window)).data.map((v) => v / 2) }),
      })),
      /its dataType is uint8, but a value is 0.5/,
    ],
    [
      "gives its own buffer",
      rasterSource((good) => ({
        read: async (window) => {
          const key = JSON.stringify(window);
          if (!kept.has(key)) kept.set(key, (await good.read(window)).data as Float32Array);
          return { window, data: kept.get(key)! };
        },
      })),
      /a returned array was changed/,
    ],
    [
      "leaves its file open",
      rasterSource((good) => ({
        read: (window) => {
          const descriptor = openSync(join(folder, "made.nums"), "r");
          setTimeout(() => closeSync(descriptor), 50);
          return good.read(window);
        },
      })),
      /closes its file: close must close the file; it is open/,
    ],
  ])("fails one that %s", async (_, definition, told) => {
    expect((await failures(suite(definition))).join("\n")).toMatch(told);
  });
});

/** A cell for every number of a file; half of the numbers are left out. */
const cellSource = (change: Partial<CellSource> = {}): SourceDefinition => ({
  name: "nums",
  kind: "cells",
  extensions: [".nums"],
  open: ({ path }) =>
    Promise.resolve().then(() => {
      const values = numbers(path);
      return {
        dataType: "int32",
        warnings: [],
        async stage({ store, table, signal }) {
          signal.throwIfAborted();
          await store.exec(
            `CREATE TABLE ${table} AS SELECT range * 2 AS cell, 7::INTEGER AS value FROM range(100)`,
          );
          return { read: values.length, used: 100, skipped: { odd: 100 }, warnings: [] };
        },
        close: () => Promise.resolve(),
        ...change,
      } satisfies CellSource;
    }),
});

describe("the suite for sources of cells", () => {
  const suite = (definition: SourceDefinition) =>
    sourceSuite(definition, { path: join(folder, "made.nums") });
  const stage =
    (select: string, report: object = {}): CellSource["stage"] =>
    async ({ store, table, signal }) => {
      signal.throwIfAborted();
      await store.exec(`CREATE TABLE ${table} AS ${select}`);
      return { read: 100, used: 100, skipped: {}, warnings: [], ...report };
    };

  it("lets one pass that does as it must", async () => {
    expect(await failures(suite(cellSource()))).toEqual([]);
  });

  it.each<[string, Partial<CellSource>, RegExp]>([
    [
      "makes other columns",
      { stage: stage("SELECT range AS cells, 7 AS value FROM range(9)") },
      /must create a table of cell BIGINT, value INTEGER; it has cells BIGINT/,
    ],
    [
      "has rows in disorder",
      { stage: stage("SELECT 9 - range AS cell, 7 AS value FROM range(9)") },
      /rows must ascend by cell/,
    ],
    [
      "leaves the grid",
      { stage: stage("SELECT range + 64000 AS cell, 7 AS value FROM range(900)") },
      /cells must be from 0 to 64799/,
    ],
    [
      "has empty cells",
      { stage: stage("SELECT range AS cell, NULL::INTEGER AS value FROM range(9)") },
      /a cell without a value must have no row/,
    ],
    [
      "loses records",
      { stage: stage("SELECT range AS cell, 7 AS value FROM range(9)", { used: 9 }) },
      /100 read, 9 used, 0 left out/,
    ],
    [
      "makes something else again",
      { stage: stage("SELECT range AS cell, (random() * 1e6)::INTEGER AS value FROM range(9)") },
      /staged again, \d+ rows differ/,
    ],
    [
      "does not heed the signal",
      {
        stage: (target) =>
          stage("SELECT range AS cell, 7 AS value FROM range(9)")({
            ...target,
            signal: new AbortController().signal,
          }),
      },
      /stage must reject when its signal is aborted/,
    ],
  ])("fails one that %s", async (_, change, told) => {
    expect((await failures(suite(cellSource(change)))).join("\n")).toMatch(told);
  });
});

describe("the suite for memory backends", () => {
  const backend = (make: () => MemoryBackend): MemoryBackendDefinition => ({ name: "made", create: make });
  const log: object[] = [];

  it("lets one pass that does as it must", async () => {
    expect(
      await failures(memoryBackendSuite(backend(() => ({ sample: () => ({ used: 1, limit: 2 }) })))),
    ).toEqual([]);
  });

  it.each<[string, () => MemoryBackend, RegExp]>([
    [
      "gives no number",
      () => ({ sample: () => ({ used: NaN, limit: 1 }) }),
      /used must be a number of bytes, 0 or more; it is NaN/,
    ],
    [
      "has no limit",
      () => ({ sample: () => Promise.resolve({ used: 1, limit: Infinity }) }),
      /limit must be a number of bytes above 0; it is Infinity/,
    ],
    [
      "keeps its readings",
      () => ({
        sample() {
          log.push(new Array<number>(500).fill(1));
          return { used: 1, limit: 2 };
        },
      }),
      /holds nothing of its readings: .* more bytes are held/,
    ],
  ])("fails one that %s", async (_, make, told) => {
    expect((await failures(memoryBackendSuite(backend(make)))).join("\n")).toMatch(told);
  });
});

describe("the suite for stages", () => {
  const stage = (make: () => Stage): StageDefinition => ({
    name: "made",
    at: { position: "after", stage: "merge" },
    create: make,
  });
  const counting: Stage = {
    name: "made",
    async run({ merged, signal }) {
      let rows = 0;
      for await (const batch of merged!.batches()) {
        signal.throwIfAborted();
        rows += batch.numRows;
      }
      return { rows };
    },
  };
  const suite = (definition: StageDefinition) =>
    stageSuite(definition, { withContext: (work, { signal }) => withStageContext(work, { signal }) });

  it("lets one pass that does as it must", async () => {
    expect(await failures(suite(stage(() => ({ ...counting }))))).toEqual([]);
  });

  it.each<[string, StageDefinition, RegExp]>([
    [
      "does not say where it goes",
      { name: "made", create: () => ({ ...counting }) },
      /does not say where it goes/,
    ],
    ["is the same in every run", stage(() => counting), /create must return a new stage for every run/],
    [
      "tells no rows",
      stage(() => ({ name: "made", run: () => Promise.resolve({} as { rows: number }) })),
      /run must return \{ rows: a whole number \}; it returned \{\}/,
    ],
    [
      "wraps an abort",
      stage(() => ({
        name: "made",
        run: (context) => counting.run(context).catch(() => Promise.reject(new Error("broken"))),
      })),
      /an abort must pass through unchanged; run rejected with Error: broken/,
    ],
  ])("fails one that %s", async (_, definition, told) => {
    expect((await failures(suite(definition))).join("\n")).toMatch(told);
  });
});

describe("the suite for resampling methods", () => {
  const method = (make: () => Reducer): ResamplingDefinition => ({ name: "made", create: make });

  it("lets one pass that does as it must", async () => {
    expect(await failures(resamplingSuite(method(() => ({ reduce: (values) => values[0]! }))))).toEqual([]);
  });

  it.each<[string, () => Reducer, RegExp]>([
    [
      "gives no number",
      () => ({ reduce: () => "7" as never }),
      /reduce must return a number; for one pixel it returned 7/,
    ],
    [
      "remembers the cell before",
      () => {
        let before = 0;
        return { reduce: (values) => (before += values.length) };
      },
      /one pixel gave 1 in one order/,
    ],
  ])("fails one that %s", async (_, make, told) => {
    expect((await failures(resamplingSuite(method(make)))).join("\n")).toMatch(told);
  });
});
