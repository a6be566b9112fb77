import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDbStore } from "@quadrat/core/host";
import { afterAll, beforeAll, expect, it } from "vitest";
import { grid, hashes, must, writeConfig, writeInputs } from "./support.js";

let inputs: string;
beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeInputs(inputs);
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

const study = (directory: string) => ({
  grid,
  datasets: {
    fine: { path: "fine.tif", resample: "stdev" },
    cover: { path: "classes.tif", resample: "fractions" },
    use: { path: "classes.tif", resample: "fractions", classes: { low: [0, 1, 2], none: 77 } },
    kinds: { path: "points.csv", checks: "none", expand: "species", top: 3 },
  },
  export: { formats: ["csv", "parquet", "arrow"], directory },
  prediction: { learn: false },
});

it("collects fractions of classes with the bytes of one machine, whole and by parts", async () => {
  await must("run", "--config", await writeConfig(inputs, "single.yml", study("single")));
  const config = await writeConfig(inputs, "sharded.yml", study("sharded"));
  const folder = join(inputs, "plan");
  await must("shard", "plan", folder, "--shards", "3", "--config", config);
  for (const index of ["2", "0", "1"]) await must("shard", "run", folder, "--index", index);
  await must("shard", "collect", folder);
  expect(await hashes(join(inputs, "sharded"))).toEqual(await hashes(join(inputs, "single")));
  const parts = JSON.parse((await must("shard", "collect", folder, "--partitioned", "--json")).stdout) as {
    rows: number;
    columns: string[];
    files: { path: string }[];
  };
  const parquet = (paths: string): string => `read_parquet('${paths}')`;
  const single = parquet(join(inputs, "single/merged.parquet"));
  const divided = parquet(join(inputs, "sharded/merged/*.parquet"));
  const store = await DuckDbStore.open(join(inputs, "compared.duckdb"), {
    ...{ memoryBytes: 5e8, threads: 1, temporaryDirectory: inputs },
  });
  const counts = await store.rows(`
    SELECT (SELECT count(*)::INTEGER FROM ${single}) AS rows,
      (SELECT count(*)::INTEGER FROM (FROM ${single} EXCEPT ALL FROM ${divided})) AS missing`);
  await store.close();
  expect(counts).toEqual([{ rows: parts.rows, missing: 0 }]);
  expect(parts.columns).toEqual(expect.arrayContaining(["cover_10", "use_low", "use_none"]));
});
