import { join } from "node:path";
import { DuckDbStore } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { inFolder, run } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const side = 600;

/** Noise to the last bit of a float32, 0 to 100. */
const noise = (col: number, row: number): number => {
  let hash = Math.imul(col + 1, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return Math.fround(((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32) * 100;
};
const block = (index: number): number => Math.floor(index / 50);
const nodata = -9999;

const layers: Record<string, { plain: boolean; value: typeof noise; size?: number; resample?: string }> = {
  noise: { plain: true, value: noise },
  averaged: { plain: true, value: noise, resample: "average" },
  holes: { plain: true, value: (col, row) => (noise(row, col) < 20 ? nodata : noise(col, row)) },
  land: { plain: false, value: (col, row) => (col < 420 ? nodata : noise(col, row)) },
  plateaus: { plain: false, value: (col, row) => noise(block(col), block(row)) },
  rows: { plain: false, value: (_, row) => noise(0, row) },
  zeros: { plain: false, value: (col, row) => ((block(col) + block(row)) % 5 === 0 ? noise(col, row) : 0) },
  coarse: { plain: false, value: noise, size: 60, resample: "near" },
  digits: { plain: false, value: (col, row) => Math.round(noise(col, row) * 10) / 10 },
  thirds: {
    plain: false,
    value: (col, row) => (noise(row, col) < 1 ? 1 / 3 : Math.round(noise(col, row) * 10) / 10),
  },
};

describe("rasters that DuckDB would hardly make smaller", () => {
  it("are stored as they are, and no others", async () => {
    await inFolder(async (folder) => {
      const datasets: Record<string, object> = {};
      for (const [name, { value, size = side, resample = "near" }] of Object.entries(layers)) {
        const path = join(folder, `${name}.tif`);
        const place = { epsg: 4326, geographic: true, origin: [0, 6], pixel: [6 / size, 6 / size] } as const;
        await writeTiff(path, { ...place, width: size, height: size, nodata, value });
        datasets[name] = { path, resample };
      }
      const grid = { crs: "EPSG:4326", resolution: 6 / side, bounds: [0, 0, 6, 6] };
      await run(folder, { grid, datasets, export: { directory: "out" } });
      const store = await DuckDbStore.open(join(folder, "out/quadrat.duckdb"), {
        ...{ memoryBytes: 1e8, threads: 1, temporaryDirectory: folder, readOnly: true },
      });
      try {
        for (const [name, { plain }] of Object.entries(layers)) {
          const kinds = await store.rows<{ compression: string }>(
            `SELECT DISTINCT compression FROM pragma_storage_info('dense.${name}') WHERE segment_type IN ('FLOAT', 'DOUBLE')`,
          );
          const found = kinds.map(({ compression }) => compression);
          if (plain) expect(found, name).toEqual(["Uncompressed"]);
          else expect(found, name).not.toContain("Uncompressed");
        }
      } finally {
        await store.close();
      }
    });
  });
});
