import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inFolder, run } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const width = 1200;
const height = 900;
const place = { epsg: 4326, geographic: true, origin: [0, 9], pixel: [0.01, 0.01] } as const;

/** Smooth values, with nothing in the cells of which the test says so. */
const layers = {
  one: (col: number, row: number) => (row % 7 === 3 ? -9999 : Math.fround((col * 31 + row * 17) / 7)),
  two: (col: number, row: number) => (row % 14 === 3 || col < 5 ? -9999 : (col + row) % 90),
  three: (col: number, row: number) => (row % 7 === 3 || col % 9 === 0 ? -9999 : (col * row) % 251),
};

describe("Parquet of a table of more than a million cells", () => {
  it.each(["outer", "inner", "all"])(
    "has the same bytes whether one thread writes it or two its halves: join %s",
    async (kind) => {
      await inFolder(async (folder) => {
        const datasets: Record<string, object> = {};
        for (const [name, value] of Object.entries(layers)) {
          const path = join(folder, `${name}.tif`);
          await writeTiff(path, { ...place, width, height, nodata: -9999, value });
          datasets[name] = { path, resample: "near" };
        }
        const grid = { crs: "EPSG:4326", resolution: 0.01, bounds: [0, 0, 12, 9] };
        const files: Buffer[] = [];
        for (const threads of [1, 2]) {
          const directory = `out${threads}`;
          const settings = { grid, datasets, threads, merge: { join: kind } };
          await run(folder, { ...settings, export: { formats: ["parquet"], directory } });
          files.push(await readFile(join(folder, directory, "merged.parquet")));
        }
        expect(files[1]!.equals(files[0]!)).toBe(true);
      });
    },
  );
});
