import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashes, must, study, writeConfig, writeInputs } from "./support.js";

let inputs: string;
let single: Record<string, string>;
let folders = 0;

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeInputs(inputs);
  const config = await writeConfig(inputs, "single.yml", study("single"));
  await must("run", "--config", config);
  single = await hashes(join(inputs, "single"));
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

interface Way {
  readonly shards: number;
  /** Numbers by which the shards are put into an order. */
  readonly order: readonly number[];
  /** Shards that are run twice, one after the other or at the same time. */
  readonly again: readonly number[];
  readonly atOnce: boolean;
  readonly prepare: boolean;
  readonly window: number;
  readonly threads: number | undefined;
}

async function collected(way: Way): Promise<Record<string, string>> {
  const name = `way-${folders++}`;
  const settings = {
    resampling: { window_size: way.window },
    ...(way.threads !== undefined && { threads: way.threads }),
  };
  const config = await writeConfig(inputs, `${name}.yml`, study(`${name}-out`, settings));
  const folder = join(inputs, name);
  await must("shard", "plan", folder, "--shards", String(way.shards), "--config", config);
  if (way.prepare) await must("shard", "prepare", folder);
  const order = [...Array(way.shards).keys()].sort(
    (a, b) => way.order[a % way.order.length]! - way.order[b % way.order.length]! || a - b,
  );
  const runOne = (index: number) => must("shard", "run", folder, "--index", String(index));
  for (const index of order) {
    if (way.again.includes(index) && way.atOnce) await Promise.all([runOne(index), runOne(index)]);
    else await runOne(index);
  }
  for (const index of way.again) if (index < way.shards) await runOne(index);
  await must("shard", "collect", folder);
  expect(await readdir(join(folder, "work"))).toEqual([]);
  return hashes(join(inputs, `${name}-out`));
}

const way = fc.integer({ min: 1, max: 12 }).chain((shards) =>
  fc.record({
    shards: fc.constantFrom(shards, 1, 2),
    order: fc.array(fc.nat(100), { minLength: 1, maxLength: shards }),
    again: fc.uniqueArray(fc.nat(shards - 1), { maxLength: 2 }),
    atOnce: fc.boolean(),
    prepare: fc.boolean(),
    window: fc.constantFrom(256, 300, 2048),
    threads: fc.constantFrom(undefined, 1, 2),
  }),
);

describe("what shards have made", () => {
  it("are the bytes of a single run, whatever their number and order, also if some are made twice", async () => {
    expect(Object.keys(single)).toEqual([
      "merged.arrow",
      "merged.csv",
      "merged.csv.gz",
      "merged.geoparquet",
      "merged.metadata.json",
      "merged.parquet",
      "merged.tif",
    ]);
    await fc.assert(
      fc.asyncProperty(way, async (one) => {
        expect(await collected(one)).toEqual(single);
      }),
      { numRuns: 6, seed: 16 },
    );
  });

  it("are the bytes of a single run if a shard is less than a block of cells", async () => {
    const all = { order: [0], again: [], atOnce: false, prepare: true, window: 2048, threads: 1 };
    expect(await collected({ ...all, shards: 36 })).toEqual(single);
  });
});

/** What a store has, but for when and how it was made. */
async function contents(store: string): Promise<Record<string, unknown[]>> {
  const queries = {
    staged:
      "SELECT name, position, driver, method, data_type, layout, key, complete FROM datasets ORDER BY position",
    bands: "SELECT dataset, first_cell, last_cell, made_from FROM bands ORDER BY ALL",
    merged: "FROM merged",
    outside: "FROM outside.metres",
    why: "SELECT cell, why FROM staged.why('metres') ORDER BY cell",
    kinds: "FROM staged.kinds",
    ratio: "FROM staged.ratio",
    records: "FROM records.richness",
    verdicts: "FROM verdicts.richness",
    grid: "FROM grid",
  };
  const found: Record<string, unknown[]> = {};
  for (const [name, query] of Object.entries(queries)) {
    const { stdout } = await must("sql", "--store", store, "--format", "json", "--rows", "1000000", query);
    found[name] = JSON.parse(stdout) as unknown[];
  }
  return found;
}

describe("the store into which shards were collected", () => {
  it("has what that of a single run has", async () => {
    const config = await writeConfig(inputs, "stored.yml", study("stored"));
    const folder = join(inputs, "stored-plan");
    await must("shard", "plan", folder, "--shards", "4", "--config", config);
    for (const index of ["0", "1", "2", "3"]) await must("shard", "run", folder, "--index", index);
    await must("shard", "collect", folder);
    const stores = ["stored", "single"].map((name) => contents(join(inputs, name, "quadrat.duckdb")));
    const [collected, expected] = await Promise.all(stores);
    for (const [name, rows] of Object.entries(expected!)) {
      expect(rows.length, name).toBeGreaterThan(0);
      expect(JSON.stringify(collected![name]) === JSON.stringify(rows), name).toBe(true);
    }
    const { stderr } = await must("run", "--config", config);
    expect(stderr.match(/staged before, reused/g)?.length).toBe(9);
  });
});
