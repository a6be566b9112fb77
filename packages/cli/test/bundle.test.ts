import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type * as bundle from "../src/bundle.js";
import { mayNamePlugins } from "../src/plugins-named.js";
import { fixture, inFolder, quadrat, type Ended } from "./commands/quadrat.js";

const study = {
  grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [-10, 45, 0, 50] },
  datasets: { elevation: { path: fixture("elevation.tif") } },
  export: { formats: ["csv", "parquet"], directory: "out" },
};

/** Runs a command on a configuration; with the modules that it loaded, as V8 lists them. */
async function loading(
  args: readonly string[],
  config: Readonly<Record<string, unknown>> = study,
): Promise<Ended & { readonly modules: readonly string[] }> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const coverage = join(folder, "coverage");
    const ended = await quadrat(args, {
      cwd: folder,
      env: { NODE_V8_COVERAGE: coverage, QUADRAT_DEBUG: "" },
    });
    const lists = await Promise.all(
      (await readdir(coverage)).map(async (file) => {
        const { result } = JSON.parse(await readFile(join(coverage, file), "utf8")) as {
          result: { url: string }[];
        };
        return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
      }),
    );
    return { ...ended, modules: lists.flat() };
  });
}

describe("a short run", () => {
  it("loads few files, all of them of the bundle, except for DuckDB's library", async () => {
    const { code, stderr, modules } = await loading(["run"]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(modules.length).toBeLessThan(70);
    const others = modules.filter((url) => !url.includes("/cli/dist/bundle/"));
    const expected =
      /\/cli\/(bin\/quadrat|dist\/bundle)\.js$|\/node_modules\/(@duckdb\/node-bindings|detect-libc)\//;
    expect(others.filter((url) => !expected.test(url))).toEqual([]);
  });

  it("has threads that run the bundle too", async () => {
    const { code, stdout } = await loading(["run", "--json"], { ...study, threads: 2 });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 200 });
  });

  it.each([["--version"], ["--help"]])("that only prints %s loads hardly anything", async (option) => {
    const { code, modules } = await loading([option]);
    expect(code).toBe(0);
    expect(modules.length).toBeLessThan(10);
  });

  it("of QUADRAT_DEBUG=1 names the files of the packages in stacks", async () => {
    const { stderr } = await quadrat(["plan", "--config", "none.yml"], { env: { QUADRAT_DEBUG: "1" } });
    expect(stderr).toMatch(/core[\\/]dist[\\/]config[\\/]load\.js/);
  });
});

/** Fails unless its own imports are what the command works with. */
const plugin = `
import { definePlugin, Grid } from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import { RecordBatch } from "apache-arrow";
import { writeFile } from "node:fs/promises";
export default definePlugin({
  name: "identity",
  exporters: [{ name: "identity", extension: ".txt", create: () => ({
    async write(table, { path }) {
      for await (const batch of table.batches({ rows: 10 })) {
        if (!(batch instanceof RecordBatch)) throw new Error("batches of another Arrow");
      }
      await writeFile(path, "the same");
    } }) }],
  stages: [{ name: "look", at: { position: "after", stage: "resample" }, create: () => ({ name: "look", async run({ grid, store }) {
    if (!(grid instanceof Grid)) throw new Error("a grid of another core");
    if (!(store instanceof DuckDbStore)) throw new Error("a store of another host");
    return { rows: 0 };
  } }) }],
});
`;

describe("a plugin", () => {
  /** Beside this test, where it finds the packages by name. */
  let folder: string;
  beforeEach(
    async () => (folder = await mkdtemp(join(fileURLToPath(new URL(".", import.meta.url)), "tmp-"))),
  );
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("gets the very classes that the command works with", async () => {
    await writeFile(join(folder, "identity.mjs"), plugin);
    const config = join(folder, "config.yml");
    const formats = ["csv", "identity"];
    const all = { ...study, plugins: ["./identity.mjs"], export: { formats, directory: "out" } };
    await writeFile(config, JSON.stringify(all));
    const { code, stderr } = await quadrat(["run", "--config", config], { env: { QUADRAT_DEBUG: "" } });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("another")]);
    expect(await readFile(join(folder, "out/merged.txt"), "utf8")).toBe("the same");
  });

  it("is reported with the configuration's other problems", async () => {
    await writeFile(join(folder, "config.yml"), 'plugins: [./none.mjs]\ngrid: { crs: "EPSG:4326" }\n');
    const { code, stderr } = await quadrat(["run", "--json", "--config", join(folder, "config.yml")]);
    const { problems } = JSON.parse(stderr) as { problems: { key: string }[] };
    expect([code, problems.map(({ key }) => key)]).toEqual([2, expect.arrayContaining(["plugins[0]"])]);
  });
});

