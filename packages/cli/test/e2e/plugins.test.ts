import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Grid, isQuadratError, type MergedTable, type StageContext } from "@quadrat/core";
import type { RunReport } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { command, type Told } from "../commands/in-process.js";
import { fixture } from "../commands/quadrat.js";
import { createRegistry } from "../../src/host.js";
import { filesIn, inFolder } from "./support/quadrat.js";

const study = {
  grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [-10, 45, 0, 50] },
  datasets: { elevation: { path: "elevation.tif" } },
  merge: { join: "all" },
  prediction: { learn: false },
};

/** Writes a plugin beside a configuration that names it, and runs the command. */
async function withPlugin<T>(
  plugin: string,
  config: Readonly<Record<string, unknown>>,
  work: (run: (...args: string[]) => Promise<Told>, folder: string) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    await copyFile(fixture("elevation.tif"), join(folder, "elevation.tif"));
    await writeFile(join(folder, "made.asc"), "1 2\n3 4\n");
    await writeFile(join(folder, "mine.mjs"), plugin);
    const all = { ...study, export: { directory: "out" }, ...config, plugins: ["./mine.mjs"] };
    const file = join(folder, "config.yml");
    await writeFile(file, JSON.stringify(all, null, 1));
    return work((name, ...args) => command(name, "--config", file, ...args), folder);
  });
}

const exporter = (body: string, more = "") => `
import { writeFile } from "node:fs/promises";
export default { name: "mine", exporters: [{ name: "mine", extension: ".mine", ${more}
  create: () => ({ async write(table, { path }, { progress }) { ${body} } }) }] };
`;

const mine = { export: { formats: ["mine"], directory: "out" } };

describe("an exporter of a plugin that fails", () => {
  it.each([
    ['throw new TypeError("no pencil")', "error: no pencil"],
    ['throw "no paper"', "error: no paper"],
    ["throw { code: 7 }", "error: { code: 7 } was thrown, which is not an error"],
    ["throw undefined", "error: undefined was thrown, which is not an error"],
  ])("is named with what it did and where, and leaves nothing: %s", async (thrown, message) => {
    const body = `
      for await (const batch of table.batches({ rows: 30 })) {
        await writeFile(path, "half", { flag: "a" });
        progress(batch.numRows);
        if ((table.seen = (table.seen ?? 0) + 1) === 2) ${thrown};
      }`;
    await withPlugin(exporter(body), mine, async (run, folder) => {
      const { code, stdout, stderr } = await run("run");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/ {2}in stage export, plugin mine, exporter "mine" write, cells 30 to 59/);
      expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
      expect(await filesIn(join(folder, "out"))).toEqual(["quadrat.duckdb"]);
    });
  });

  it("by making, extension or validate is told before any work", async () => {
    const create = `export default { name: "mine", exporters: [{ name: "mine", extension: ".mine",
      create() { throw new Error("no licence"); } }] };`;
    const extension = `export default { name: "mine", exporters: [{ name: "mine", extension: () => "mine",
      create: () => ({ write() {} }) }] };`;
    const validate = `export default { name: "mine", exporters: [{ name: "mine", extension: ".mine",
      create: () => ({ write() {}, validate({ grid, columns }) {
        throw new Error(grid.crs + " " + grid.size + " " + JSON.stringify(columns)); } }) }] };`;
    const unwritable = exporter("").replace("async write", "async writes");
    for (const [plugin, text] of [
      [create, /no licence\n {2}in .*plugin mine, exporter "mine" create/],
      [extension, /exporter "mine" has the extension "mine"/],
      [validate, /EPSG:4326 200 \[\{"name":"elevation","type":"\w+"\}\]\n {2}in .*exporter "mine" validate/],
      [unwritable, /exporter "mine" has no function write/],
    ] as const) {
      await withPlugin(plugin, mine, async (run, folder) => {
        for (const name of ["validate", "run"]) {
          const { code, stderr } = await run(name);
          expect([code, stderr]).toEqual([plugin === validate ? 2 : 1, expect.stringMatching(text)]);
        }
        expect(await filesIn(folder)).not.toContain("out");
      });
    }
  });

  it("by writing nothing is told so", async () => {
    await withPlugin(exporter(""), mine, async (run) => {
      const { code, stderr } = await run("run");
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("it has not written a file at target.path"),
      ]);
    });
  });
});

