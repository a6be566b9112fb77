import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../e2e/support/quadrat.js";
import { missing, runFolder, withFound } from "./support.js";

const grid = "grid: {crs: EPSG:4326, resolution: 10, bounds: [-180, -90, 180, 90]}\n";

/** Runs a configuration of these datasets in a folder, and gives the rows of the CSV. */
async function rowsOf(folder: string, datasets: string, args: readonly string[] = []): Promise<string[]> {
  await writeFile(join(folder, "config.yml"), `${grid}datasets:\n${datasets}\n`);
  return csvOf(folder, args);
}

async function csvOf(folder: string, args: readonly string[] = []): Promise<string[]> {
  const report = await runFolder(folder, args);
  const { path } = report.files.find(({ format }) => format === "csv")!;
  return (await readFile(path, "utf8")).trimEnd().split("\n");
}

describe.skipIf(missing)("Parquet found in practice", () => {
  it("01-parquet-nan: a NaN has no place, no value and no name", async () => {
    await withFound("01-parquet-nan", async (folder) => {
      expect(await csvOf(folder)).toEqual(["x,y,n,depth,s", "15,45,1,11,1", "-65,-15,2,5,1"]);
      expect(await csvOf(folder, ["--experiment", "small"])).toEqual(["x,y,n,depth,s", "-65,-15,2,5,1"]);
      // pyproj: 12.5 E 45.5 N is 4516644, 2490793 in EPSG:3035; the other point lies west of the grid.
      expect(await csvOf(folder, ["--experiment", "laea"])).toEqual([
        "x,y,n,depth,s",
        "4750000,2250000,1,11,1",
      ]);
      for (const file of ["both", "float32"]) {
        expect(await rowsOf(folder, `  n: {path: ${file}.parquet}`)).toEqual(["x,y,n", "15,45,1"]);
      }
    });
  });

  it("02-parquet-species-nan: a NaN is not a species", async () => {
    await withFound("02-parquet-species-nan", async (folder) => {
      expect(await csvOf(folder)).toEqual(["x,y,s", "15,45,2"]);
    });
  });

  it("12-parquet-kinds: parts without an ending, points of GeoParquet, hive partitions", async () => {
    await withFound("12-parquet-kinds", async (folder) => {
      expect(await rowsOf(folder, '  n: {path: "000000"}')).toEqual(["x,y,n", "15,45,1"]);
      expect(
        await rowsOf(folder, "  n: {path: geo-only.parquet, measure: species, species: species}"),
      ).toEqual(["x,y,n", "15,45,1"]);
      await mkdir(join(folder, "occurrence.parquet"));
      for (const part of ["000000", "000001"]) {
        await cp(join(folder, "000000"), join(folder, "occurrence.parquet", part));
      }
      const datasets = [
        "  parts: {path: occurrence.parquet}",
        "  hive: {path: hive, measure: mean, value: year}",
        '  pattern: {path: "hive/*/*.parquet", measure: species, species: year}',
      ];
      expect(await rowsOf(folder, datasets.join("\n"))).toEqual([
        "x,y,parts,hive,pattern",
        "15,45,2,2020.5,2",
      ]);
    });
  });

  it("12-parquet-kinds: a part that is added, changed or taken away is noticed", async () => {
    await withFound("12-parquet-kinds", async (folder) => {
      const datasets = "  n: {path: hive}";
      const part = join(folder, "hive/year=2021/data_0.parquet");
      expect(await rowsOf(folder, datasets)).toEqual(["x,y,n", "15,45,4"]);
      await cp(part, join(folder, "hive/year=2021/data_1.parquet"));
      expect(await rowsOf(folder, datasets)).toEqual(["x,y,n", "15,45,6"]);
      await rename(part, join(folder, "elsewhere.parquet"));
      await cp(join(folder, "000000"), join(folder, "hive/year=2021/data_1.parquet"));
      expect(await rowsOf(folder, datasets)).toEqual(["x,y,n", "15,45,3"]);
    });
  });

  it("12-parquet-kinds: an output that the next run would read as a part is refused", async () => {
    await withFound("12-parquet-kinds", async (folder) => {
      const config = `${grid}datasets:\n  n: {path: hive}\nexport: {directory: hive/output, formats: [parquet]}\n`;
      await writeFile(join(folder, "config.yml"), config);
      const { code, stderr } = await command(["run", "--config", "config.yml"], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain("and be read as a part of it");
    });
  });
});
