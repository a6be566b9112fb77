import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { inFolder } from "../e2e/support/quadrat.js";

it("says of a table without rows that it has none", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "n.csv"), "decimalLongitude,decimalLatitude,species\n10,15,a\n");
    const config = {
      grid: { crs: "EPSG:4326", resolution: 5, bounds: [-180, -90, 180, 90] },
      datasets: { n: { path: "n.csv", where: "species = 'b'" } },
      export: { directory: "out", report: true },
    };
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const { code, stderr } = await command("run", "--config", join(folder, "config.yml"));
    expect(code, stderr).toBe(0);
    const page = await readFile(join(folder, "out/report.html"), "utf8");
    expect(page).toContain("none: the table has no rows");
    expect(page).not.toContain("every row has a value");
  }));
