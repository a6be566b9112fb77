import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDbStore } from "@quadrat/core/host";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, readCsv, run, type Configuration } from "./support/quadrat.js";
import { writeTiff, type SimpleRaster } from "./support/tiff.js";

let inputs: string;
let folders = 0;

const classAt = (col: number, row: number): number =>
  (col * 7 + row * 13) % 17 === 0 ? -9999 : 10 * (((col >> 3) + (row >> 2) * 3) % 9);

const plainRaster: SimpleRaster = {
  ...{ width: 300, height: 200, epsg: 4326, geographic: true, origin: [0, 45], pixel: [0.05, 0.05] },
  nodata: -9999,
  value: classAt,
};

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-fractions-"));
  await writeTiff(join(inputs, "cover.tif"), plainRaster);
  await writeTiff(join(inputs, "metres.tif"), {
    ...plainRaster,
    ...{ epsg: 3857, geographic: false, origin: [-100_000, 5_700_000], pixel: [9000, 9000] },
  });
  await writeTiff(join(inputs, "halves.tif"), { ...plainRaster, value: (col) => col / 2 });
  await writeTiff(join(inputs, "many.tif"), { ...plainRaster, value: (col, row) => col + 300 * row });
  await writeTiff(join(inputs, "empty.tif"), { ...plainRaster, value: () => -9999 });
  const points = Array.from({ length: 500 }, (_, i) => `${(i * 7) % 20},${30 + ((i * 3) % 15)},s${i % 5}`);
  await writeFile(
    join(inputs, "points.csv"),
    `decimalLongitude,decimalLatitude,species\n${points.join("\n")}\n`,
  );
});
afterAll(() => rm(inputs, { recursive: true }));

const grid = { crs: "EPSG:4326", resolution: 0.18, bounds: [-0.9, 33.4, 18, 46] };
const cover = { path: "cover.tif", resample: "fractions" };
const classes = { low: [0, 10, 20], some: [20, 40], never: 200, rare: 80 };

const kinds: Record<string, Configuration> = {
  "fractions alone": { cover: { ...cover, classes } },
  "among others": {
    count: { path: "metres.tif", resample: "count" },
    cover: { ...cover, fill: -1 },
    metres: { path: "metres.tif", resample: "fractions", dtype: "float32" },
    n: { path: "points.csv", checks: "none", expand: "species" },
  },
};

interface Way {
  readonly streaming: boolean;
  readonly window: number;
  readonly threads: number | undefined;
  readonly limit: string;
}

const configuration = (kind: string, join: string, way: Way, directory: string): Configuration => ({
  grid,
  datasets: kinds[kind],
  merge: { join, enable_streaming: way.streaming },
  resampling: { window_size: way.window },
  export: { formats: ["csv", "parquet", "arrow"], directory },
  memory: { limit: way.limit },
  ...(way.threads !== undefined && { threads: way.threads }),
});

async function hashes(kind: string, join_: string, way: Way): Promise<Record<string, string>> {
  const directory = `out-${folders++}`;
  const report = await run(inputs, configuration(kind, join_, way, directory));
  const found = report.files.map(({ path, sha256 }) => [path.split("/").at(-1)!, sha256]);
  const metadata = await readFile(join(inputs, directory, "merged.metadata.json"), "utf8");
  return Object.fromEntries([...found, ["metadata", metadata]]) as Record<string, string>;
}

const calm: Way = { streaming: false, window: 2048, threads: 2, limit: "2GB" };
const ways = fc.record({
  streaming: fc.boolean(),
  window: fc.constantFrom(256, 300),
  threads: fc.constantFrom(undefined, 1, 2),
  limit: fc.constantFrom("600MB", "2GB"),
});