describe("an exporter that needs the whole table", () => {
  const whole = exporter(
    "await writeFile(path, String(table.rowCount)); progress(table.rowCount);",
    'needs: "table",',
  );

  it("is refused before any work where the merge streams, and has it merged in memory with auto", async () => {
    await withPlugin(whole, mine, async (run, folder) => {
      const { code, stderr } = await run("run", "--set", "merge.enable_streaming=true");
      expect(code).toBe(2);
      expect(stderr).toMatch(/exporter "mine" needs the whole table, but merge.enable_streaming is true/);
      expect(stderr).toMatch(/config.yml:\d+, export.formats\[0\]/);
      expect(stderr).toContain("hint: set merge.enable_streaming to false or auto");
      expect(await filesIn(folder)).not.toContain("out");

      const set = ["--set", "merge.enable_streaming=auto", "--set", "memory.limit=1MB"];
      const plan = JSON.parse((await run("plan", "--json", ...set)).stdout) as Record<string, unknown>;
      expect(plan).toMatchObject({
        mode: "memory",
        estimate: { mode_reason: 'exporter "mine" needs the whole table' },
      });
      const { stdout } = await run("run", "--json");
      expect((JSON.parse(stdout) as RunReport).mode).toEqual({ start: "memory", end: "memory" });
      expect(await readFile(join(folder, "out/merged.mine"), "utf8")).toBe("200");
    });
  });

  it("stops the run where memory does not let the table be kept", async () => {
    await withPlugin(whole, mine, async (_, folder) => {
      const { loadConfig } = await import("@quadrat/core/host");
      const config = await loadConfig({ file: join(folder, "config.yml") });
      const registry = await createRegistry(config);
      const stage = await registry.stages.get("export").definition.create({});
      const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 2, 2] });
      const merged = { grid, rowCount: 4 } as unknown as MergedTable;
      const context = { config, registry, merged, sizes: { streaming: true } } as unknown as StageContext;
      const error: unknown = await stage.run(context).catch((thrown: unknown) => thrown);
      if (!isQuadratError(error)) throw error;
      expect([error.kind, error.exitCode, error.place.plugin]).toEqual(["memory", 3, "mine"]);
      expect(error.message).toBe(
        'exporter "mine" needs the whole table in memory, which the memory limit does not allow',
      );
    });
  });
});

const source = (read: string) => `
export default { name: "mine", sources: [{ name: "mine", kind: "raster", extensions: [".asc"],
  open: async () => ({ width: 20, height: 10, crs: "EPSG:4326", dataType: "float32", warnings: [],
    affine: { a: 0.5, b: 0, c: -10, d: 0, e: -0.5, f: 50 }, blockSize: { width: 20, height: 1 },
    async read(window) { ${read} }, async close() { throw new Error("stuck"); } }) }] };
`;

describe("a source of a plugin", () => {
  const made = { datasets: { made: { path: "made.asc", resample: "near" } } };

  it("reads files of its ending; a failure to close them is a warning", async () => {
    const read = "return { window, data: new Float32Array(window.width * window.height).fill(7) };";
    await withPlugin(source(read), made, async (run, folder) => {
      const { code, stderr } = await run("run");
      expect([code, stderr]).toEqual([0, 'warning: made: source "mine" failed to close its input: stuck\n']);
      const lines = (await readFile(join(folder, "out/merged.csv"), "utf8")).trim().split("\n");
      expect([lines.length, lines.at(-1)]).toEqual([201, "-0.25,45.25,7"]);
    });
  });

  it.each([
    ['throw new Error("no such row")', "error: no such row"],
    ["return { window, data: new Float32Array(3) }", "error: it returned 3 pixels instead of"],
    ["return [1, 2]", "error: its data is not a Float32Array or Float64Array"],
  ])("that fails is named, with its dataset and cells: %s", async (read, message) => {
    await withPlugin(source(read), made, async (run, folder) => {
      const { code, stderr } = await run("run");
      expect(code).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/dataset made, stage resample, plugin mine, source "mine" read, cells 0 to 199/);
      expect(await filesIn(join(folder, "out"))).toEqual(["quadrat.duckdb"]);
    });
  });

  it("that opens something else is told what is missing", async () => {
    const plugin = source("").replace("blockSize", "blocksize");
    await withPlugin(plugin, made, async (run) => {
      const { code, stderr } = await run("validate");
      expect([code, stderr]).toEqual([1, expect.stringContaining("its blockSize is not a size in pixels")]);
      expect(stderr).toContain('plugin mine, source "mine" open');
    });
  });
});

