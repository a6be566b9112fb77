import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inFolder, readCsv, run } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const count = 200;

describe("many datasets of few cells", () => {
  it("find room in DuckDB, which is held to little while rasters are staged", async () => {
    await inFolder(async (folder) => {
      await writeTiff(join(folder, "small.tif"), {
        width: 32,
        height: 22,
        epsg: 4326,
        geographic: true,
        origin: [0, 22],
        pixel: [1, 1],
        nodata: -9999,
        value: (col, row) => (col === row ? -9999 : Math.sin(col * 22 + row)),
      });
      const names = Array.from({ length: count }, (_, k) => `layer${k}`);
      await run(folder, {
        grid: { crs: "EPSG:4326", resolution: 2, bounds: [-2, -2, 34, 24] },
        datasets: Object.fromEntries(names.map((name) => [name, { path: "small.tif", resample: "near" }])),
        threads: 1,
        export: { directory: "out" },
      });
      const rows = await readCsv(join(folder, "out", "merged.csv"));
      expect(rows.length).toBeGreaterThan(100);
      for (const row of rows) expect(new Set(names.map((name) => row[name])).size).toBe(1);
    });
  });
});
