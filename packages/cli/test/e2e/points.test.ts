import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  inFolder,
  quadrat,
  readCsv,
  repository,
  run,
  shared,
  type Configuration,
  type Row,
} from "./support/quadrat.js";

const cases = join(shared, "cases-pts");
const command = join(repository, "packages/cli/bin/quadrat.js");

describe.skipIf(!existsSync(cases))("cases of points", () => {
  it.each(["d1-points", "d2-background", "d3-folds", "d4-buffer-feet"])(
    "%s",
    (name) => {
      const checked = spawnSync("python3", [join(shared, "check_pts.py"), cases, name], {
        env: { ...process.env, Q: `${process.execPath} ${command}` },
        encoding: "utf8",
      });
      expect(checked.stdout + checked.stderr).toContain("1 of 1 cases hold");
    },
    600_000,
  );
});

const fixtures = join(repository, "packages/processors/test/fixtures/points");
let folder: string;
let outputs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-points-"));
  await cp(fixtures, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const grid = { crs: "EPSG:4326", resolution: 0.5, bounds: [10, 40, 20, 48] };
const rasters = {
  warm: { path: "warm.tif", type: "continuous" },
  wet: { path: "wet.tif", type: "continuous" },
  high: { path: "high.tif", type: "continuous" },
};
const sloths = { path: "records.csv", kind: "occurrences", species: "species", checks: "none" };

interface Made {
  readonly directory: string;
  readonly rows: readonly Row[];
}

async function make(
  points: Configuration,
  more: Configuration = {},
  args: readonly string[] = [],
): Promise<Made> {
  const directory = `out-${outputs++}`;
  const own = { formats: ["csv", "parquet", "arrow"], directory };
  const config = {
    grid,
    datasets: { ...rasters, sloths },
    ...more,
    points: { records: "sloths", ...points },
    export: own,
  };
  await run(folder, config, args);
  return { directory, rows: await readCsv(join(folder, directory, "points.csv")) };
}

const expected = (name: string): Promise<Row[]> => readCsv(join(folder, name));

describe("values at points", () => {
  it.each([
    ["near", "near.csv", 1e-5],
    ["bilinear", "bilinear.csv", 1e-4],
    // Peers agree among themselves to this part of the values' spread: see the cases' README.
    [{ buffer: 30_000 }, "buffer.csv", 0.02],
  ])("%j are those of terra, or of pyproj and shapely", async (values, file, tolerance) => {
    const { rows } = await make({ values });
    const peers = await expected(file);
    expect(rows.length).toBe(peers.length);
    let compared = 0;
    for (const [index, peer] of peers.entries()) {
      for (const name of ["warm", "wet", "high"]) {
        const [ours, theirs] = [rows[index]![name]!, peer[name]!];
        if (theirs === "skip") continue;
        if (theirs === "" || ours === "") {
          expect({ index, name, ours }).toEqual({ index, name, ours: theirs });
          continue;
        }
        compared++;
        expect(Math.abs(Number(ours) - Number(theirs)), `${name} of record ${index}`).toBeLessThan(tolerance);
      }
    }
    expect(compared).toBeGreaterThan(150);
  });

  it("are the merged table's for `cell`, and rows are in the order of the input", async () => {
    const { rows, directory } = await make({ values: "cell" });
    const merged = await readCsv(join(folder, directory, "merged.csv"));
    const at = (x: number, y: number): string =>
      `${Math.floor((x - 10) / 0.5)} ${Math.floor((48 - y) / 0.5)}`;
    const cells = new Map(merged.map((row) => [at(Number(row["x"]), Number(row["y"])), row]));
    const records = await expected("records.csv");
    expect(rows.map(({ x, y }) => [Number(x), Number(y)])).toEqual(
      records.map(({ decimalLongitude, decimalLatitude }) => [
        Number(decimalLongitude),
        Number(decimalLatitude),
      ]),
    );
    for (const row of rows) {
      const cell = cells.get(at(Number(row["x"]), Number(row["y"])))!;
      for (const name of ["warm", "wet", "high", "sloths"]) expect(row[name]).toBe(cell[name]);
    }
  });
});

const everything = {
  values: "bilinear",
  thin: "cell",
  background: { count: 60, seed: 4, weight: "area" },
  folds: { count: 4, block: 150_000, seed: 2 },
};

/** SHA-256 of the files of points. */
async function hashes({ directory }: Made): Promise<unknown> {
  const text = await readFile(join(folder, directory, "merged.metadata.json"), "utf8");
  const { files, points } = JSON.parse(text) as {
    files: { name: string; sha256: string }[];
    points: unknown;
  };
  const own = files.filter(({ name }) => name.startsWith("points"));
  expect(own.map(({ name }) => name)).toEqual(["points.csv", "points.parquet", "points.arrow"]);
  return { own, points };
}

describe("the table of points", () => {
  it("has the same bytes whatever threads, batches, windows, mode and limit", async () => {
    const wanted = await hashes(await make(everything));
    for (const more of [
      { threads: 1, merge: { enable_streaming: true, streaming_chunk_size: 100 } },
      { threads: 2, memory: { limit: "400MB" }, resampling: { window_size: 256 } },
    ])
      expect(await hashes(await make(everything, more))).toEqual(wanted);
  });

  it("has the same bytes when what was staged is reused, and when it is made anew", async () => {
    const first = await make(everything);
    const wanted = await hashes(first);
    const config = join(folder, "config.yml");
    for (const more of [[], ["--fresh"]]) {
      const { code, stderr } = await quadrat(["run", "--config", config, ...more], { cwd: folder });
      expect(code, stderr).toBe(0);
      expect(await hashes(first)).toEqual(wanted);
    }
  });

  it("has the same rows for records in another order, but for their order", async () => {
    const text = await readFile(join(folder, "records.csv"), "utf8");
    const [header, ...lines] = text.trimEnd().split("\n");
    const shuffled = lines
      .map((line, i) => [(i * 7919) % lines.length, line] as const)
      .sort(([a], [b]) => a - b);
    await writeFile(
      join(folder, "shuffled.csv"),
      `${[header, ...shuffled.map(([, line]) => line)].join("\n")}\n`,
    );
    const points = { ...everything, thin: undefined };
    const one = await make(points);
    const other = await make(points, {
      datasets: { ...rasters, sloths: { ...sloths, path: "shuffled.csv" } },
    });
    const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(other.rows)).toEqual(sorted(one.rows));
    expect(other.rows).not.toEqual(one.rows);
  });

  it("says in the metadata where each column's values come from, and why", async () => {
    const { directory } = await make(
      { values: "near" },
      { datasets: { ...rasters, spread: { path: "warm.tif", resample: "stdev" }, sloths } },
    );
    const text = await readFile(join(folder, directory, "merged.metadata.json"), "utf8");
    const { points } = JSON.parse(text) as {
      points: { rows: number; columns: { name: string; values_of?: string; because?: string }[] };
    };
    expect(points.rows).toBe(120);
    expect(points.columns.map(({ name, values_of: of, because }) => [name, of, because])).toEqual([
      ["x", undefined, undefined],
      ["y", undefined, undefined],
      ["species", undefined, undefined],
      ["presence", undefined, undefined],
      ["warm", "near", undefined],
      ["wet", "near", undefined],
      ["high", "near", undefined],
      ["spread", "cell", "stdev is a statistic of a cell's pixels"],
      ["sloths", "cell", "it is not a raster"],
    ]);
  });

  it("draws by area if it is asked to: cells near the equator are more likely than others", async () => {
    await inFolder(async (own) => {
      await writeFile(join(own, "records.csv"), "decimalLongitude,decimalLatitude\n0.5,0.5\n");
      const half = async (weight: string): Promise<number> => {
        await run(own, {
          grid: { crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90] },
          datasets: { records: { path: "records.csv", kind: "occurrences", checks: "none" } },
          merge: { join: "all" },
          points: { records: "records", background: { count: 6000, seed: 1, weight } },
        });
        const rows = await readCsv(join(own, "output/default/points.csv"));
        const background = rows.filter(({ presence }) => presence === "0");
        expect(background.length).toBe(6000);
        expect(new Set(background.map(({ x, y }) => `${x} ${y}`)).size).toBe(6000);
        return background.filter(({ y }) => Math.abs(Number(y)) < 30).length / 6000;
      };
      // A third of the cells, but half of the area of the sphere; five standard deviations on either side, and a tenth of all
      // cells, which are drawn without replacement.
      expect(Math.abs((await half("cell")) - 1 / 3)).toBeLessThan(0.03);
      expect(Math.abs((await half("area")) - 1 / 2)).toBeLessThan(0.04);
    });
  });

  it.each([
    ["bilinear", true],
    [{ buffer: 30_000 }, true],
    ["near", false],
  ] as const)("warns if values %j are means of the numbers of classes: %s", async (values, isWarned) => {
    const file = join(folder, "classes.yml");
    const datasets = { ...rasters, high: { path: "high.tif", type: "categorical" }, sloths };
    const directory = `out-${outputs++}`;
    const config = { grid, datasets, points: { records: "sloths", values }, export: { directory } };
    await writeFile(file, JSON.stringify(config));
    const { stderr, code } = await quadrat(["run", "--config", file]);
    expect(code).toBe(0);
    expect(stderr.includes("warning: points: high: ")).toBe(isWarned);
    expect(stderr).not.toMatch(/warning: points: .*(warm|wet)/);
  });

  it("is gone after a run that does not ask for it", async () => {
    const { directory } = await make({ values: "cell" });
    await run(folder, { grid, datasets: { ...rasters, sloths }, export: { directory } });
    const { stderr, code } = await quadrat([
      "summary",
      "--table",
      "points",
      "--store",
      join(folder, directory, "quadrat.duckdb"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("has no table of points yet");
  });
});

describe("quadrat summary", () => {
  interface Summary {
    readonly columns: readonly Readonly<Record<string, number | string>>[];
    readonly correlations: {
      readonly columns: readonly string[];
      readonly r: readonly (readonly number[])[];
    };
    readonly vif: { readonly columns: readonly { readonly name: string; readonly vif: number }[] };
  }

  it("has the numbers of pandas and numpy", async () => {
    const datasets = {
      warm: { path: "warm.tif", resample: "near" },
      wet: { path: "wet.tif", resample: "near" },
      sum: {
        sql: "SELECT cell, warm.value::DOUBLE + 0.01 * wet.value::DOUBLE ** 2 AS value FROM warm JOIN wet USING (cell)",
      },
    };
    await run(folder, { grid: { like: "warm.tif" }, datasets, export: { directory: "summary" } });
    const store = join(folder, "summary/quadrat.duckdb");
    const { stdout, stderr, code } = await quadrat(["summary", "--store", store, "--json"]);
    expect(code, stderr).toBe(0);
    const ours = JSON.parse(stdout) as Summary;
    const peers = JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as {
      columns: Readonly<Record<string, Readonly<Record<string, number>>>>;
      r: number[][];
      vif: number[];
    };
    expect(ours.columns.map(({ name }) => name)).toEqual(["warm", "wet", "sum"]);
    for (const column of ours.columns)
      for (const [fact, value] of Object.entries(peers.columns[column["name"] as string]!))
        expect(column[fact], fact).toBeCloseTo(value, 8);
    ours.correlations.r.flat().forEach((r, at) => expect(r).toBeCloseTo(peers.r.flat()[at]!, 10));
    ours.vif.columns.forEach(({ vif }, at) => expect(vif).toBeCloseTo(peers.vif[at]!, 8));
  });
});
