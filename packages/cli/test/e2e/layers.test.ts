import { copyFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  byPlace,
  command,
  compare,
  inFolder,
  quadrat,
  readCsv,
  run,
  type Configuration,
} from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

// Made by GDAL and numpy: see make.py there.
const layers = fileURLToPath(new URL("../fixtures/layers/", import.meta.url));

const pattern = "data/tas_{YYYY}-{MM}.tif";
const near = { path: pattern, resample: "near" };
const grid = { crs: "EPSG:4326", resolution: 1, bounds: [10, 46, 16, 50] };
const study: Configuration = {
  grid,
  datasets: {
    soil: { path: "data/soil.tif", bands: "all", resample: "near" },
    m: { ...near, time: { by: "month" } },
    s: { ...near, time: { by: "season", statistic: "stdev" } },
    y: { ...near, time: { by: "year", statistic: "sum" } },
    least: { ...near, time: { by: "all", statistic: "min" } },
    most: { ...near, time: { by: "all", statistic: "max", to: "1991-04" } },
    whole: { ...near, time: { by: "all", complete: true } },
    annual: { ...near, time: { by: "year", statistic: "sum", then: "mean" } },
  },
  merge: { join: "all" },
  export: { directory: "out" },
  prediction: { learn: false },
};

describe("layers and time", () => {
  it("give numpy's values, and say where each column comes from", async () => {
    await inFolder(async (folder) => {
      await cp(layers, join(folder, "data"), { recursive: true });
      await run(folder, study);
      const expected = await readCsv(join(layers, "expected.csv"));
      const rows = await readCsv(join(folder, "out/merged.csv"));
      expect(Object.keys(rows[0]!)).toEqual(Object.keys(expected[0]!));
      const [ours, theirs] = [byPlace(rows), byPlace(expected)];
      for (const column of Object.keys(expected[0]!).slice(2)) {
        const found = compare(ours, column, theirs, column, 1e-12);
        expect({ column, ...found, largest: 0, compared: 0 }).toEqual({
          ...{ column, nullity: 0, beyond: 0, largest: 0, compared: 0 },
        });
      }
      const metadata = JSON.parse(await readFile(join(folder, "out/merged.metadata.json"), "utf8")) as {
        columns: Record<string, unknown>[];
      };
      const column = (name: string) => metadata.columns.find((one) => one["name"] === name);
      expect(column("soil_2")).toMatchObject({ entry: "soil", band: 2, source: "data/soil.tif" });
      expect(column("y_1991")).toMatchObject({
        entry: "y",
        source: pattern,
        time: { first: "1991-01", last: "1991-08", steps: 7, statistic: "sum" },
      });
      expect(column("annual")).toMatchObject({ time: { steps: 8, statistic: "sum", then: "mean" } });
    });
  });

  it("are shown before a run, which tells of gaps, and refused if they are not unique", async () => {
    await inFolder(async (folder) => {
      await cp(layers, join(folder, "data"), { recursive: true });
      await writeFile(join(folder, "config.yml"), JSON.stringify(study));
      const valid = await command(["validate"], { cwd: folder });
      expect(valid.code, valid.stderr).toBe(0);
      expect(valid.stdout).toMatch(/^soil_clay content +data\/soil\.tif, band 3 /m);
      expect(valid.stdout).toMatch(/^m_01 .*, mean of 2 steps, 1991-01 to 1992-01 /m);
      expect(valid.stderr).toContain("5 months missing in the series: after 1991-05, 1991-08");
      const plan = await command(["plan"], { cwd: folder });
      expect(plan.stdout).toMatch(/y_1991, y_1992, least, most, whole, annual/);
      const y = { ...near, time: { by: "year" } };
      const twice = { ...study, datasets: { Y_1992: { path: "data/tas_1992-01.tif" }, y } };
      await writeFile(join(folder, "config.yml"), JSON.stringify(twice));
      const { code, stderr } = await command(["validate"], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain("two columns would have the same name, Y_1992 and y_1992");
    });
  });
});

/** Smooth values with holes. */
const value = (seed: number) => (col: number, row: number) =>
  (col * 7 + row * 13 + seed) % 31 === 0
    ? -9999
    : Math.fround(((col * 31 + row * 17 + seed * 29) % 1000) / 7);

async function writeLayers(folder: string, count: number, size = 60): Promise<void> {
  await mkdir(join(folder, "data"), { recursive: true });
  for (let layer = 1; layer <= count; layer++) {
    await writeTiff(join(folder, `data/bio_${layer}.tif`), {
      ...{ width: size, height: size, epsg: 4326, geographic: true },
      ...{ origin: [0, 40] as const, pixel: [0.5, 0.5] as const, nodata: -9999 },
      value: value(layer),
    });
  }
}

const merged = (folder: string, directory: string): Promise<Buffer> =>
  readFile(join(folder, directory, "merged.csv"));

describe("a pattern", () => {
  const wide = {
    grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 10, 30, 40] },
    merge: { join: "outer" },
    prediction: { learn: false },
  };

  it("gives the bytes of separate entries, and shares what they have staged", async () => {
    await inFolder(async (folder) => {
      await writeLayers(folder, 12);
      const each = Object.fromEntries(
        Array.from({ length: 12 }, (_, k) => [`bio_${k + 1}`, { path: `data/bio_${k + 1}.tif`, fill: -1 }]),
      );
      const bio = { path: "data/bio_*.tif", fill: -1 };
      await run(folder, { ...wide, datasets: each, export: { directory: "each" } });
      await run(folder, { ...wide, datasets: { bio }, export: { directory: "glob" } });
      expect(await merged(folder, "glob")).toEqual(await merged(folder, "each"));
      // The same settings and files: the store of the entries is that of the pattern.
      const file = join(folder, "config.yml");
      await writeFile(file, JSON.stringify({ ...wide, datasets: { bio }, export: { directory: "each" } }));
      const plan = await command(["plan", "--config", file, "--json"]);
      const { work } = JSON.parse(plan.stdout) as { work: { datasets: { action: string }[] } };
      expect(new Set(work.datasets.map(({ action }) => action))).toEqual(new Set(["reuse"]));
      // One more file: one more column to stage.
      await copyFile(join(folder, "data/bio_3.tif"), join(folder, "data/bio_13.tif"));
      const { stderr } = await command(["run", "--config", file]);
      expect(stderr.match(/staged before, reused/g) ?? []).toHaveLength(12);
      const columns = (await merged(folder, "each")).toString().split("\n", 1)[0]!;
      expect(columns).toBe(["x", "y", ...Array.from({ length: 13 }, (_, k) => `bio_${k + 1}`)].join(","));
    });
  });

  it("is read by queries under the names of its columns, and makes a column for each method", async () => {
    await inFolder(async (folder) => {
      await writeLayers(folder, 2);
      const average = (name: string) => ({ path: `data/${name}.tif`, resample: "average" });
      const bio = { path: "data/bio_*.tif", resample: ["average", "max"] };
      const double = { sql: "SELECT cell, 2 * value AS value FROM bio_2_average" };
      await run(folder, { ...wide, datasets: { bio, double }, export: { directory: "list" } });
      const rows = await readCsv(join(folder, "list/merged.csv"));
      expect(Object.keys(rows[0]!)).toEqual([
        ...["x", "y", "bio_1_average", "bio_1_max", "bio_2_average", "bio_2_max", "double"],
      ]);
      await run(folder, { ...wide, datasets: { one: average("bio_2") }, export: { directory: "one" } });
      const own = byPlace(await readCsv(join(folder, "one/merged.csv")));
      for (const [place, { one }] of own) expect(byPlace(rows).get(place)!["bio_2_average"]).toBe(one);
      for (const row of rows)
        if (row["double"] !== "") expect(Number(row["double"])).toBe(2 * Number(row["bio_2_average"]));
    });
  });

  it("of a thousand files makes a thousand columns", { timeout: 240_000 }, async () => {
    await inFolder(async (folder) => {
      await writeLayers(folder, 1000, 8);
      const config = {
        ...wide,
        grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 36, 4, 40] },
        datasets: { bio: { path: "data/bio_*.tif" } },
        export: { formats: ["csv", "parquet"], directory: "out" },
      };
      await run(folder, config);
      const columns = (await merged(folder, "out")).toString().split("\n", 1)[0]!.split(",");
      expect(columns).toEqual(["x", "y", ...Array.from({ length: 1000 }, (_, k) => `bio_${k + 1}`)]);
    });
  });
});

