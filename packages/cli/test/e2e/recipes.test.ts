import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byPlace, compare, inFolder, quadrat, readCsv, repository } from "./support/quadrat.js";

// Made by make.py there; expected values are numpy's and CDO's.
const made = fileURLToPath(new URL("../fixtures/recipes/", import.meta.url));

/** Recipes of the page by their titles, as they stand there. */
async function recipes(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(join(repository, "docs/layers-and-time.md"), "utf8");
  const [, section = ""] = /^## Recipes$([^]*?)^## /m.exec(page) ?? [];
  const found = [...section.matchAll(/^### (.+)$[^]*?^```yaml\n([^]*?)^```/gm)];
  return new Map(found.map(([, title = "", yaml = ""]) => [title, yaml]));
}

const pathIn = (yaml: string): string | undefined => /path: "?([^",]+)/.exec(yaml)?.[1];

const small = (pixel: number) => ({
  crs: "EPSG:4326",
  resolution: 2 * pixel,
  bounds: [6, 48 - 4 * pixel, 6 + 8 * pixel, 48],
});

/** For each recipe that needs no server: the files it is run on, what has to come of it, and on which grid. */
const tried: Readonly<Record<string, { files: RegExp; expected: string; grid: object }>> = {
  "WorldClim: 19 layers": { files: /^wc2/, expected: "worldclim.csv", grid: small(1 / 6) },
  "CHELSA: a month in each file": { files: /^CHELSA/, expected: "chelsa.csv", grid: small(1 / 120) },
  "ERA5: months in one NetCDF file": {
    files: /^era5_.*nc$/,
    expected: "era5.csv",
    grid: { crs: "EPSG:4326", resolution: 30, bounds: [-165, -75, 165, 75] },
  },
  "MODIS: days of the year": { files: /^MOD13C1/, expected: "modis.csv", grid: small(0.05) },
};

async function copyInto(folder: string, name: RegExp): Promise<void> {
  await mkdir(join(folder, "data"), { recursive: true });
  for (const file of await readdir(made))
    if (name.test(file)) await copyFile(join(made, file), join(folder, "data", file));
}

describe("the recipes of Layers and time", () => {
  it("are all tried, but for those that need a server", async () => {
    const local = [...(await recipes())].filter(([, yaml]) => !pathIn(yaml)!.includes("://"));
    expect(local.map(([title]) => title)).toEqual(Object.keys(tried));
  });

  it.each(Object.entries(tried))("%s gives the peers' values", async (title, { files, expected, grid }) => {
    await inFolder(async (folder) => {
      await copyInto(folder, files);
      const recipe = (await recipes()).get(title)!;
      const more = {
        grid,
        merge: { join: "all" },
        export: { directory: "out" },
        prediction: { learn: false },
      };
      const lines = Object.entries(more).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
      await writeFile(join(folder, "config.yml"), lines.join("") + recipe);
      const { code, stderr } = await quadrat(["run"], { cwd: folder });
      expect(code, stderr).toBe(0);
      const theirs = await readCsv(join(made, expected));
      const ours = await readCsv(join(folder, "out/merged.csv"));
      expect(Object.keys(ours[0]!)).toEqual(Object.keys(theirs[0]!));
      expect(ours).toHaveLength(theirs.length);
      for (const column of Object.keys(theirs[0]!).slice(2)) {
        // Means of float32 or of scaled whole numbers.
        const found = compare(
          byPlace(ours),
          column,
          byPlace(theirs),
          column,
          (value) => 1e-6 * Math.abs(value),
        );
        expect({ column, ...found }).toMatchObject({ column, nullity: 0, beyond: 0 });
        expect(found.compared).toBeGreaterThan(0);
      }
    });
  });

  it("are what `init` writes for WorldClim", async () => {
    await inFolder(async (folder) => {
      await copyInto(folder, /^wc2/);
      const { code, stderr } = await quadrat(["init"], { cwd: folder });
      expect(code, stderr).toBe(0);
      const config = await readFile(join(folder, "config.yml"), "utf8");
      expect(pathIn(config)).toBe(pathIn((await recipes()).get("WorldClim: 19 layers")!));
    });
  });
});
