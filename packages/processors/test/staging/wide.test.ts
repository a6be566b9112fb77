import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { WorkerPool } from "@quadrat/core";
import { Grid, totals, type GridSpec, type ResamplingMethod } from "@quadrat/core/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTiff, dataOffset, type TestField } from "../../../geotiff/test/tiff-writer.js";
import { openReopenable } from "../../src/inputs/geotiff.js";
import { endTasks, rasterBands } from "../../src/staging/raster-bands.js";
import { resampleBand } from "../../src/resample/index.js";
import { toColumn } from "../../src/staging/column.js";
import { planFor } from "../../src/staging/plan.js";

const [width, height] = [20_000, 1024];
const value = (col: number, row: number): number => ((col >> 4) * 3 + row) % 1000;

/** A float32 raster of 0.001 degree in blocks of this size, from (0, 50) on; `up` puts its first row in the south. */
async function writeRaster(
  path: string,
  [across, down]: readonly [number, number],
  { tiled = across < width, up = false } = {},
): Promise<void> {
  const parts: Buffer[] = [];
  for (let top = 0; top < height; top += down) {
    for (let left = 0; left < width; left += across) {
      const values = new Float32Array(across * down);
      for (let i = 0; i < values.length; i++) {
        values[i] = value(left + (i % across), top + Math.floor(i / across));
      }
      parts.push(deflateSync(new Uint8Array(values.buffer), { level: 1 }));
    }
  }
  let at = dataOffset;
  const offsets = parts.map(({ length }) => (at += length) - length);
  const lengths = parts.map(({ length }) => length);
  const place: TestField[] = up
    ? [{ tag: 34264, type: "double", values: [0.001, 0, 0, 0, 0, 0.001, 0, 48.976, 0, 0, 0, 0, 0, 0, 0, 1] }]
    : [
        { tag: 33550, type: "double", values: [0.001, 0.001, 0] },
        { tag: 33922, type: "double", values: [0, 0, 0, 0, 50, 0] },
      ];
  const size: TestField[] = tiled
    ? [
        { tag: 322, type: "short", values: [across] },
        { tag: 323, type: "short", values: [down] },
      ]
    : [{ tag: 278, type: "long", values: [down] }];
  const fields: TestField[] = [
    { tag: 256, type: "long", values: [width] },
    { tag: 257, type: "long", values: [height] },
    { tag: 258, type: "short", values: [32] },
    { tag: 259, type: "short", values: [8] },
    { tag: tiled ? 324 : 273, type: "long", values: offsets },
    { tag: tiled ? 325 : 279, type: "long", values: lengths },
    { tag: 339, type: "short", values: [3] },
    ...size,
    ...place,
  ];
  const sorted = [...fields].sort((one, other) => one.tag - other.tag);
  await writeFile(path, makeTiff({ data: Buffer.concat(parts), fields: sorted }));
}

const cells: GridSpec = { crs: "EPSG:4326", resolution: [0.001, 0.001], bounds: [0, 48.976, 20, 50] };
/** A quarter as many, for methods that take longer. */
const coarse: GridSpec = { ...cells, resolution: [0.002, 0.002] };
const elsewhere: GridSpec = {
  ...{ crs: "EPSG:3035", resolution: [1000, 1000] },
  bounds: [3_600_000, 2_700_000, 5_000_000, 3_000_000],
};

let folder = "";
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-wide-"));
  pool = new WorkerPool(3);
  await writeRaster(join(folder, "tiles.tif"), [512, 512]);
  await writeRaster(join(folder, "strips.tif"), [width, 128]);
  await writeRaster(join(folder, "streamed.tif"), [width, 512]);
  await writeRaster(join(folder, "up.tif"), [width, 1024], { up: true });
}, 120_000);
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

