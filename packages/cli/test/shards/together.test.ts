import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadPlan } from "@quadrat/core/host";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashes, must, writeConfig } from "./support.js";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "quadrat-together-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const common = { path: "records.csv", kind: "occurrences", where: "year > 1990" };
const datasets = {
  records: common,
  richness: { ...common, measure: "species" },
  others: { ...common, where: "year > 1992" },
  present: { ...common, measure: "presence" },
  again: { ...common, where: "year > 1992", measure: "species" },
  mean: { ...common, measure: "mean", value: "year" },
  named: { ...common, species: "species" },
};
/** Datasets that ask for numbers of the same records. */
const groups = [["records", "richness", "present", "named"], ["others", "again"], ["mean"]];

describe("datasets of the same records", () => {
  it(
    "are staged by one shard, from one reading, with the bytes of a single run",
    { timeout: 120_000 },
    async () => {
      const lines = Array.from(
        { length: 600 },
        (_, i) => `${(i * 7.31) % 20},${(i * 3.77) % 10},Genus species${(i * i) % 17},${1989 + (i % 8)}`,
      );
      const head = "decimalLongitude,decimalLatitude,species,year";
      await writeFile(join(folder, "records.csv"), `${head}\n${lines.join("\n")}\n`);
      const configOf = (directory: string) =>
        writeConfig(folder, `${directory}.yml`, {
          grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [0, 0, 20, 10] },
          datasets,
          export: { directory },
          prediction: { learn: false },
        });
      await must("run", "--config", await configOf("single"));
      const plan = join(folder, "plan");
      const config = await configOf("shards");
      const { stdout } = await must("shard", "plan", plan, "-n", "5", "--config", config, "--json");
      const planned = (JSON.parse(stdout) as Pick<ReadPlan, "datasets">).datasets;
      const by = new Map(planned.map((dataset) => [dataset.name, dataset.staged_by]));
      const owners = groups.map((names) => new Set(names.map((name) => by.get(name))));
      for (const owner of owners) expect(owner.size).toBe(1);
      // Three readings, by three shards.
      expect(new Set(by.values()).size).toBe(3);
      for (const index of ["0", "1", "2", "3", "4"]) await must("shard", "run", plan, "--index", index);
      await must("shard", "collect", plan);
      const csv = async (directory: string) => (await hashes(join(folder, directory)))["merged.csv"];
      expect(await csv("shards")).toBe(await csv("single"));
    },
  );
});
