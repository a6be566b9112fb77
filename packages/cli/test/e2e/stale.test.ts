import { copyFile, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeByteTiff } from "./support/byte-tiff.js";
import { command, filesIn, inFolder, quadrat } from "./support/quadrat.js";

const longAgo = 1_000_000_000;

/** Writes a file and gives it the time that all have, as Nix and reproducible archives do. */
async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await utimes(path, longAgo, longAgo);
}

const worldFile = (size: number): string => [size, 0, 0, -size, -175, 85].join("\n");
const points = (lon: number): string => `decimalLongitude,decimalLatitude\n${lon},15\n${lon},15\n`;
const auxXml = (nodata: number): string =>
  `<PAMDataset><PAMRasterBand band="1"><NoDataValue>${nodata}</NoDataValue></PAMRasterBand></PAMDataset>`;
const size = { width: 36, height: 18 };
const helper = (factor: number): string => `export const factor = ${factor};\n`;

/** A source whose raster has the number that stands in a file beside it, times a number in the plugin's own code. */
const plugin = `
import { readFile } from "node:fs/promises";
import { factor } from "./factor.mjs";
const beside = (path) => path.replace(/\\.asc$/, ".hdr");
export default { name: "mine", sources: [{ name: "mine", kind: "raster", extensions: [".asc"],
  files: ({ path }) => [path, beside(path)],
  open: async ({ path }) => {
    const number = Number(await readFile(beside(path), "utf8")) * factor;
    return { width: 36, height: 18, crs: "EPSG:4326", dataType: "float32", warnings: [],
      affine: { a: 10, b: 0, c: -180, d: 0, e: -10, f: 90 }, blockSize: { width: 36, height: 18 },
      async read(window) { return { window, data: new Float32Array(window.width * window.height).fill(number) }; },
      async close() {} };
  } }] };
`;

const grid = { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 180, 90] };
const datasets = {
  v: { path: "v.tif", crs: "EPSG:4326", resample: "near" },
  coarse: { path: "v.tif", crs: "EPSG:4326", resample: "bilinear", overviews: "auto" },
  n: { path: "n.csv" },
  twice: { sql: "SELECT cell, 2 * value AS value FROM n" },
};
const plugins = ["./mine.mjs"];
const plain = { grid, datasets, merge: { join: "all" } };
const plugged = {
  ...plain,
  datasets: { ...datasets, made: { path: "made.asc", resample: "near" } },
  plugins,
};

async function study(folder: string): Promise<void> {
  await writeByteTiff(join(folder, "v.tif"), { ...size, value: (col, row) => (col + row) % 250 });
  await utimes(join(folder, "v.tif"), longAgo, longAgo);
  await write(join(folder, "v.tfw"), worldFile(5));
  await write(join(folder, "2019.csv"), points(15));
  await write(join(folder, "2020.csv"), points(25));
  await symlink("2019.csv", join(folder, "n.csv"));
  await write(join(folder, "made.asc"), "made");
  await write(join(folder, "made.hdr"), "1");
  await write(join(folder, "mine.mjs"), plugin);
  await write(join(folder, "factor.mjs"), helper(1));
  await writeFile(join(folder, "plain.yml"), JSON.stringify(plain));
  await writeFile(join(folder, "plugged.yml"), JSON.stringify(plugged));
}

type Changes = Record<string, (at: (name: string) => string) => Promise<unknown>>;

/** One change after another, each of which changes the result; where it says so, of the metadata alone. */
const changes: Changes = {
  "the world file corrected": (at) => write(at("v.tfw"), worldFile(10)),
  "the world file, of the same size and time": (at) => write(at("v.tfw"), worldFile(20)),
  "a world file of another ending, which comes later in order": async (at) => {
    await rm(at("v.tfw"));
    await write(at("v.wld"), worldFile(10));
  },
  "a world file that comes first in order": (at) => write(at("v.tifw"), worldFile(5)),
  "the world file gone, of which another is left": (at) => rm(at("v.tifw")),
  "an .aux.xml that comes": (at) => write(at("v.tif.aux.xml"), auxXml(30)),
  "the .aux.xml, of the same size and time": (at) => write(at("v.tif.aux.xml"), auxXml(20)),
  "the .aux.xml gone": (at) => rm(at("v.tif.aux.xml")),
  "a mask that comes": (at) =>
    writeByteTiff(at("v.tif.msk"), { ...size, value: (col) => (col < 10 ? 0 : 255) }),
  "the mask, of the same size and time": async (at) => {
    await utimes(at("v.tif.msk"), longAgo, longAgo);
    await writeByteTiff(at("v.tif.msk"), { ...size, value: (col) => (col < 20 ? 0 : 255) });
    await utimes(at("v.tif.msk"), longAgo, longAgo);
  },
  "the mask gone": (at) => rm(at("v.tif.msk")),
  "overviews that come": async (at) => {
    await write(at("v.wld"), worldFile(5));
    await writeByteTiff(at("v.tif.ovr"), {
      width: 18,
      height: 9,
      value: (col, row) => (3 * col + row) % 250,
    });
  },
  "overviews with other values": (at) =>
    writeByteTiff(at("v.tif.ovr"), { width: 18, height: 9, value: (col, row) => (5 * col + row) % 250 }),
  "the raster, of the same size and time": async (at) => {
    await writeByteTiff(at("v.tif"), { ...size, value: (col, row) => (2 * col + row) % 250 });
    await utimes(at("v.tif"), longAgo, longAgo);
  },
  "a raster of the same size and time put in its place": async (at) => {
    await writeByteTiff(at("w.tif"), { ...size, value: (col, row) => (7 * col + row) % 250 });
    await utimes(at("w.tif"), longAgo, longAgo);
    await rename(at("w.tif"), at("v.tif"));
  },
  "a link to another table of the same size and time": async (at) => {
    await rm(at("n.csv"));
    await symlink("2020.csv", at("n.csv"));
  },
  "the table behind the link, of the same size and time": (at) => write(at("2020.csv"), points(35)),
};

