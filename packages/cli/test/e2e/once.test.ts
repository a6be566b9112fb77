import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Inspection } from "@quadrat/core/host";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quadrat } from "../commands/quadrat.js";
import { hashes, must, writeConfig } from "../shards/support.js";
import { writeTiff } from "./support/tiff.js";

let inputs: string;

const raster = (name: string, add = 0): Promise<void> =>
  writeTiff(join(inputs, name), {
    width: 60,
    height: 40,
    epsg: 4326,
    geographic: true,
    origin: [0, 4],
    pixel: [0.1, 0.1],
    nodata: -9999,
    value: (col, row) => ((col * 7 + row * 3) % 50) + add,
  });

const rasters = ["r0", "r1", "r2", "r3", "r4", "r5"];

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-once-"));
  for (const [index, name] of rasters.entries()) await raster(`${name}.tif`, index);
  const lines = Array.from({ length: 200 }, (_, i) => `${(i % 59) / 10},${(i % 39) / 10},${i},sp${i % 3}`);
  await writeFile(join(inputs, "t.csv"), `decimalLongitude,decimalLatitude,v,species\n${lines.join("\n")}\n`);
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

type Datasets = Readonly<Record<string, object>>;

/** Ten: rasters, tables, and queries that read one of each. */
const ten: Datasets = {
  ...Object.fromEntries(rasters.map((name) => [name, { path: `${name}.tif` }])),
  total: { path: "t.csv", measure: "sum", value: "v" },
  records: { path: "t.csv", measure: "records" },
  ratio: { sql: "SELECT cell, a.value / b.value AS value FROM r0 a JOIN total b USING (cell)" },
  ranked: { sql: "SELECT cell, rank() OVER (ORDER BY value, cell) AS value FROM r1" },
};
const names = Object.keys(ten);

const configOf = (directory: string, datasets: Datasets = ten, more: object = {}): Promise<string> =>
  writeConfig(inputs, `${directory}.yml`, {
    grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [0, 0, 6, 4] },
    datasets,
    export: { directory },
    prediction: { learn: false },
    ...more,
  });

async function query(directory: string, sql: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await must("sql", sql, "--store", join(inputs, directory, "quadrat.duckdb"), "--json");
  return JSON.parse(stdout) as Record<string, unknown>[];
}

/** What the ledger and the catalogue have of every dataset, by its name, but for the states of its files. */
async function ledger(directory: string): Promise<ReadonlyMap<string, string>> {
  const rows = await query(
    directory,
    `SELECT name, key, facts, complete,
       (SELECT list([first_cell::VARCHAR, last_cell::VARCHAR, made_from, finished::VARCHAR] ORDER BY first_cell)
        FROM bands WHERE dataset = name) AS bands
     FROM datasets ORDER BY position`,
  );
  return new Map(
    rows.map(({ name, facts, ...rest }) => {
      const { inputs: _, ...found } = JSON.parse(String(facts)) as Record<string, unknown>;
      return [String(name), JSON.stringify({ ...rest, found })];
    }),
  );
}

/** The datasets that were done between two states of the ledger. */
function done(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].flatMap(([name, entry]) => (before.get(name) === entry ? [] : [name]));
}

/** What `quadrat plan` says of the datasets that are not simply reused. */
async function planned(config: string, ...args: string[]): Promise<Record<string, string>> {
  const { stdout } = await must("plan", "--config", config, "--json", ...args);
  const { work } = JSON.parse(stdout) as Inspection;
  return Object.fromEntries(
    work!.datasets!.flatMap(({ name, action, reason }) =>
      action === "reuse" ? [] : [[name, `${action}: ${reason.replaceAll(inputs, "")}`]],
    ),
  );
}

