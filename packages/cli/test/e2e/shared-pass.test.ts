import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DuckDbStore } from "@quadrat/core/host";
import { inFolder, run, type Configuration } from "./support/quadrat.js";

const grid = { crs: "EPSG:4326", resolution: 0.5, bounds: [0, 0, 20, 10] };

/** Records of which some are wrong in every way that the checks know. */
const records = Array.from({ length: 900 }, (_, i) => {
  const x = i % 50 === 7 ? "" : i % 60 === 9 ? 200 : (i * 7.31) % 22;
  const y = i % 70 === 3 ? x : (i * 3.77) % 11;
  const species = i % 11 === 5 ? "" : `Genus species${(i * i) % 17}`;
  return [x, y, species, 1990 + (i % 7), i % 40 === 2 ? 9_000_000 : 30, `k${i % 5}`].join(",");
});
const text = `decimalLongitude,decimalLatitude,species,year,coordinateUncertaintyInMeters,datasetKey\n${records.join("\n")}\n${records.slice(5, 25).join("\n")}\n`;

const common = {
  path: "records.csv",
  kind: "occurrences",
  where: "year > 1990",
  keep: ["year"],
  rejected: true,
  derived_dataset: true,
};
const datasets: Record<string, Record<string, Record<string, unknown>>> = {
  standard: {
    n: { ...common },
    richness: { ...common, measure: "species" },
    named: { ...common, species: "species" },
    present: { ...common, measure: "presence" },
    again: { ...common, measure: "species", species: "species" },
    others: { ...common, where: "year > 1992" },
  },
  random: {
    n: { ...common, uncertainty: "coordinateUncertaintyInMeters", assign: "random" },
    richness: {
      ...{ ...common, uncertainty: "coordinateUncertaintyInMeters", assign: "random" },
      measure: "species",
    },
  },
  strict: {
    n: { ...common, checks: "strict" },
    richness: { ...common, measure: "species", checks: "strict" },
    named: { ...common, species: "species", checks: "strict" },
  },
};

type Found = Record<string, unknown>;

async function tablesOf(folder: string, names: readonly string[]): Promise<Found> {
  const store = await DuckDbStore.open(join(folder, "out/quadrat.duckdb"), {
    ...{ memoryBytes: 1e8, threads: 1, temporaryDirectory: folder, readOnly: true },
  });
  try {
    const found: Found = {};
    for (const name of names) {
      for (const schema of ["staged", "records", "verdicts", "rejected", "derived"]) {
        const table = `${schema}."${name}"`;
        found[table] = await store.rows(`FROM ${table} ORDER BY ALL`).catch(() => "none");
      }
    }
    const leftovers = await store.rows(
      "SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'scratch%'",
    );
    expect(leftovers).toEqual([]);
    return found;
  } finally {
    await store.close();
  }
}

describe("datasets of the same records", () => {
  it.each(Object.keys(datasets))("read them once, and get what each would get alone: %s", async (kind) => {
    const all = datasets[kind]!;
    const settings = (chosen: object): Configuration => ({
      grid,
      datasets: chosen,
      export: { directory: "out" },
    });
    await inFolder(async (folder) => {
      await writeFile(join(folder, "records.csv"), text);
      await run(folder, settings(all));
      const together = await tablesOf(folder, Object.keys(all));
      const metadata = JSON.parse(await readFile(join(folder, "out/merged.metadata.json"), "utf8")) as Found;
      const columns = metadata["columns"] as { name: string; records?: unknown }[];
      for (const [name, dataset] of Object.entries(all)) {
        await inFolder(async (own) => {
          await writeFile(join(own, "records.csv"), text);
          await run(own, settings({ [name]: dataset }));
          const alone = await tablesOf(own, [name]);
          expect(Object.keys(alone)).toHaveLength(5);
          for (const [table, rows] of Object.entries(alone)) expect(together[table], table).toEqual(rows);
          const [before] = (
            JSON.parse(await readFile(join(own, "out/merged.metadata.json"), "utf8")) as typeof metadata & {
              columns: { name: string; records?: unknown }[];
            }
          ).columns.filter((column) => column.name === name);
          expect(columns.find((column) => column.name === name)!.records).toEqual(before!.records);
        });
      }
    });
  });
});
