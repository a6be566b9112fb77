import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadConfig } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { fixture, inFolder, quadrat } from "./quadrat.js";

/** A folder as people have them: rasters, tables, and things that are neither. */
async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, "data/.hidden"), { recursive: true });
  await mkdir(join(folder, "output"));
  await copyFile(fixture("elevation.tif"), join(folder, "data/elevation.tif"));
  await copyFile(fixture("elevation.tif"), join(folder, "data/.hidden/elevation.tif"));
  await copyFile(fixture("elevation.tif"), join(folder, "output/merged.tif"));
  await copyFile(fixture("Land Cover 2018.tif"), join(folder, "Land Cover 2018.tif"));
  await writeFile(join(folder, "data/points.csv"), "id;Longitude;Latitude;n\n1;-5;47;3\n");
  await writeFile(join(folder, "data/x.csv"), "x,y,n\n-5,47,3\n");
  await writeFile(join(folder, "data/2020.tsv.gz"), gzipSync("decimalLongitude\tdecimalLatitude\n-5\t47\n"));
  await writeFile(join(folder, "data/nothing.csv"), "a,b\n1,2\n");
  await writeFile(join(folder, "data/broken.tif"), "<html>");
  await writeFile(join(folder, "data/archive.zip"), "");
  await writeFile(join(folder, "data/ranges.gpkg"), "");
  await writeFile(join(folder, "README.txt"), "Read me, please.");
}

const names = ["land_cover_2018", "d_2020", "elevation", "points", "d_x"];

describe("quadrat init", () => {
  it("writes a configuration of the files that can be used, the others as comments with the reason", async () => {
    await inFolder(async (folder) => {
      await fill(folder);
      const { code, stdout, stderr } = await quadrat(["init", folder]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`wrote ${join(folder, "config.yml")}: 5 datasets`);
      expect(stdout).toContain(`next: quadrat validate --config ${join(folder, "config.yml")}`);

      const config = await loadConfig({ file: join(folder, "config.yml") });
      expect(config.grid).toEqual({ like: join(folder, "Land Cover 2018.tif") });
      expect(Object.keys(config.datasets)).toEqual(names);
      expect(config.datasets).toMatchObject({
        land_cover_2018: { kind: "raster", type: "categorical" },
        elevation: { kind: "raster", type: "continuous", path: join(folder, "data/elevation.tif") },
        points: { kind: "occurrences", measure: "records", x: "Longitude", y: "Latitude" },
        d_x: { kind: "occurrences", x: "x", y: "y" },
        d_2020: { kind: "occurrences", x: "decimalLongitude", y: "decimalLatitude" },
      });
      await loadConfig({ file: join(folder, "config.yml"), experiment: "large_dataset_export" });

      const text = await readFile(join(folder, "config.yml"), "utf8");
      for (const [path, reason] of [
        ["data/archive.zip", ".*the file is not a ZIP archive.*"],
        ["data/broken.tif", ".*not a TIFF.*"],
        ["data/nothing.csv", "no coordinate columns were recognised; name them with x: and y:, from a, b"],
        ["data/ranges.gpkg", ".*can't be read as a GeoPackage.*"],
      ]) {
        expect(text).toMatch(new RegExp(`^  # Left out: ${reason}\n  # \\w+:\n  #   path: ${path}$`, "m"));
      }
      expect(text).not.toContain("README");
    });
  });

  it("makes one dataset of files that have steps in time, and says what another needs", async () => {
    await inFolder(async (folder) => {
      const series = fixture("recipes/era5_t2m_monthly.nc");
      for (const year of [1991, 1992]) await copyFile(series, join(folder, `t2m_${year}.nc`));
      await copyFile(fixture("../../../multidim/test/fixtures/files/groups.nc"), join(folder, "groups.nc"));
      const { code } = await quadrat(["init", folder]);
      expect(code).toBe(0);
      const file = join(folder, "config.yml");
      const { datasets } = await loadConfig({ file });
      expect(Object.keys(datasets)).toEqual(["t2m"]);
      expect(datasets["t2m"]).toMatchObject({ path: join(folder, "t2m_*.nc"), time: { by: "month" } });
      const text = await readFile(file, "utf8");
      expect(text).toMatch(
        /^ {2}# Left out: .*groups\.nc has several variables: .*choose one with `variable: .*`$/m,
      );
      expect(text).not.toContain("problems");
    });
  });

  it("writes what validate accepts", async () => {
    await inFolder(async (cwd) => {
      await fill(cwd);
      const written = await quadrat(["init", "--json"], { cwd });
      expect(JSON.parse(written.stdout)).toMatchObject({
        file: join(cwd, "config.yml"),
        datasets: names.map((name) => ({ name })),
        left_out: [
          { path: "data/archive.zip" },
          { path: "data/broken.tif" },
          { path: "data/nothing.csv" },
          { path: "data/ranges.gpkg" },
        ],
      });
      const { code, stdout, stderr } = await quadrat(["validate", "--json"], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toMatchObject({
        valid: true,
        experiment: "default",
        grid: { crs: "EPSG:4326", width: 20, height: 10, bounds: [-10, 45, 0, 50] },
        datasets: names.map((name) => ({ name })),
      });
    });
  });

  it("never overwrites a configuration", async () => {
    await inFolder(async (cwd) => {
      await fill(cwd);
      await writeFile(join(cwd, "config.yml"), "mine\n");
      const { code, stdout, stderr } = await quadrat(["init"], { cwd });
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^error: config.yml exists already\n {2}hint: it is never overwritten/);
      expect(await readFile(join(cwd, "config.yml"), "utf8")).toBe("mine\n");
    });
  });

  it("lays tables alone on a grid of half degrees", async () => {
    await inFolder(async (cwd) => {
      await writeFile(join(cwd, "a.csv"), "lon,lat\n1,2\n");
      expect((await quadrat(["init"], { cwd })).code).toBe(0);
      const { grid } = await loadConfig({ file: join(cwd, "config.yml") });
      expect(grid).toEqual({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [-180, -90, 180, 90] });
      expect((await quadrat(["validate"], { cwd })).code).toBe(0);
    });
  });

  it("says why when there is nothing to write", async () => {
    await inFolder(async (cwd) => {
      const none = await quadrat(["init"], { cwd });
      expect([none.code, none.stderr]).toEqual([
        2,
        expect.stringContaining("there are no rasters or tables in .") as string,
      ]);
      await writeFile(join(cwd, "a.csv"), "a,b\n1,2\n");
      const unusable = await quadrat(["init"], { cwd });
      expect([unusable.code, unusable.stderr]).toEqual([
        2,
        expect.stringContaining("\n  a.csv: no coordinate columns") as string,
      ]);
      const nowhere = await quadrat(["init", "nowhere"], { cwd });
      expect([nowhere.code, nowhere.stderr]).toEqual([2, "error: folder nowhere does not exist\n"]);
    });
  });
});
