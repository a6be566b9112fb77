import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { inFolder, readCsv } from "../e2e/support/quadrat.js";
import { example, put, putRaster, recordsText, tried, valuesOf } from "./support.js";

const degrees = (bounds: readonly number[]) => ({ crs: "EPSG:4326", resolution: 1, bounds });

/** Rows of a query as Parquet. */
async function putParquet(folder: string, file: string, query: string): Promise<void> {
  await mkdir(join(folder, file, ".."), { recursive: true });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${join(folder, file)}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

describe("the examples of Tables of points", () => {
  it("a CSV, a download of GBIF, and plots in UTM", async () => {
    await inFolder(async (folder) => {
      await put(
        folder,
        "data/sloths.csv",
        recordsText(
          ["species"],
          [
            [9.2, 48.3, "a"],
            [9.3, 48.9, "b"],
            [9.8, 48.2, "a"],
            [10.5, 48.5, "b"],
          ],
        ),
      );
      // EPSG:25832 begins at 9° E with 500,000 m; 5,400,000 m are 48.75° N and 5,290,000 m are 47.76° N.
      const plots = "easting,northing,biomass\n536000,5400000,10\n537000,5400500,20\n536000,5290000,7\n";
      await put(folder, "data/plots.csv", plots);
      const columns = ["gbifID", "species", "decimalLatitude", "decimalLongitude"];
      const records = [
        [1, "toco", 48.5, 9.5],
        [2, "ariel", 48.6, 9.6],
        [3, "toco", 48.7, 9.7],
        [4, "toco", 48.5, 10.5],
      ];
      const text = [columns, ...records].map((row) => `${row.join("\t")}\n`).join("");
      await put(folder, "0001.csv", text);
      const pack = ["-m", "zipfile", "-c", "data/gbif.zip", "0001.csv"];
      execFileSync("python3", pack, { cwd: folder });
      const made = await tried(folder, await example("tables.md", "data/gbif.zip"), {
        grid: degrees([8, 47, 12, 50]),
      });
      expect(made.names).toEqual(["x", "y", "sloths", "toucans", "biomass"]);
      expect(valuesOf(made, "sloths")).toEqual({ "9.5 48.5": 2, "10.5 48.5": 1 });
      expect(valuesOf(made, "toucans")).toEqual({ "9.5 48.5": 2, "10.5 48.5": 1 });
      expect(valuesOf(made, "biomass")).toEqual({ "9.5 48.5": 15, "9.5 47.5": 7 });
    });
  });

  it("a folder of parts, a pattern, and folders of years", async () => {
    await inFolder(async (folder) => {
      const record = (x: number, y: number): string =>
        `SELECT ${x} AS decimalLongitude, ${y} AS decimalLatitude`;
      await putParquet(folder, "data/occurrence.parquet/000000", record(1.2, 1.3));
      await putParquet(
        folder,
        "data/occurrence.parquet/000001",
        `${record(1.4, 1.1)} UNION ALL ${record(0.5, 0.5)}`,
      );
      await put(folder, "data/plots/north.csv", recordsText(["biomass"], [[1.5, 1.5, 4]]));
      await put(
        folder,
        "data/plots/south.csv",
        recordsText(
          ["biomass"],
          [
            [1.6, 1.6, 8],
            [0.1, 0.1, 3],
          ],
        ),
      );
      for (const year of [2018, 2020])
        await putParquet(folder, `data/by-year/year=${year}/part-0.parquet`, record(1.5, 0.5));
      const made = await tried(folder, await example("tables.md", "data/by-year"), {
        grid: degrees([0, 0, 2, 2]),
      });
      expect(valuesOf(made, "gbif")).toEqual({ "1.5 1.5": 2, "0.5 0.5": 1 });
      expect(valuesOf(made, "plots")).toEqual({ "1.5 1.5": 6, "0.5 0.5": 3 });
      expect(valuesOf(made, "trend")).toEqual({ "1.5 0.5": 2020 });
    });
  });
});

describe("the examples of Occurrences", () => {
  it("a condition, checks, and the records that were left out", async () => {
    await inFolder(async (folder) => {
      const names = ["species", "basisOfRecord", "year", "coordinateUncertaintyInMeters"];
      const records = [
        [-60.1234, -5.4321, "a", "HUMAN_OBSERVATION", 2001, 100],
        [-60.1234, -5.4321, "a", "HUMAN_OBSERVATION", 2001, 100], // a duplicate
        [-60.2345, -5.5432, "b", "PRESERVED_SPECIMEN", 1995, 9000], // too uncertain
        [-60.3456, -5.6543, "c", "FOSSIL_SPECIMEN", 2005, 10], // by the condition
        [-60.4567, -5.7654, "d", "HUMAN_OBSERVATION", 1980, 10], // by the condition
        [-60.5678, -5.8765, "e", "HUMAN_OBSERVATION", 1990, 5000],
        [-61.6789, -5.9876, "a", "HUMAN_OBSERVATION", 2010, ""],
      ];
      await put(folder, "data/sloths.csv", recordsText(names, records));
      const made = await tried(folder, await example("occurrences.md", "rejected: true"), {
        grid: degrees([-62, -7, -59, -5]),
      });
      expect(valuesOf(made, "sloths")).toEqual({ "-60.5 -5.5": 2, "-61.5 -5.5": 1 });
      const rejected = await readFile(join(folder, "out/merged.rejected.csv"), "utf8");
      const left = rejected.trimEnd().split("\n").slice(1);
      expect(left.map((line) => /\b(duplicate|uncertain)/.exec(line)?.[1])).toEqual([
        "duplicate",
        "uncertain",
      ]);
    });
  });

  it("a column per species", async () => {
    await inFolder(async (folder) => {
      const rows = ["(0.5, 0.5, 'b')", "(0.6, 0.6, 'b')", "(1.5, 0.5, 'a')", "(1.5, 1.5, NULL)"];
      const query = `FROM (VALUES ${rows.join(", ")}) AS t(decimalLongitude, decimalLatitude, species)`;
      await putParquet(folder, "data/sloths.parquet", query);
      const seen = Array.from({ length: 25 }, (_, i) => `${i < 16 ? "common" : "rare"}\t0.5\t${i % 2}.5\n`);
      await put(folder, "0001.csv", `species\tdecimalLatitude\tdecimalLongitude\n${seen.join("")}`);
      execFileSync("python3", ["-m", "zipfile", "-c", "data/birds.zip", "0001.csv"], { cwd: folder });
      const made = await tried(folder, await example("occurrences.md", "expand: species, top"), {
        grid: degrees([0, 0, 2, 2]),
      });
      // Nine records are fewer than min_records.
      expect(made.names).toEqual(["x", "y", "sloths_a", "sloths_b", "birds_common"]);
      expect(valuesOf(made, "sloths_a")).toEqual({ "0.5 0.5": 0, "1.5 0.5": 1 });
      expect(valuesOf(made, "sloths_b")).toEqual({ "0.5 0.5": 1, "1.5 0.5": 0 });
      expect(valuesOf(made, "birds_common")).toEqual({ "0.5 0.5": 8, "1.5 0.5": 8 });
    });
  });
});

describe("the examples of Codes and circles", () => {
  it("a cube of EEA's cells", async () => {
    await inFolder(async (folder) => {
      const cube = ["eeacellcode,occurrences", "10kmE432N321,5", "10kmE432N321,7", "10kmE433N322,1"];
      await put(folder, "cube.csv", `${cube.join("\n")}\n`);
      const grid = {
        crs: "EPSG:3035",
        resolution: 10_000,
        bounds: [4_300_000, 3_200_000, 4_350_000, 3_240_000],
      };
      const made = await tried(folder, await example("places.md", "eeacellcode"), { grid });
      expect(valuesOf(made, "lynx")).toEqual({ "4325000 3215000": 12, "4335000 3225000": 1 });
    });
  });

  it("circles of uncertainty, which keep the number of records", async () => {
    await inFolder(async (folder) => {
      // A circle around a corner of four cells of the equator has a quarter in each; the other record is a point.
      const records = [
        [10, 0, 20_000],
        [11.5, 0.5, ""],
      ];
      await put(folder, "gbif.csv", recordsText(["coordinateUncertaintyInMeters"], records));
      const yaml = (await example("places.md", "assign: fraction")).replace(
        "assign: fraction",
        "checks: none, assign: fraction",
      );
      const made = await tried(folder, yaml, { grid: degrees([8, -2, 13, 2]) });
      const { "11.5 0.5": point, ...quarters } = valuesOf(made, "lynx");
      expect(point).toBe(1);
      expect(Object.keys(quarters).sort()).toEqual(["10.5 -0.5", "10.5 0.5", "9.5 -0.5", "9.5 0.5"]);
      for (const share of Object.values(quarters)) expect(Math.abs(share - 0.25)).toBeLessThan(1e-5);
      expect(Object.values(quarters).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    });
  });
});

describe("the example of Points", () => {
  it("has a row per record and per place of background, with the values of the layers", async () => {
    await inFolder(async (folder) => {
      const records = [
        [0.2, 0.3, "a"],
        [0.4, 0.1, "a"], // of the same species in the same cell
        [0.4, 0.2, "b"],
        [5.5, 3.5, "a"],
      ];
      await put(folder, "gbif.csv", recordsText(["species"], records));
      const layer = (factor: number) => (col: number, row: number) => factor * (col + 10 * row);
      const shape = { width: 8, height: 5, origin: [0, 5] } as const;
      for (const number of [1, 2, 10])
        await putRaster(folder, `wc2.1_30s_bio_${number}.tif`, shape, layer(number));
      const yaml = (await example("points.md", "thin: cell")).replace(
        "species: species",
        "checks: none, species: species",
      );
      await tried(folder, yaml, { grid: degrees([0, 0, 8, 5]) });
      const rows = await readCsv(join(folder, "out/points.csv"));
      const layers = ["bio_1", "bio_2", "bio_10"];
      expect(Object.keys(rows[0]!)).toEqual(["x", "y", "species", "presence", "fold", "sloths", ...layers]);
      const present = rows.filter(({ presence }) => presence === "1");
      expect(present.map(({ x, y, species }) => [x, y, species]).sort()).toEqual([
        ["0.2", "0.3", "a"],
        ["0.4", "0.2", "b"],
        ["5.5", "3.5", "a"],
      ]);
      // 40 cells, of which two have records; there are fewer than the 10,000 that are asked for.
      expect(rows.length - present.length).toBe(38);
      for (const { x, y, fold, ...row } of rows) {
        const cell = Math.floor(Number(x)) + 10 * (4 - Math.floor(Number(y)));
        expect(layers.map((name) => Number(row[name]))).toEqual([cell, 2 * cell, 10 * cell]);
        expect(Number(fold)).toBeGreaterThanOrEqual(1);
        expect(Number(fold)).toBeLessThanOrEqual(5);
      }
    });
  });
});
