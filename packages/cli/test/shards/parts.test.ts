import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../e2e/support/one-process.js";
import { datasets, must, study, writeConfig, writeInputs } from "./support.js";

let inputs: string;
const { ranked, ...local } = datasets;

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeInputs(inputs);
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

async function rowsOf(select: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(select)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe("shard collect --partitioned", () => {
  it.each(["outer", "inner", "all"])("gives the rows of a single run in order (join: %s)", async (joined) => {
    const settings = { datasets: local, merge: { join: joined } };
    await must(
      "run",
      "--config",
      await writeConfig(inputs, "single.yml", study(`single-${joined}`, settings)),
    );
    const config = await writeConfig(inputs, `${joined}.yml`, study(joined, settings));
    const folder = join(inputs, `plan-${joined}`);
    await must("shard", "plan", folder, "--shards", "5", "--config", config);
    for (let index = 0; index < 5; index++) await must("shard", "run", folder, "--index", String(index));
    const parts = join(inputs, joined, "merged");
    await must("shard", "collect", folder, "--partitioned", "--index", "3");
    expect(await readdir(parts)).toEqual(["part-00003.parquet"]);
    const { stdout } = await must("shard", "collect", folder, "--partitioned", "--json");
    expect((await readdir(parts)).sort()).toEqual(
      [0, 1, 2, 3, 4].map((index) => `part-0000${index}.parquet`),
    );
    expect(await readdir(join(inputs, joined))).toEqual(
      expect.arrayContaining(["merged", "merged.metadata.json"]),
    );
    const single = join(inputs, `single-${joined}`);
    const all = await rowsOf(`FROM '${single}/merged.parquet'`);
    expect(await rowsOf(`FROM '${parts}/*.parquet'`)).toEqual(all);
    expect(JSON.parse(stdout)).toMatchObject({ rows: all.length, reused: 1 });
    const metadata = async (path: string) => {
      const { files, rows, columns, grid } = JSON.parse(await readFile(path, "utf8")) as Record<
        string,
        unknown
      >;
      return { rows, columns, grid, files: (files as { rows: number }[]).length };
    };
    const [own, expected] = await Promise.all([
      metadata(join(inputs, joined, "merged.metadata.json")),
      metadata(join(single, "merged.metadata.json")),
    ]);
    expect({ ...own, files: 6 }).toEqual(expected);
    await rm(join(parts, "part-00002.parquet"));
    const again = await must("shard", "collect", folder, "--partitioned", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ rows: all.length, reused: 4 });
    expect(await rowsOf(`FROM '${parts}/*.parquet'`)).toEqual(all);
  });

  it("refuses a query that needs other cells, by name", async () => {
    const config = await writeConfig(
      inputs,
      "distant.yml",
      study("distant", { datasets: { ...local, ranked } }),
    );
    const folder = join(inputs, "plan-distant");
    await must("shard", "plan", folder, "--shards", "2", "--config", config);
    const { code, stderr } = await command(["shard", "collect", folder, "--partitioned"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the query ranked can't be run part by part: it has a window over cells/);
  });
});
