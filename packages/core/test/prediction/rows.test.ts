import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grid, type OpenDataset, type RasterSource, type Window } from "../../src/index.js";
import { firstBatch } from "../../src/prediction/batch.js";
import { estimateRecords } from "../../src/prediction/records.js";
import { lookAtInputs } from "../../src/prediction/rows.js";
import { decimalText } from "../../src/prediction/text-width.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-rows-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const grid = new Grid({ crs: "EPSG:4326", resolution: [0.01, 0.01], bounds: [0, 0, 20, 10] });

/** A raster of the grid's cells from a function of shares of its extent, and the windows that were read of it. */
function raster(
  name: string,
  value: (u: number, v: number) => number,
  {
    extent = [0, 0, 20, 10],
    block = 256,
  }: { extent?: [number, number, number, number]; block?: number } = {},
): { dataset: OpenDataset; windows: Window[] } {
  const windows: Window[] = [];
  const [width, height] = [(extent[2] - extent[0]) * 100, (extent[3] - extent[1]) * 100];
  const source: RasterSource = {
    width,
    height,
    affine: { a: 0.01, b: 0, c: extent[0], d: 0, e: -0.01, f: extent[3] },
    crs: "EPSG:4326",
    dataType: "float32",
    blockSize: { width: block, height: block },
    warnings: [],
    read(window) {
      windows.push(window);
      const data = new Float32Array(window.width * window.height);
      for (let i = 0; i < data.length; i++) {
        const col = window.col + (i % window.width);
        const row = window.row + Math.floor(i / window.width);
        data[i] = value(col / width, row / height);
      }
      return Promise.resolve({ window, data });
    },
    close: () => Promise.resolve(),
  };
  const config = { path: name } as OpenDataset["config"];
  const common = { name, config, driver: "test", crs: "EPSG:4326", method: "near", warnings: [] };
  const dataset: OpenDataset = {
    ...common,
    source: { kind: "raster", raster: source },
    dataType: "float32",
    extent,
  };
  return { dataset, windows };
}

const west = raster("west", (u) => (u < 0.5 ? 1.5 : NaN));
const north = raster("north", (_, v) => (v < 0.5 ? 2.5 : NaN));

describe("rows of rasters", () => {
  it.each([
    ["outer", 0.75],
    ["inner", 0.25],
    ["all", 1],
  ] as const)("follow from where they have values together: %s", async (join, share) => {
    const { rows } = await lookAtInputs(grid, [west.dataset, north.dataset], join);
    expect(Math.abs(rows / grid.size - share)).toBeLessThan(0.05);
  });

  it("follow from the part of the grid that a raster covers", async () => {
    const small = raster("small", () => 7, { extent: [3, 4, 4, 5] });
    const { rows, columns } = await lookAtInputs(grid, [small.dataset], "outer");
    expect(Math.abs(rows / 10_000 - 1)).toBeLessThan(0.05);
    expect(columns[0]).toMatchObject({ characters: 1, reads: 10_000 });
  });

  it("are found by reading no more than 64 small windows, and none where blocks are huge", async () => {
    const seen = raster("seen", () => 1);
    await lookAtInputs(grid, [seen.dataset], "outer");
    expect(seen.windows.length).toBeLessThanOrEqual(64);
    const pixels = seen.windows.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(pixels).toBeLessThan(80_000);
    const wide = new Grid({ crs: "EPSG:4326", resolution: [0.01, 0.01], bounds: [0, 0, 200, 100] });
    const huge = raster("huge", () => NaN, { extent: [0, 0, 200, 100], block: 10_000 });
    expect((await lookAtInputs(wide, [huge.dataset], "outer")).rows).toBe(wide.size);
    expect(huge.windows).toEqual([]);
  });

  it("count a raster that can't be read as full", async () => {
    const broken = raster("broken", () => {
      throw new Error("damaged");
    });
    expect((await lookAtInputs(grid, [broken.dataset], "outer")).rows).toBe(grid.size);
  });
});

describe("rows of tables", () => {
  const points = (path: string): OpenDataset => ({
    name: path,
    config: { path, x: "x", y: "y" } as OpenDataset["config"],
    source: { kind: "cells", cells: {} as never },
    driver: "table",
    crs: "EPSG:4326",
    method: "records",
    dataType: "int64",
    extent: undefined,
    warnings: [],
  });
  const text = `x,y\n${Array.from({ length: 20_000 }, (_, i) => `${(i % 997) / 100},${i / 7919}`).join("\n")}\n`;

  it("are the records at most, packed or not, and never more than the grid has cells", async () => {
    const [plain, packed] = [join(folder, "plain.csv"), join(folder, "packed.csv.gz")];
    await writeFile(plain, text);
    await writeFile(packed, gzipSync(text));
    for (const path of [plain, packed])
      expect(Math.abs((await estimateRecords(path)) / 20_000 - 1)).toBeLessThan(0.25);
    const fine = new Grid({ crs: "EPSG:4326", resolution: [0.001, 0.001], bounds: [-180, -90, 180, 90] });
    for (const join of ["outer", "inner"] as const) {
      const { rows } = await lookAtInputs(fine, [points(plain), points(plain)], join);
      expect(Math.abs(rows / 20_000 - 1)).toBeLessThan(0.25);
    }
    const coarse = new Grid({ crs: "EPSG:4326", resolution: [90, 90], bounds: [-180, -90, 180, 90] });
    expect((await lookAtInputs(coarse, [points(plain)], "outer")).rows).toBe(8);
    expect((await lookAtInputs(fine, [points(plain)], "all")).rows).toBe(fine.size);
  });

  it("are exact in a small file, with or without a line feed at its end", async () => {
    for (const [name, content, records] of [
      ["three.csv", "x,y\n1,1\n2,2\n3,3\n", 3],
      ["open.csv", "x,y\n1,1\n2,2", 2],
      ["bare.csv", "x,y\n", 0],
    ] as const) {
      await writeFile(join(folder, name), content);
      expect(await estimateRecords(join(folder, name))).toBe(records);
    }
    expect(await estimateRecords(join(folder, "missing.csv"))).toBe(0);
  });
});

describe("smaller parts", () => {
  it("print float32 as the outputs do", () => {
    expect(decimalText(Math.fround(0.1), "float32")).toBe("0.1");
    expect(decimalText(Math.fround(16777216), "float32")).toBe("16777216");
    expect(decimalText(0.1, "float64")).toBe("0.1");
  });

  it("begin with the configured batch unless it takes more than a tenth of the limit", () => {
    expect(firstBatch(40, 5000, 512e6).rows).toBe(5000);
    expect(firstBatch(816, 1_000_000, 512e6).rows).toBe(15_686);
    expect(firstBatch(1e9, 5000, 512e6).rows).toBe(100);
  });
});