/** The hash of all cells, and how many blocks were decoded for them. */
async function staged(
  name: string,
  spec: GridSpec,
  method: ResamplingMethod,
  { threads = 1, windowSize = 256, fromRow = 0 } = {},
): Promise<{ hash: string; decoded: number; first: number[] }> {
  const raster = await openReopenable({ path: join(folder, name), band: 1, scaled: true });
  const grid = new Grid(spec);
  const { plan } = planFor(raster, "EPSG:4326", grid, method);
  const job = {
    key: name + method + windowSize,
    raster,
    crs: "EPSG:4326",
    grid,
    method,
    dataType: "float32",
    plan,
  } as const;
  const before = totals(pool.counts).decode.calls;
  const hash = createHash("sha256");
  const first: number[] = [];
  const options = {
    ...{
      workers: pool,
      lanes: Array.from({ length: threads }, (_, lane) => lane),
      sizes: { windowSize, batchRows: 1, streaming: false },
    },
    ...{ signal: new AbortController().signal, storePath: join(folder, "quadrat.duckdb") },
  };
  for await (const { rowStart, column } of rasterBands(job, fromRow, options)) {
    const { values } = column!;
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    if (rowStart === fromRow) first.push(...Array.from(values.slice(0, 3), Number));
    const files = (await readdir(folder)).filter((file) => file.endsWith(".blocks"));
    expect(files, "nothing of the scratch file is to be seen").toEqual([]);
  }
  await endTasks(pool);
  await raster.close();
  return { hash: hash.digest("hex"), decoded: totals(pool.counts).decode.calls - before, first };
}

/** The hash of all cells, made in one band without a scratch file. */
async function direct(name: string, spec: GridSpec, method: ResamplingMethod): Promise<string> {
  const raster = await openReopenable({ path: join(folder, name), band: 1, scaled: true });
  const { plan } = planFor(raster, "EPSG:4326", new Grid(spec), method);
  const data = await resampleBand(plan, 0, plan.grid.height, 4096 ** 2, { dataType: "float32" });
  await raster.close();
  const { values } = toColumn(data, "float32");
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

describe("a raster of which no row of blocks fits into memory", () => {
  it.each([
    ["tiles.tif", "near", 80],
    ["tiles.tif", "cubic", 80],
    ["tiles.tif", "mode", 80],
    ["strips.tif", "near", 8],
    ["strips.tif", "bilinear", 8],
    ["streamed.tif", "near", 1024],
    ["streamed.tif", "average", 1024],
    ["up.tif", "near", 1024],
  ] as const)(
    "%s, %s: is decoded once, whatever the threads and windows, to the same cells",
    async (name, method, blocks) => {
      const spec = method === "near" ? cells : coarse;
      const results = [];
      for (const how of [{}, { threads: 2 }, { threads: 3, windowSize: 300 }, { windowSize: 4096 }]) {
        results.push(await staged(name, spec, method, how));
      }
      expect(results.map(({ decoded }) => decoded / blocks <= 1.2 || decoded)).toEqual([
        true,
        true,
        true,
        true,
      ]);
      const expected = await direct(name, spec, method);
      expect(results.map(({ hash }) => hash)).toEqual(results.map(() => expected));
      if (method === "near")
        expect(results[0]!.first).toEqual([0, 0, 0].map((_, i) => value(i, name === "up.tif" ? 1023 : 0)));
    },
    240_000,
  );

  it("is decoded once from where an interrupted run has stopped", async () => {
    const { decoded, first } = await staged("tiles.tif", cells, "near", { threads: 2, fromRow: 700 });
    expect(decoded).toBeLessThanOrEqual(48);
    expect(first).toEqual([700, 700, 700]);
  });

  it.each(["tiles.tif", "streamed.tif"])(
    "%s, across projections",
    async (name) => {
      const blocks = name === "tiles.tif" ? 80 : 1024;
      const results = [];
      for (const how of [{}, { threads: 2 }, { windowSize: 2048 }]) {
        results.push(await staged(name, elsewhere, "bilinear", how));
      }
      const expected = await direct(name, elsewhere, "bilinear");
      expect(results.map(({ hash }) => hash)).toEqual(results.map(() => expected));
      for (const { decoded } of results) expect(decoded / blocks).toBeLessThanOrEqual(1.2);
    },
    240_000,
  );
});