describe("a run of ten datasets", () => {
  it("does each once, and says before what it will do and why", { timeout: 300_000 }, async () => {
    const config = await configOf("out");
    const no = Object.fromEntries(names.map((name) => [name, "stage: there is no store yet"]));
    expect(await planned(config)).toEqual(no);
    expect(await readdir(inputs)).not.toContain("out");
    await must("run", "--config", config);
    let before = await ledger("out");
    expect([...before.keys()]).toEqual(names);
    const outputs = await hashes(join(inputs, "out"));

    /** Plans and runs; both have to agree in what is done. */
    const runs = async (what: Record<string, string>, file = config): Promise<void> => {
      expect(await planned(file)).toEqual(what);
      await must("run", "--config", file);
      const after = await ledger("out");
      expect(done(before, after)).toEqual(Object.keys(what));
      before = after;
      expect(await planned(file)).toEqual({});
    };

    await runs({});
    expect(await hashes(join(inputs, "out"))).toEqual(outputs);
    await raster("r3.tif", 17);
    await runs({ r3: "stage: /r3.tif has changed" });
    expect(await hashes(join(inputs, "out"))).not.toEqual(outputs);
    await raster("r0.tif", 17);
    await runs({
      r0: "stage: /r0.tif has changed",
      ratio: "stage: it reads r0, of which there is something to do",
    });
    const averaged = { ...ten, r5: { path: "r5.tif", resample: "cubic" } };
    const other = await configOf("out", averaged);
    await runs({ r5: "stage: its method was bilinear" }, other);
    const text = { ...averaged, ranked: { sql: "SELECT cell, value + 1 AS value FROM r1" } };
    await runs({ ranked: "stage: its SQL, or what it reads, is another" }, await configOf("out", text));
    const moved = { ...text, r4: { path: "r2.tif" } };
    await runs({ r4: "stage: its file was /r4.tif" }, await configOf("out", moved));
    const filtered = { ...moved, records: { path: "t.csv", measure: "records", where: "v > 100" } };
    await runs(
      { records: "stage: its settings, a plugin, or Quadrat's version are others" },
      await configOf("out", filtered),
    );
    const { r1: _, ranked: __, ...eight }: Datasets = filtered;
    await runs({}, await configOf("out", eight));
    await runs(
      { r1: "stage: it is not in the store" },
      await configOf("out", { ...eight, r1: { path: "r1.tif" } }),
    );
    const grid = { crs: "EPSG:4326", resolution: 0.2, bounds: [0, 0, 6, 4] };
    const coarse = await planned(await configOf("out", eight, { grid }));
    expect(coarse["r2"]).toBe("stage: the grid is another");
    expect(coarse["ratio"]).toBe("stage: it reads r0, of which there is something to do");
    expect(Object.keys(coarse)).toEqual(Object.keys(eight));
  });

  it("says where an interrupted run is resumed, and who has the store", { timeout: 120_000 }, async () => {
    const config = await configOf("broken");
    await must("run", "--config", config);
    const outputs = await hashes(join(inputs, "broken"));
    const store = join(inputs, "broken/quadrat.duckdb");
    const instance = await DuckDBInstance.create(store);
    const connection = await instance.connect();
    await connection.run("UPDATE datasets SET complete = false WHERE name IN ('r2', 'total', 'ratio')");
    const held = await quadrat(["plan", "--config", config, "--json"]);
    connection.closeSync();
    instance.closeSync();
    const { work } = JSON.parse(held.stdout) as Inspection;
    expect(work).toMatchObject({ store, datasets: null });
    expect(work!.note).toContain(`the store is in use by another process: number ${process.pid} (`);
    const begun = "stage: an earlier run was interrupted before it had finished anything of it";
    expect(await planned(config)).toEqual({
      r2: "resume: an earlier run was interrupted after 2400 of 2400 cells",
      total: begun,
      ratio: "stage: it reads total, of which there is something to do",
    });
    const { stdout } = await must("plan", "--config", config);
    expect(stdout).toMatch(/^work that a run would do, by its store\n {2}r0 +reused +nothing has changed$/m);
    expect(stdout).toMatch(/^ {2}r2 +resumed +an earlier run was interrupted after 2400 of 2400 cells$/m);
    expect(stdout).toMatch(/^ {2}\S*merged\.csv +written +of r2 there is something to do$/m);
    expect(stdout).toMatch(/^queries\n {2}ratio +looks at its own cell only$/m);
    expect(stdout).toMatch(/^ {2}ranked +looks at other cells: it has a window over cells$/m);
    await must("run", "--config", config);
    expect(await hashes(join(inputs, "broken"))).toEqual(outputs);
  });
});

describe("shards of ten datasets", () => {
  it(
    "do each once; what a new plan has in common with the old is collected once",
    { timeout: 300_000 },
    async () => {
      const config = await configOf("sharded");
      const run = async (plan: string): Promise<void> => {
        for (const index of ["0", "1"]) await must("shard", "run", plan, "--index", index);
        await must("shard", "collect", plan);
      };
      const first = join(inputs, "first");
      const told = await must("shard", "plan", first, "--shards", "2", "--config", config);
      expect(told.stdout).toMatch(
        /^ratio +query, staged when collected: it reads a table, or such a query$/m,
      );
      expect(told.stdout).toMatch(/^ranked +query, staged when collected: it has a window over cells$/m);
      await run(first);
      const before = await ledger("sharded");
      const outputs = await hashes(join(inputs, "sharded"));
      const files = async (): Promise<string[]> => {
        const made = ["shards/00000.shard", "shards/00001.shard"].map((name) => stat(join(first, name)));
        return (await Promise.all(made)).map(({ ino, ctimeMs }) => `${ino} ${ctimeMs}`);
      };
      const shards = await files();
      await run(first);
      expect(await files()).toEqual(shards);
      expect(done(before, await ledger("sharded"))).toEqual([]);
      expect(await hashes(join(inputs, "sharded"))).toEqual(outputs);
      // The store that shards were collected into is that of a single run.
      expect(await planned(config)).toEqual({});

      // A plan is of its inputs: with others it is a new one.
      await raster("r2.tif", 23);
      const again = await must("shard", "run", first, "--index", "0");
      expect(again.stdout).toMatch(/^shard 0: done before/);
      const second = join(inputs, "second");
      await must("shard", "plan", second, "--shards", "2", "--config", config);
      expect(await planned(config)).toEqual({ r2: "stage: /r2.tif has changed" });
      await run(second);
      expect(done(before, await ledger("sharded"))).toEqual(["r2"]);
    },
  );
});