describe("a resampling method of a plugin", () => {
  const plugin = (reduce: string) => `
export default { name: "mine", resamplings: [{ name: "mine", options: { parse: ({ power = 1, ...others }) => {
  if (Object.keys(others).length > 0) throw new Error("only power is an option");
  return { power };
} }, create: ({ power }) => ({ reduce(values, weights) { ${reduce} } }) }] };
`;
  const mean = `let [sum, weight] = [0, 0];
    values.forEach((value, i) => { sum += weights[i] * value ** power; weight += weights[i]; });
    return sum / weight;`;
  const config = {
    // So little work would not be given to threads of its own accord.
    threads: 2,
    grid: { ...study.grid, resolution: 0.8 },
    datasets: {
      ours: { path: "elevation.tif", resample: "average" },
      mine: { path: "elevation.tif", resample: "mine" },
      squares: { path: "elevation.tif", resample: { use: "mine", power: 2 } },
      rms: { path: "elevation.tif", resample: "rms" },
    },
  };

  it("gets the valid pixels of each cell with their shares, in the threads", async () => {
    await withPlugin(plugin(mean), config, async (run, folder) => {
      const { code, stderr } = await run("run");
      expect(code, stderr).toBe(0);
      const [, ...lines] = (await readFile(join(folder, "out/merged.csv"), "utf8")).trim().split("\n");
      expect(lines.length).toBe(91);
      let compared = 0;
      for (const line of lines) {
        const [, , ours, own, squares, rms] = line.split(",");
        expect([own === "", squares === ""]).toEqual([ours === "", rms === ""]);
        if (ours === "") continue;
        compared++;
        expect(Number(own)).toBeCloseTo(Number(ours), 9);
        expect(Math.sqrt(Number(squares))).toBeCloseTo(Number(rms), 9);
      }
      expect(compared).toBeGreaterThan(50);
    });
  });

  it("that fails is named, with its dataset and cells", async () => {
    for (const [reduce, message] of [
      ['throw new Error("no mean")', "error: no mean"],
      ['return "7"', "error: it returned a string instead of a number"],
    ] as const) {
      await withPlugin(plugin(reduce), config, async (run) => {
        const { code, stderr } = await run("run");
        expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
        expect(stderr).toMatch(
          /dataset (mine|squares), .*plugin mine, resampling method "mine" reduce, cells 0 to \d+/,
        );
      });
    }
  });

  it("is among the names where another is not known, and has its options checked", async () => {
    const datasets = {
      a: { path: "elevation.tif", resample: "min3" },
      b: { path: "elevation.tif", resample: { use: "mine", exponent: 2 } },
    };
    await withPlugin(plugin(mean), { ...config, datasets }, async (run) => {
      const { code, stderr } = await run("validate");
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /datasets.a.resample: found the text "min3"; allowed: near, .*, sum, .*, nearest, mine; did you mean min/,
      );
      expect(stderr).toMatch(/datasets.b.resample: .*only power is an option/);
    });
  });
});

describe("a stage of a plugin that fails", () => {
  it("is named with its plugin and function", async () => {
    const plugin = `export default { name: "mine", stages: [{ name: "check", at: { position: "after", stage: "merge" },
      create: () => ({ name: "check", run() { throw new Error("not enough rows"); } }) }] };`;
    await withPlugin(plugin, {}, async (run, folder) => {
      const { code, stderr } = await run("run");
      expect([code, stderr]).toEqual([1, expect.stringContaining("error: not enough rows")]);
      expect(stderr).toContain('in stage check, plugin mine, stage "check" run');
      expect(await filesIn(join(folder, "out"))).toEqual(["quadrat.duckdb"]);
    });
  });
});
