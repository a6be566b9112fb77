import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, inFolder, readCsv, run, type Configuration } from "./support/quadrat.js";

/** A source of stacks: the file says how many layers there are, their dates or labels, and whether threads open it. */
const plugin = `
import { appendFile, readFile } from "node:fs/promises";
const size = { width: 4, height: 3 };
export async function openStack({ path, threads }) {
  const { start, dates, labels, calendar, blockLayers } = JSON.parse(await readFile(path, "utf8"));
  const facts = { ...size, crs: "EPSG:4326", dataType: "int16", warnings: [], blockSize: size,
    affine: { a: 1, b: 0, c: 0, d: 0, e: -1, f: 3 } };
  const names = dates ?? labels;
  return { kind: "stack", ...facts, calendar, blockLayers,
    layers: names.map((name) => {
      if (!dates) return { label: name || undefined };
      const [year, month, day] = name.split("-").map(Number);
      return { date: { year, month, day, hour: 0, minute: 0, second: 0 } };
    }),
    layer: (index) => ({ ...facts, async close() {},
      async read(window) {
        const data = new Float32Array(window.width * window.height);
        if (blockLayers) await appendFile(path + ".log", index + "\\n");
        for (let i = 0; i < data.length; i++) {
          const [col, row] = [window.col + (i % window.width), window.row + Math.floor(i / window.width)];
          // No value in the first column of every second layer.
          data[i] = col === 0 && index % 2 === 1 ? NaN : start + index + 100 * col + 10 * row;
        }
        return { window, data };
      } }),
    async close() {},
    ...(threads && { reopen: { module: import.meta.url, call: "openStack", argument: { path, threads } } }) };
}
export default { name: "stacks", sources: [
  { name: "stk", kind: "raster", extensions: [".stk"], open: ({ path }) => openStack({ path, threads: true }) },
  { name: "slow", kind: "raster", extensions: [".slow"], open: ({ path }) => openStack({ path, threads: false }) },
] };
`;

const year = (start: number, dates: readonly string[], calendar = "standard") => ({ start, dates, calendar });
const files = {
  a: year(0, ["1991-01-15", "1991-02-15", "1992-02-15", "1992-01-15"]),
  b: year(1000, ["1993-01-15"]),
  bands: { start: 5, labels: ["sand", "", "clay"] },
};

const base: Configuration = {
  grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 3] },
  merge: { join: "all" },
  plugins: ["./stacks.mjs"],
  export: { directory: "out" },
  prediction: { learn: false },
};

async function study(folder: string): Promise<void> {
  await writeFile(join(folder, "stacks.mjs"), plugin);
  for (const ending of ["stk", "slow"])
    for (const [name, facts] of Object.entries(files))
      await writeFile(join(folder, `${name}.${ending}`), JSON.stringify(facts));
}

const entry = (path: string, more: object = {}) => ({ path, kind: "raster", resample: "near", ...more });

describe("stacks of layers", () => {
  it.each(["stk", "slow"])("of a source of %s become columns", async (ending) => {
    await inFolder(async (folder) => {
      await study(folder);
      const datasets = {
        b: entry(`bands.${ending}`, { bands: "all" }),
        one: entry(`b.${ending}`),
        second: entry(`a.${ending}`, { band: 2 }),
        step: entry(`[ab].${ending}`, { time: { from: "1991-02", to: 1992 } }),
        m: entry(`[ab].${ending}`, { time: { by: "month" } }),
        all: entry(`[ab].${ending}`, { time: { by: "all", statistic: "sum", complete: true } }),
      };
      // With threads, since so little would be done without.
      const { columns } = await run(folder, { ...base, datasets, threads: 2 });
      expect(columns).toEqual([
        ...["x", "y", "b_sand", "b_2", "b_clay", "one", "second"],
        ...["step_1991-02", "step_1992-01", "step_1992-02", "m_01", "m_02", "all"],
      ]);
      const rows = await readCsv(join(folder, "out/merged.csv"));
      // The north-west corner: no value in layers of odd numbers. The next cell: 100 more.
      expect(Object.values(rows[0]!).slice(2)).toEqual([
        ...["5", "", "7", "1000", ""],
        ...["", "", "2", "500", "2", ""],
      ]);
      expect(Object.values(rows[1]!).slice(2)).toEqual([
        ...["105", "106", "107", "1100", "101"],
        ...["101", "103", "102", String((100 + 103 + 1100) / 3), "101.5", "1506"],
      ]);
    });
  });

  it.each(["stk", "slow"])(
    "of a source of %s are read step by step for all columns if blocks hold several",
    async (ending) => {
      await inFolder(async (folder) => {
        await study(folder);
        const dates = Array.from({ length: 36 }, (_, k) => `${1990 + Math.floor(k / 12)}-${(k % 12) + 1}-15`);
        const path = join(folder, `deep.${ending}`);
        await writeFile(path, JSON.stringify({ ...year(0, dates), blockLayers: 12 }));
        await writeFile(join(folder, `flat.${ending}`), JSON.stringify(year(0, dates)));
        const more = { threads: 1, merge: { join: "all" } };
        const months = { t: entry(`deep.${ending}`, { time: { by: "month" } }) };
        await run(folder, { ...base, ...more, datasets: months, export: { directory: "months" } });
        const reads = (await readFile(`${path}.log`, "utf8")).trim().split("\n").map(Number);
        // What was read before are samples for the estimate.
        expect(reads.slice(-36)).toEqual(dates.map((_, layer) => layer));
        const columns = (file: string) => ({
          t: entry(`${file}.${ending}`, { time: { by: "month" }, resample: ["near", "max"] }),
          annual: entry(`${file}.${ending}`, { time: { by: "month", statistic: "sum", then: "stdev" } }),
        });
        await run(folder, {
          ...base,
          ...more,
          threads: 2,
          datasets: columns("deep"),
          export: { directory: "deep" },
        });
        await run(folder, {
          ...base,
          ...more,
          threads: 2,
          datasets: columns("flat"),
          export: { directory: "flat" },
        });
        const [deep, flat] = await Promise.all(
          ["deep", "flat"].map((directory) => readFile(join(folder, directory, "merged.csv"), "utf8")),
        );
        expect(deep).toBe(flat);
      });
    },
  );

  it("are refused without a choice among layers, or with a time that is there twice", async () => {
    await inFolder(async (folder) => {
      await study(folder);
      await writeFile(join(folder, "c.stk"), JSON.stringify(year(0, ["1991-01-15"])));
      await writeFile(join(folder, "d.stk"), JSON.stringify(year(0, [])));
      const refused = async (dataset: object): Promise<string> => {
        await writeFile(join(folder, "config.yml"), JSON.stringify({ ...base, datasets: { t: dataset } }));
        const { code, stderr } = await command(["validate"], { cwd: folder });
        expect(code, stderr).not.toBe(0);
        return stderr;
      };
      expect(await refused(entry("a.stk"))).toMatch(/a\.stk has 4 steps in time.*`time: \{by: step\}`/s);
      expect(await refused(entry("bands.stk"))).toMatch(/3 layers.*`bands: all`/s);
      expect(await refused(entry("bands.stk", { time: {} }))).toContain("bands.stk has no time axis");
      expect(await refused(entry("[ac].stk", { time: {} }))).toContain(
        "the time 1991-01-15 is there twice: in a.stk and in c.stk",
      );
      expect(await refused(entry("d.stk", { time: {} }))).toContain("length 0");
      expect(await refused(entry("a.stk", { band: 5 }))).toContain("band 5 does not exist: a.stk has 4");
    });
  });
});