describe("whether there may be plugins", () => {
  it.each([
    ["grid: {}", [], false],
    ["plugins: [a]", [], true],
    ['"plug\\x69ns": [a]', [], true],
    ["grid: {}", ["plugins=[a]"], true],
    ["grid: {}", ["merge.join=all"], false],
  ])("is told from %j with %j", async (text, set, expected) => {
    await inFolder(async (folder) => {
      const config = join(folder, "config.yml");
      await writeFile(config, text);
      expect(mayNamePlugins({ config, set })).toBe(expected);
    });
  });

  it("is not asked of what can't be read, and is likely of what can't be read twice", async () => {
    await inFolder((folder) => {
      expect(mayNamePlugins({ config: join(folder, "none.yml") })).toBe(false);
      expect(mayNamePlugins({ config: folder })).toBe(true);
      return Promise.resolve();
    });
  });
});

describe("the bundle", () => {
  let packages: string;
  let entry: () => string;
  let fingerprints: typeof bundle.fingerprints;

  /** A package `core` that has been built and the parts of `cli` that decide, in a folder of their own. */
  beforeEach(async () => {
    packages = await mkdtemp(join(tmpdir(), "quadrat-bundle-"));
    for (const name of ["core", "cli"]) await mkdir(join(packages, name, "dist/bundle"), { recursive: true });
    await writeFile(join(packages, "cli/package.json"), '{"type": "module"}');
    await writeFile(join(packages, "core/package.json"), '{"version": "1.0.0"}');
    await writeFile(join(packages, "core/dist/.tsbuildinfo"), "sources");
    const copy = join(packages, "cli/dist/bundle.js");
    const compiled = await readFile(new URL("../dist/bundle.js", import.meta.url), "utf8");
    await writeFile(copy, compiled.replace(/^\/\/# sourceMappingURL.*/m, ""));
    const module = (await import(/* @vite-ignore */ pathToFileURL(copy).href)) as typeof bundle;
    entry = () => fileURLToPath(module.entryModule()).slice(packages.length + 1);
    ({ fingerprints } = module);
    await writeFile(join(packages, "cli/dist/bundle/made-of.json"), JSON.stringify(fingerprints(["core"])));
  });
  afterEach(() => rm(packages, { recursive: true, force: true }));

  it("is used where the packages are those that it was made of", async () => {
    expect(entry()).toBe("cli/dist/bundle/main.js");
    await rm(join(packages, "core/dist/.tsbuildinfo"));
    expect(entry()).toBe("cli/dist/bundle/main.js");
  });

  it.each([
    ["that has been compiled since", "core/dist/.tsbuildinfo", "other sources"],
    ["of another version", "core/package.json", '{"version": "1.0.1"}'],
    ["that is broken", "core/package.json", ""],
  ])("is not used beside a package %s", async (_, file, content) => {
    await writeFile(join(packages, file), content);
    expect(entry()).toBe("cli/dist/main.js");
  });

  it("is not used without its packages, or if it is incomplete", async () => {
    await rm(join(packages, "core"), { recursive: true });
    expect(entry()).toBe("cli/dist/main.js");
    await rm(join(packages, "cli/dist/bundle/made-of.json"));
    expect(entry()).toBe("cli/dist/main.js");
  });

  it("comes with the licences of what is in it", async () => {
    const file = new URL("../dist/bundle/THIRD-PARTY-LICENSES.txt", import.meta.url);
    const text = await readFile(file, "utf8");
    for (const name of ["@duckdb/node-api", "apache-arrow", "commander", "yaml", "zod"])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\S* \\(`, "m"));
  });
});