describe("resample: fractions", () => {
  it.each(
    Object.keys(kinds).flatMap((kind) => ["outer", "inner", "all"].map((join) => [kind, join] as const)),
  )(
    "gives the same bytes however the work is cut up (%s, join: %s)",
    async (kind, join) => {
      const plain = await hashes(kind, join, calm);
      const same = fc.asyncProperty(ways, async (way) => {
        expect(await hashes(kind, join, way)).toEqual(plain);
      });
      await fc.assert(same, {
        numRuns: 2,
        examples: [[{ streaming: true, window: 256, threads: 1, limit: "600MB" }]],
        endOnFailure: true,
      });
    },
    120_000,
  );

  it("is described: in the store, its tables, the plan and the metadata", async () => {
    const directory = `out-${folders++}`;
    const config = configuration("fractions alone", "outer", calm, directory);
    const report = await run(inputs, config);
    expect(report.columns).toEqual(["x", "y", "cover_low", "cover_some", "cover_never", "cover_rare"]);
    const rows = await readCsv(join(inputs, directory, "merged.csv"));
    const total = rows.reduce((sum, row) => sum + Number(row["cover_some"]), 0);
    expect(total).toBeGreaterThan(0);
    const file = ["--config", join(inputs, "config.yml")];
    const sql = async (query: string): Promise<unknown> => {
      const ended = await command(["sql", ...file, "--format", "json", query]);
      expect(ended.stderr).toBe("");
      return JSON.parse(ended.stdout);
    };
    for (const table of ["staged.cover", "merged"]) {
      expect(
        await sql(
          `SELECT round(sum(cover_some), 6) AS total, max(cover_never) AS never, count(cover_never)::INTEGER AS n FROM ${table}`,
        ),
      ).toEqual([{ total: Number(total.toFixed(6)), never: 0, n: rows.length }]);
    }
    expect(
      await sql("SELECT why, count(*)::INTEGER AS cells FROM why.cover WHERE why IS NULL GROUP BY why"),
    ).toEqual([{ why: null, cells: rows.length }]);
    const metadata = JSON.parse(await readFile(join(inputs, directory, "merged.metadata.json"), "utf8")) as {
      columns: Record<string, unknown>[];
    };
    expect(metadata.columns.find(({ name }) => name === "cover_never")).toMatchObject({
      ...{ dataset: "cover", class: "never", values: rows.length, nullShare: 0, min: 0, max: 0 },
    });
    const tables = JSON.parse((await command(["tables", ...file, "--json"])).stdout) as {
      tables: { schema: string; name: string; columns: { name: string; min: number | null }[] }[];
    };
    const staged = tables.tables.find(({ schema, name }) => schema === "staged" && name === "cover")!;
    expect(staged.columns.find(({ name }) => name === "cover_never")).toMatchObject({ min: 0, max: 0 });
    expect((await command(["plan", ...file])).stdout).toContain("cover_<class> (at most 4)");
    expect((await command(["run", ...file])).stderr).toMatch(/cover: staged before, reused/);
  });

  it("resumes where an interrupted run has committed last", async () => {
    const config = (directory: string): Configuration => ({
      grid: { crs: "EPSG:4326", resolution: 0.01, bounds: [0, 35, 19, 46] },
      datasets: { cover: { ...cover, classes } },
      export: { formats: ["csv", "parquet"], directory },
    });
    const whole = await run(inputs, config("whole"));
    await run(inputs, config("resumed"));
    const store = await DuckDbStore.open(join(inputs, "resumed/quadrat.duckdb"), {
      ...{ memoryBytes: 2e8, threads: 1, temporaryDirectory: inputs },
    });
    const committed = 1_966_080;
    // Far fewer than cells: equal lists are kept once.
    const [kept] = await store.rows<{ lists: number; cells: number }>(
      `SELECT (SELECT count(*)::INTEGER FROM lists.cover) AS lists, count(list)::INTEGER AS cells FROM dense.cover`,
    );
    expect(kept!.cells).toBe(whole.rows);
    expect(kept!.lists).toBeLessThan(whole.rows / 100);
    await store.exec(`
      CREATE TABLE dense.kept AS FROM dense.cover WHERE rowid < ${committed} ORDER BY rowid;
      DROP TABLE dense.cover; ALTER TABLE dense.kept RENAME TO cover;
      DELETE FROM bands WHERE dataset = 'cover' AND first_cell >= ${committed};
      UPDATE datasets SET complete = false`);
    await store.close();
    const file = join(inputs, "config.yml");
    const { code, stdout, stderr } = await command(["run", "--config", file, "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain(`cover: resumes at cell ${committed} of 2090000`);
    const resumed = JSON.parse(stdout) as typeof whole;
    expect(resumed.files.map(({ sha256 }) => sha256)).toEqual(whole.files.map(({ sha256 }) => sha256));
    const metadata = ["whole", "resumed"].map((name) =>
      readFile(join(inputs, name, "merged.metadata.json"), "utf8"),
    );
    expect(await metadata[1]).toBe(await metadata[0]);
  }, 120_000);

  it.each([
    ["halves.tif", {}, /0\.5 can't be the number of a class/],
    ["halves.tif", { classes: { one: 1 } }, /0\.5 can't be the number of a class/],
    ["many.tif", {}, /more than 10000 of them/],
    ["empty.tif", {}, /no cell of the grid has a class/],
  ])("refuses %s %o", async (path, more, message) => {
    const file = join(inputs, "refused.yml");
    const datasets = { cover: { path, resample: "fractions", ...more } };
    await writeFile(file, JSON.stringify({ grid, datasets, export: { directory: "refused" } }));
    const { code, stderr } = await command(["run", "--config", file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("takes as many values as there are if the classes are named", async () => {
    const report = await run(inputs, {
      grid,
      datasets: {
        cover: { path: "many.tif", resample: "fractions", classes: { first: 0, lots: [1, 2, 301] } },
      },
      export: { directory: `out-${folders++}` },
    });
    expect(report.columns).toEqual(["x", "y", "cover_first", "cover_lots"]);
  });
});
