import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, inFolder, quadrat, repository } from "../e2e/support/quadrat.js";
import { blocks, putRaster } from "./support.js";

/** The commands of a block, without their comments. */
function commandsOf(block: string): string[][] {
  return block
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim().split(/\s+/).slice(1));
}

const datasets = { height: { path: "height.tif" } };
const base = {
  grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 20, 30] },
  datasets,
  prediction: { learn: false },
};

async function study(folder: string, more: object): Promise<void> {
  await putRaster(folder, "height.tif", { width: 20, height: 30, origin: [0, 30] }, (col, row) => col * row);
  await writeFile(join(folder, "config.yml"), JSON.stringify({ ...base, ...more }));
}

async function must(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(args, { cwd: folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

describe("the error of Command line", () => {
  it("names the column, the line, and the columns that there are", async () => {
    await inFolder(async (folder) => {
      const [error] = await blocks("command-line.md", "");
      const line = Number(/config\.yml:(\d+)/.exec(error!)![1]);
      const robin = "  american_robin:\n    path: habitat.csv\n    measure: mean\n    value: robin\n";
      const head = `grid: ${JSON.stringify(base.grid)}\ndatasets:\n`;
      const padding = "# a comment\n".repeat(line - (head + robin).split("\n").length + 1);
      await writeFile(join(folder, "config.yml"), padding + head + robin);
      const columns = "county_id,decimalLongitude,decimalLatitude,american_robin";
      await writeFile(join(folder, "habitat.csv"), `${columns}\n1,0.5,0.5,0.25\n`);
      const { code, stderr } = await command(["run"], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr.replace(`${folder}/`, "/study/")).toContain(error!);
    });
  });
});

describe("the commands of Reports", () => {
  it("make the page of an experiment, and of a store", async () => {
    await inFolder(async (folder) => {
      await study(folder, { experiments: { quickstart: {} } });
      await must(folder, ["run", "--experiment", "quickstart"]);
      const [first, second] = commandsOf((await blocks("report.md", "sh"))[0]!);
      // There is nobody to look at it.
      await must(
        folder,
        first!.filter((word) => word !== "--open"),
      );
      await must(folder, second!);
      const page = await readFile(join(folder, "output/quickstart/report.html"), "utf8");
      expect(await readFile(join(folder, "quickstart.html"), "utf8")).toBe(page);
      expect(page).toContain("<h1>quickstart</h1>");
    });
  });
});

describe("the commands of Clusters", () => {
  it("give the bytes of a single run", async () => {
    await inFolder(async (folder) => {
      await study(folder, { export: { directory: "out" } });
      await must(folder, ["run", "--set", "export.directory=single"]);
      const [plan, run, status, collect] = commandsOf((await blocks("clusters.md", "sh"))[0]!);
      await must(folder, plan!);
      const count = Number(plan![plan!.indexOf("--shards") + 1]);
      const indices = Array.from({ length: count }, (_, index) => String(index)).reverse();
      for (const index of indices) await must(folder, [...run!.slice(0, -1), index]);
      expect(await must(folder, status!)).toMatch(/24 of 24|24 done|done/);
      await must(folder, collect!);
      const hash = async (directory: string): Promise<string> =>
        createHash("sha256")
          .update(await readFile(join(folder, directory, "merged.csv")))
          .digest("hex");
      expect(await hash("out")).toBe(await hash("single"));
    });
  }, 120_000);
});

describe("the backend of Memory", () => {
  it("measures a run", async () => {
    await inFolder(async (folder) => {
      const [code] = await blocks("memory.md", "ts");
      await writeFile(join(folder, "remote.mjs"), code!);
      await mkdir(join(folder, "node_modules/@quadrat"), { recursive: true });
      await symlink(join(repository, "packages/core"), join(folder, "node_modules/@quadrat/core"));
      await study(folder, {
        plugins: ["./remote.mjs"],
        memory: { backend: "remote", limit: "1GB" },
        export: { directory: "out" },
      });
      const { code: exit, stdout, stderr } = await quadrat(["run", "--json"], { cwd: folder });
      expect(exit, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ rows: 600 });
      const sql = ["sql", "--store", "out/quadrat.duckdb", "--json"];
      const asked = await must(folder, [...sql, "SELECT DISTINCT used::DOUBLE AS used FROM memory_samples"]);
      expect(JSON.parse(asked)).toEqual([{ used: 3e8 }]);
    });
  });
});

/** Where the example of each page that is about a task is run, if not here beside this file. */
const tried: Readonly<Record<string, string>> = {
  "clusters.md": "documentation/commands.test.ts",
  "command-line.md": "documentation/commands.test.ts",
  "configuration.md": "documentation/layers.test.ts",
  "layers-and-time.md": "e2e/recipes.test.ts",
  "memory.md": "documentation/commands.test.ts",
  "netcdf-zarr.md": "documentation/layers.test.ts",
  "occurrences.md": "documentation/records.test.ts",
  "outputs.md": "documentation/layers.test.ts",
  "places.md": "documentation/records.test.ts",
  "plugins.md": "../../../scripts/test/plugin-packages.test.mjs",
  "points.md": "documentation/records.test.ts",
  "ranges.md": "documentation/layers.test.ts",
  "remote.md": "documentation/layers.test.ts",
  "report.md": "documentation/commands.test.ts",
  "resampling.md": "documentation/layers.test.ts",
  "sql.md": "sql/documentation.test.ts",
  "tables.md": "documentation/records.test.ts",
  "troubleshooting.md": "found/faults.test.ts",
};

/** Pages to look things up in, and about the project. */
const withoutTask = ["architecture.md", "comparison.md", "words.md", "crs.md", "prediction.md"];

describe("the pages of the documentation", () => {
  it("are all tried, but for those to look things up in", async () => {
    const pages = (await readdir(join(repository, "docs"))).filter((name) => name.endsWith(".md"));
    expect(pages.sort()).toEqual([...Object.keys(tried), ...withoutTask].sort());
    for (const [page, test] of Object.entries(tried)) {
      const file = join(dirname(import.meta.dirname), test);
      expect(existsSync(file), test).toBe(true);
      expect(await readFile(file, "utf8"), `${test} names ${page}`).toContain(page);
    }
  });
});
