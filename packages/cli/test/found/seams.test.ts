import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byPlace, command, inFolder, readCsv } from "../e2e/support/quadrat.js";
import { agreeWith, missing, runFolder, withFound } from "./support.js";

const isLong = { timeout: 120_000 };

describe.skipIf(missing)("files from practice, on ../shared/data/found", isLong, () => {
  it("r50: a sinusoidal globe on a grid from 0 to 360", async () => {
    await withFound("r50-seam-of-the-source-inside-the-grid", async (folder) => {
      const report = await runFolder(folder);
      const peer = join(folder, "expected.csv");
      // 60 x 60 parts of a pixel: a side is known to a sixtieth of a pixel, which counts where a cell has few.
      const close = (expected: number): number => 0.006 * Math.abs(expected);
      const ours = await agreeWith(report, peer, ["average", "total"], close);
      const total = [...ours.values()].reduce((sum, row) => sum + Number(row["total"]), 0);
      expect(total / 2_947_963.2).toBeCloseTo(1, 4);
    });
  });

  it("24: records at negative longitudes on a grid from 160 to 210", async () => {
    await withFound("24-pacific-grid", async (folder) => {
      const report = await runFolder(folder);
      const rows = await readCsv(report.files[0]!.path);
      const counts = rows.map(({ x, n }) => [Number(x), Number(n)]);
      expect(counts).toEqual([
        [165, 1],
        [175, 1],
        [185, 1],
        [195, 1],
        [205, 0],
      ]);
    });
  });
});

describe("records on grids beyond 180 degrees", isLong, () => {
  const records = [
    ["decimalLongitude", "decimalLatitude"],
    [175.5, -15.5],
    [-174.5, -15.5],
    [-180, -15.5],
    [180, -15.5],
    [-150, -15.5],
    [20, -15.5],
  ];

  it.each([
    ["160 to 210", [160, -20, 210, -10], { 175: 1, 185: 3, 205: 1 }, 1],
    ["-200 to -150", [-200, -20, -150, -10], { "-185": 1, "-175": 3, "-155": 1 }, 1],
    ["0 to 360", [0, -20, 360, -10], { 25: 1, 175: 1, 185: 3, 215: 1 }, 0],
  ] as const)("are those of the same places: %s", async (_name, bounds, counts, outside) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "points.csv"), records.map((record) => record.join(",")).join("\n"));
      // UTM zone 1: from 180 to 174 W.
      await writeFile(join(folder, "utm.csv"), "x,y\n500000,8286000\n");
      const config = {
        grid: { crs: "EPSG:4326", resolution: 10, bounds },
        datasets: {
          n: { path: "points.csv" },
          utm: { path: "utm.csv", crs: "EPSG:32701", x: "x", y: "y" },
        },
      };
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stderr } = await command(["run", "--config", "config.yml"], { cwd: folder });
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      const cells = byPlace(await readCsv(join(folder, "output/default/merged.csv")));
      const found = [...cells.values()].filter(({ n }) => n !== "").map(({ x, n }) => [x, Number(n)]);
      expect(Object.fromEntries(found)).toEqual(counts);
      const utm = [...cells.values()].filter(({ utm }) => utm !== "").map(({ x }) => Number(x));
      expect(utm).toEqual([bounds[0] < 0 ? -175 : 185]);
      const told = stderr.split("\n").filter((line) => line.includes("outside the grid"));
      expect(told).toEqual(outside > 0 ? [`n: ${outside} of 6 records lie outside the grid`] : []);
      const metadata = JSON.parse(
        await readFile(join(folder, "output/default/merged.metadata.json"), "utf8"),
      ) as { columns: { name: string; records?: { skipped: Record<string, number> } }[] };
      const column = metadata.columns.find(({ name }) => name === "n");
      expect(column?.records?.skipped).toEqual(outside > 0 ? { "outside the grid": outside } : {});
    });
  });
});
