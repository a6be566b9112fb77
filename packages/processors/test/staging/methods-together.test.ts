import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { Mask, WorkerPool } from "@quadrat/core";
import { Grid, totals, type DataType, type GridSpec, type ResamplingMethod } from "@quadrat/core/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTiff, dataOffset, type TestField } from "../../../geotiff/test/tiff-writer.js";
import { openReopenable } from "../../src/inputs/geotiff.js";
import { resultType } from "../../src/resample/index.js";
import { columnBytes } from "./column-bytes.js";
import { endTasks, bandsOf } from "../../src/staging/raster-bands.js";
import { planFor } from "../../src/staging/plan.js";
import type { RasterJob } from "../../src/staging/start-band.js";

const [width, height] = [800, 400];
/** The size of a tile, and how many there are. */
const edge = 128;
const blocks = Math.ceil(width / edge) * Math.ceil(height / edge);
const nodata = -9999;

/** Tiles of float32, 0.02 degree, from (0, 50) on, a fifth of which is nodata. */
async function writeTiles(path: string): Promise<void> {
  const parts: Buffer[] = [];
  for (let top = 0; top < height; top += edge) {
    for (let left = 0; left < width; left += edge) {
      const values = new Float32Array(edge * edge);
      for (let i = 0; i < values.length; i++) {
        const [col, row] = [left + (i % edge), top + Math.floor(i / edge)];
        values[i] = (col + 2 * row) % 5 === 0 ? nodata : Math.round(100 * Math.sin(col / 40 + row / 90)) / 4;
      }
      parts.push(deflateSync(new Uint8Array(values.buffer), { level: 1 }));
    }
  }
  let at = dataOffset;
  const fields: TestField[] = [
    { tag: 256, type: "long", values: [width] },
    { tag: 257, type: "long", values: [height] },
    { tag: 258, type: "short", values: [32] },
    { tag: 259, type: "short", values: [8] },
    { tag: 322, type: "short", values: [edge] },
    { tag: 323, type: "short", values: [edge] },
    { tag: 324, type: "long", values: parts.map(({ length }) => (at += length) - length) },
    { tag: 325, type: "long", values: parts.map(({ length }) => length) },
    { tag: 339, type: "short", values: [3] },
    { tag: 33550, type: "double", values: [0.02, 0.02, 0] },
    { tag: 33922, type: "double", values: [0, 0, 0, 0, 50, 0] },
    { tag: 42113, type: "ascii", values: String(nodata) },
  ];
  await writeFile(path, makeTiff({ data: Buffer.concat(parts), fields }));
}

const aligned: GridSpec = { crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [0, 42, 16, 50] };
const askew: GridSpec = { crs: "EPSG:4326", resolution: [0.07, 0.11], bounds: [-1, 41.9, 16.03, 50.09] };
const elsewhere: GridSpec = {
  ...{ crs: "EPSG:3035", resolution: [10_000, 10_000] },
  bounds: [3_600_000, 2_300_000, 4_700_000, 3_000_000],
};

let folder = "";
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-methods-"));
  pool = new WorkerPool(2);
  await writeTiles(join(folder, "tiles.tif"));
}, 120_000);
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

interface Staged {
  /** The cells of each column, and which have a value. */
  readonly columns: readonly string[];
  readonly decoded: number;
  readonly readings: number;
}

async function staged(
  spec: GridSpec,
  methods: readonly ResamplingMethod[],
  { threads = 1, windowSize = 2048, inThreads = true, masked = false } = {},
): Promise<Staged> {
  const path = join(folder, "tiles.tif");
  const raster = await openReopenable({ path, band: 1, scaled: true });
  const here = new Proxy(raster, {
    get: (target, key): unknown =>
      key === "reopen" && !inThreads ? undefined : Reflect.get(target, key, target),
  });
  const grid = new Grid(spec);
  const [first, ...others] = methods.map((method): { method: ResamplingMethod; dataType: DataType } => ({
    method,
    dataType: resultType(method, "float32"),
  }));
  const { plan } = planFor(here, "EPSG:4326", grid, first!.method);
  const job: RasterJob = {
    key: JSON.stringify([spec, methods, threads, windowSize, masked]),
    ...{ raster: here, crs: "EPSG:4326", grid, plan, ...first! },
    ...(others.length > 0 && { others }),
    mask: masked ? everyThird(grid) : undefined,
  };
  const before = totals(pool.counts);
  const bytes = methods.map(() => columnBytes(grid.size));
  const options = {
    ...{ workers: pool, lanes: [...Array(threads).keys()] },
    sizes: { windowSize, batchRows: 1, streaming: false },
    ...{ signal: new AbortController().signal, storePath: join(folder, "quadrat.duckdb") },
  };
  for await (const { rowStart, rowEnd, columns } of bandsOf(job, 0, options)) {
    const cells = (rowEnd - rowStart) * grid.width;
    for (const [k, own] of bytes.entries()) own.add(columns?.[k], cells);
  }
  await endTasks(pool);
  await raster.close();
  const after = totals(pool.counts);
  return {
    columns: bytes.map((own) => own.hash()),
    decoded: after.decode.calls - before.decode.calls,
    readings: after.read.calls - before.read.calls,
  };
}

function everyThird(grid: Grid): Mask {
  const mask = Mask.builder(grid);
  for (let row = 0; row < grid.height; row++)
    for (let column = 0; column < grid.width; column += 3) mask.add(row, column, column + 1);
  return mask.build();
}

const statistics = ["average", "sum", "count", "coverage", "stdev", "variety"] as const;

describe("several methods over one raster", () => {
  it.each([
    ["aligned", aligned],
    ["askew", askew],
    ["elsewhere", elsewhere],
  ] as const)(
    "%s: decode each block as often as one method does, to the same bytes",
    async (_, spec) => {
      const alone: Staged[] = [];
      for (const method of statistics) alone.push(await staged(spec, [method]));
      const expected = alone.map(({ columns }) => columns[0]);
      const together = await staged(spec, statistics);
      expect(together.columns).toEqual(expected);
      expect(alone[0]!.decoded).toBeGreaterThan(0);
      expect(together.decoded).toBeLessThanOrEqual(1.1 * Math.max(alone[0]!.decoded, blocks));
      expect(together.readings).toBeLessThanOrEqual(1.1 * alone[0]!.readings);
      for (const how of [{ threads: 2, windowSize: 200 }, { inThreads: false }]) {
        expect((await staged(spec, statistics, how)).columns, JSON.stringify(how)).toEqual(expected);
      }
    },
    120_000,
  );

  it.each([
    ["aligned", aligned],
    ["elsewhere", elsewhere],
  ] as const)(
    "%s: find their blocks in the cache if their windows differ",
    async (_, spec) => {
      const methods = ["near", "bilinear", "average", "lanczos", "mode"] as const;
      const expected: (string | undefined)[] = [];
      for (const method of methods) expected.push((await staged(spec, [method])).columns[0]);
      const together = await staged(spec, methods);
      expect(together.columns).toEqual(expected);
      expect(together.decoded).toBeLessThanOrEqual(1.3 * blocks);
    },
    120_000,
  );

  it("leave out the same cells within a mask", async () => {
    const methods = ["near", "average", "variety"] as const;
    const expected: (string | undefined)[] = [];
    for (const method of methods)
      expected.push((await staged(aligned, [method], { masked: true })).columns[0]);
    expect((await staged(aligned, methods, { masked: true, threads: 2 })).columns).toEqual(expected);
  });
});
