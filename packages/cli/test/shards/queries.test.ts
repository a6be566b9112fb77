import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTiff } from "../e2e/support/tiff.js";
import { hashes, must, writeConfig } from "./support.js";

let folder: string;
let plan: string;

const datasets = {
  a: { path: "a.tif", resample: "near" },
  b: { path: "b.tif", resample: "near" },
  t: { path: "t.csv", measure: "sum", value: "v" },
  ratio: { sql: "SELECT cell, a.value / b.value AS value FROM a JOIN b USING (cell)" },
  twice: { sql: "SELECT cell, 2 * value + y AS value FROM ratio WHERE x > 1", fill: -1 },
  ranked: { sql: "SELECT cell, rank() OVER (ORDER BY value, cell) AS value FROM a" },
  beside: { sql: "SELECT cell, a.value + t.value AS value FROM a JOIN t USING (cell)" },
  after: { sql: "SELECT cell, value + 1 AS value FROM ranked" },
} as const;

const configOf = (directory: string) => ({
  grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [0, 0, 6, 4] },
  datasets,
  export: { directory, formats: ["csv", "parquet"] },
  prediction: { learn: false },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-shard-queries-"));
  for (const [name, value] of [
    ["a", (col: number, row: number) => (col * 7 + row * 3) % 101],
    // A division by zero now and then.
    ["b", (col: number, row: number) => (col + row) % 9],
  ] as const)
    await writeTiff(join(folder, `${name}.tif`), {
      width: 60,
      height: 40,
      epsg: 4326,
      geographic: true,
      origin: [0, 4],
      pixel: [0.1, 0.1],
      nodata: -9999,
      value,
    });
  const lines = Array.from({ length: 300 }, (_, i) => `${(i % 59) / 10},${(i % 39) / 10},${i}`);
  await writeFile(join(folder, "t.csv"), `decimalLongitude,decimalLatitude,v\n${lines.join("\n")}\n`);
  plan = join(folder, "plan");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("runs queries in shards if they look at their own cells of rasters alone", async () => {
  const single = await must("run", "--config", await writeConfig(folder, "single.yml", configOf("single")));
  const config = await writeConfig(folder, "shards.yml", configOf("shards"));
  const planned = await must("shard", "plan", plan, "--shards", "3", "--config", config);
  expect(planned.stdout).toMatch(/ratio +query, staged in every shard/);
  expect(planned.stdout).toMatch(/ranked +query, staged when collected: it has a window over cells/);
  expect(planned.stdout).toMatch(/beside +query, staged when collected: it reads a table/);
  const { datasets: found } = JSON.parse(await readFile(join(plan, "plan.json"), "utf8")) as {
    readonly datasets: readonly { readonly name: string; readonly staged_by: unknown }[];
  };
  const inShards = found.flatMap(({ name, staged_by: by }) => (by === "every shard" ? [name] : []));
  expect(inShards).toEqual(["a", "b", "ratio", "twice"]);
  for (const index of ["2", "0", "1"]) {
    const { stdout } = await must("shard", "run", plan, "--index", index, "--json");
    expect((JSON.parse(stdout) as { datasets: string[] }).datasets).toEqual(expect.arrayContaining(inShards));
  }
  const collected = await must("shard", "collect", plan);
  const warning = /ratio: \d+ cells have no value because the query returns NaN or infinity/;
  expect(collected.stderr).toMatch(warning);
  expect(warning.exec(collected.stderr)![0]).toBe(warning.exec(single.stderr)![0]);
  const withoutPaths = async (directory: string) => {
    const { "merged.metadata.json": _, ...files } = await hashes(join(folder, directory));
    return files;
  };
  expect(await withoutPaths("shards")).toEqual(await withoutPaths("single"));
});
