import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { inFolder } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

it("reads a raster of infinite values, whose size can't be told from their digits", () =>
  inFolder(async (folder) => {
    await writeTiff(join(folder, "a.tif"), {
      ...{ width: 20, height: 10, epsg: 4326, geographic: true, origin: [0, 10], pixel: [1, 1] },
      nodata: -9999,
      value: () => Infinity,
    });
    const config = {
      grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 20, 10] },
      datasets: { a: { path: "a.tif", resample: "near" } },
      export: { directory: "out", report: true },
    };
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const { code, stderr } = await command("run", "--config", join(folder, "config.yml"));
    expect(stderr).not.toContain("internal");
    expect(code).toBe(0);
    const [, ...rows] = (await readFile(join(folder, "out/merged.csv"), "utf8")).trim().split("\n");
    expect(rows).toHaveLength(200);
    expect(rows.every((row) => row.endsWith(",Infinity"))).toBe(true);
  }));