describe("a series in time", () => {
  const series = {
    grid: { crs: "EPSG:3035", resolution: 40_000, bounds: [2_600_000, 1_500_000, 5_400_000, 3_900_000] },
    datasets: {
      mean: { path: "data/t_{YYYY}{DDD}.tif", resample: "average", time: { by: "year" } },
      sd: { path: "data/t_{YYYY}{DDD}.tif", time: { by: "month", statistic: "stdev", then: "max" } },
    },
    prediction: { learn: false },
  };

  async function writeSeries(folder: string): Promise<void> {
    await mkdir(join(folder, "data"));
    for (let step = 0; step < 24; step++) {
      const name = `t_${1991 + Math.floor(step / 8)}${String(1 + (step % 8) * 45).padStart(3, "0")}`;
      await writeTiff(join(folder, `data/${name}.tif`), {
        ...{ width: 300, height: 240, epsg: 4326, geographic: true },
        ...{ origin: [-5, 60] as const, pixel: [0.1, 0.1] as const, nodata: -9999 },
        value: value(step),
      });
    }
  }

  it(
    "has the same bytes with any threads, windows and limits, and after interruptions",
    { timeout: 240_000 },
    async () => {
      await inFolder(async (folder) => {
        await writeSeries(folder);
        const ways: Record<string, Configuration> = {
          calm: { threads: 2 },
          one: { threads: 1, resampling: { window_size: 256 } },
          tight: { threads: 2, memory: { limit: "400MB" }, resampling: { window_size: 300 } },
        };
        for (const [directory, way] of Object.entries(ways))
          await run(folder, { ...series, ...way, export: { directory } });
        const calm = await merged(folder, "calm");
        expect(calm.toString().split("\n", 1)[0]).toBe("x,y,mean_1991,mean_1992,mean_1993,sd");
        expect(await merged(folder, "one")).toEqual(calm);
        expect(await merged(folder, "tight")).toEqual(calm);
        const file = join(folder, "interrupted.yml");
        await writeFile(
          file,
          JSON.stringify({ ...series, threads: 2, export: { directory: "interrupted" } }),
        );
        let code: number | null = 130;
        for (let attempt = 0; attempt < 4 && code !== 0; attempt++) {
          const options = attempt < 3 ? { signalAfter: /mean_199[123]|sd/ } : {};
          ({ code } = await quadrat(["run", "--config", file], options));
        }
        expect(code).toBe(0);
        expect(await merged(folder, "interrupted")).toEqual(calm);
      });
    },
  );

  it("that grows stages the groups alone that have new steps", async () => {
    await inFolder(async (folder) => {
      await writeSeries(folder);
      const config = { ...series, datasets: { mean: series.datasets.mean }, export: { directory: "out" } };
      await run(folder, config);
      await copyFile(join(folder, "data/t_1993316.tif"), join(folder, "data/t_1994001.tif"));
      const { stderr } = await command(["run", "--config", join(folder, "config.yml")]);
      expect(stderr.match(/mean_199[123]: staged before, reused/g)).toHaveLength(3);
      expect((await merged(folder, "out")).toString()).toMatch(
        /^x,y,mean_1991,mean_1992,mean_1993,mean_1994\n/,
      );
      expect(await readdir(join(folder, "out"))).toEqual([
        "merged.csv",
        "merged.metadata.json",
        "quadrat.duckdb",
      ]);
    });
  });
});