/** Of what a plugin reads: each in a process of its own, which loads the plugin anew. */
const changesOfPlugins: Changes = {
  "the table that is linked to, beside what the plugin reads": (at) => write(at("2020.csv"), points(45)),
  "a file that a plugin's source reads beside its own": (at) => write(at("made.hdr"), "2"),
  "a module that the plugin imports": (at) => write(at("factor.mjs"), helper(3)),
};

describe("a run after a change of what it reads", () => {
  it("gives what --fresh gives, and stages again what has changed and nothing else", async () => {
    await inFolder(async (folder) => {
      const at = (name: string): string => join(folder, name);
      await study(folder);
      const isReused = /staged before, reused/g;
      const follow = async (name: string, own: typeof quadrat, steps: Changes): Promise<void> => {
        const run = async (directory: string, ...more: string[]): Promise<string> => {
          const set = ["--set", `export.directory=${directory}`];
          const { code, stderr } = await own(["run", "--config", at(`${name}.yml`), ...set, ...more]);
          expect(code, stderr).toBe(0);
          return stderr;
        };
        const outputs = async (directory: string): Promise<string[]> =>
          Promise.all(
            ["merged.csv", "merged.metadata.json"].map((file) =>
              readFile(join(folder, directory, file), "utf8"),
            ),
          );
        const [kept, fresh] = [`kept ${name}`, `fresh ${name}`];
        await run(kept);
        let [before] = await outputs(kept);
        for (const [what, change] of Object.entries(steps)) {
          await change(at);
          const log = await run(kept);
          await run(fresh, "--fresh");
          const [now, anew] = [await outputs(kept), await outputs(fresh)];
          expect({ what, outputs: now }).toEqual({ what, outputs: anew });
          expect({ what, changed: now[0] !== before }).toEqual({ what, changed: true });
          expect({ what, reused: log.match(isReused)?.length ?? 0 }).not.toEqual({ what, reused: 0 });
          [before] = now;
        }
        await copyFile(at("2020.csv"), at("copy.csv"));
        await rename(at("copy.csv"), at("2020.csv"));
        const log = await run(kept);
        const { length } = Object.keys((name === "plain" ? plain : plugged).datasets);
        expect(log.match(isReused)).toHaveLength(length);
      };
      await follow("plain", command, changes);
      await follow("plugged", quadrat, changesOfPlugins);
    });
  });
});

describe("an input that is changed while a run reads it", () => {
  /** A source that writes to a file beside its own while it stages. */
  const restless = `
import { appendFile, rename, writeFile } from "node:fs/promises";
export default { name: "mine", sources: [{ name: "mine", kind: "cells", extensions: [".asc"],
  files: ({ path }) => [path, path + ".hdr"],
  open: async ({ path }) => ({ dataType: "float64", warnings: [], async close() {},
    async stage({ store, table }) {
      await store.exec("CREATE TABLE " + table + " AS SELECT 5::BIGINT AS cell, 1::DOUBLE AS value");
      CHANGE;
      return { read: 1, used: 1, skipped: {}, warnings: [] };
    } }) }] };
`;

  it.each([
    ["written to", 'await appendFile(path, "!")', "made.asc"],
    [
      "written to, so that it reads like a damaged one",
      'await appendFile(path, "!"); throw new Error("bad")',
      "made.asc",
    ],
    ["replaced", 'await writeFile(path + "~", "made"); await rename(path + "~", path)', "made.asc"],
    ["given a side file", 'await writeFile(path + ".hdr", "1")', "made.asc.hdr"],
  ])("is refused by name, and read anew by the next run: %s", async (_what, change, name) => {
    await inFolder(async (folder) => {
      const file = join(folder, "config.yml");
      await writeFile(join(folder, "made.asc"), "made");
      await writeFile(join(folder, "mine.mjs"), restless.replace("CHANGE", change));
      const datasets = { made: { path: "made.asc", kind: "occurrences" } };
      await writeFile(file, JSON.stringify({ grid, plugins, datasets, export: { directory: "out" } }));
      const { code, stderr } = await command(["run", "--config", file]);
      expect(code, stderr).toBe(1);
      expect(stderr).toContain(`error: ${join(folder, name)} was changed while it was being read`);
      expect(stderr).toContain("hint: run again when nothing writes to it any more");
      expect(await filesIn(join(folder, "out"))).toEqual(["quadrat.duckdb"]);
      await writeFile(join(folder, "mine.mjs"), restless.replace("CHANGE", ""));
      // Another version of the plugin, which has to be loaded.
      const again = await quadrat(["run", "--config", file]);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stderr).not.toContain("used again");
    });
  });
});
