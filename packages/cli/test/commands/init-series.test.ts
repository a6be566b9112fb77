import { mkdir, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { findSeries } from "../../src/init/series.js";
import { fixture, inFolder, quadrat } from "./quadrat.js";

const found = (...paths: string[]) => paths.map((path) => ({ path, kind: "raster" as const }));
const patterns = (...paths: string[]): string[] => findSeries(found(...paths)).map(({ pattern }) => pattern);

describe("series of files", () => {
  it("differ in one number", () => {
    const bio = Array.from({ length: 19 }, (_, k) => `d/wc2.1_30s_bio_${k + 1}.tif`);
    expect(patterns(...bio, "d/elev.tif", "d/wc2.1_30s_elev.tif")).toEqual(["d/wc2.1_30s_bio_*.tif"]);
    expect(patterns("bio_1.tif", "bio_2.tif", "bio_3.tif", "bio_mean.tif")).toEqual(["bio_[0-9]*.tif"]);
    expect(patterns("bio_1.tif", "bio_2.tif")).toEqual([]);
    expect(patterns("a1.tif", "b2.tif", "c3.tif")).toEqual([]);
  });

  it("differ in a date", () => {
    expect(patterns("t_1991-01.tif", "t_1991-02.tif", "t_1991-03.tif")).toEqual(["t_{YYYY}-{MM}.tif"]);
    expect(patterns("t_19910101.tif", "t_19910102.tif", "t_19911231.tif")).toEqual(["t_{YYYY}{MM}{DD}.tif"]);
    expect(patterns("A2001001.tif", "A2001017.tif", "A2001033.tif")).toEqual(["A{YYYY}{DDD}.tif"]);
  });
});

describe("quadrat init", () => {
  it("writes one entry for a series, which holds", async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "d"));
      for (const name of ["bio_1", "bio_2", "bio_10", "elev", "t_1991-01", "t_1991-02", "t_1991-03"])
        await copyFile(fixture("elevation.tif"), join(folder, `d/${name}.tif`));
      const { code, stdout } = await quadrat(["init", folder]);
      expect([code, stdout]).toEqual([0, expect.stringContaining("3 datasets")]);
      const file = join(folder, "config.yml");
      const { datasets, grid } = await loadConfig({ file });
      expect(Object.keys(datasets)).toEqual(["bio", "elev", "t"]);
      expect(datasets).toMatchObject({
        bio: { path: join(folder, "d/bio_*.tif") },
        t: { path: join(folder, "d/t_{YYYY}-{MM}.tif"), time: { by: "step" } },
      });
      expect(grid).toEqual({ like: join(folder, "d/bio_1.tif") });
      const valid = await quadrat(["validate", "--config", file, "--json"]);
      const names = (JSON.parse(valid.stdout) as { datasets: { name: string }[] }).datasets;
      expect(names.map(({ name }) => name)).toEqual([
        ...["bio_1", "bio_2", "bio_10", "elev", "t_1991-01", "t_1991-02", "t_1991-03"],
      ]);
    });
  });
});
