import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { writeByteTiff } from "./support/byte-tiff.js";
import { inFolder } from "./support/quadrat.js";

// The store of failed runs has tables about them, which the next run needs memory for beside what it stages.
it("runs once its input is mended, after runs that failed", () =>
  inFolder(async (folder) => {
    const records = (lon: number): Promise<void> =>
      writeFile(
        join(folder, "n.csv"),
        `decimalLongitude,decimalLatitude,species\n${lon},15,a\n${lon},25,b\n`,
      );
    const raster = { path: "v.tif", crs: "EPSG:4326" };
    const config = {
      grid: { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 0, 90] },
      datasets: {
        v: { ...raster, resample: "near" },
        several: { ...raster, resample: ["average", "stdev"] },
        n: { path: "n.csv", species: "species" },
      },
    };
    await writeByteTiff(join(folder, "v.tif"), {
      width: 36,
      height: 18,
      value: (col, row) => (col + row) % 250,
    });
    await writeFile(join(folder, "v.tfw"), "10\n0\n0\n-10\n-175\n85\n");
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const run = () => command("run", "--config", join(folder, "config.yml"));
    await records(15);
    for (let time = 0; time < 3; time++) {
      const { code, stderr } = await run();
      expect(stderr).toContain("no record falls on the grid");
      expect(code).toBe(1);
    }
    await records(-15);
    const { code, stderr } = await run();
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
  }));
