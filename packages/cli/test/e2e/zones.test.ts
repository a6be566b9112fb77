import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { command } from "../commands/in-process.js";
import { must } from "../shards/support.js";
import { inFolder, readCsv, repository, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const fixtures = join(repository, "packages/processors/test/fixtures/ranges");

/** The section of the documentation, with its blocks of a language. */
const text = await readFile(join(repository, "docs/sql.md"), "utf8");
const section = text.slice(text.indexOf("## Tables by zone"), text.indexOf("## Rules"));
const blocks = (language: string): string[] =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map((match) => match[1]!);

async function fixture(name: string): Promise<readonly string[][]> {
  const content = await readFile(join(fixtures, name), "utf8");
  return content
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

/** What shapely finds: of each cell the polygon that covers most of it, and how much of it. */
const largest = (await fixture("weights.csv")).map((row) => row.map(Number) as [number, number, number]);
/** The fractions that all polygons of a name cover together. */
const shares = (await fixture("shares.csv")).map(
  ([cell, name, share]) => [Number(cell), name!, Number(share)] as const,
);
const { features } = JSON.parse(await readFile(join(fixtures, "polygons.geojson"), "utf8")) as {
  features: { properties: { name: string } }[];
};
const nameOf = (zone: number): string => features[zone]!.properties.name;

const grid = { crs: "EPSG:4326", resolution: 1, bounds: [-10, -10, 10, 10] };
const elevation = (cell: number): number | undefined => (cell % 17 === 3 ? undefined : (cell * 37) % 100);

/** The weighted means of groups, by name. */
function means(
  rows: readonly (readonly [cell: number, name: string, weight: number])[],
): Map<string, number> {
  const sums = new Map<string, [sum: number, weights: number]>();
  for (const [cell, name, weight] of rows) {
    const value = elevation(cell);
    if (value === undefined) continue;
    const [sum, weights] = sums.get(name) ?? [0, 0];
    sums.set(name, [sum + weight * value, weights + weight]);
  }
  return new Map([...sums].map(([name, [sum, weights]]) => [name, sum / weights]));
}

async function withData<T>(work: (folder: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    await mkdir(join(folder, "data"));
    await cp(join(fixtures, "polygons.gpkg"), join(folder, "data/admin.gpkg"));
    await writeTiff(join(folder, "data/elevation.tif"), {
      width: 20,
      height: 20,
      epsg: 4326,
      geographic: true,
      origin: [-10, 10],
      pixel: [1, 1],
      nodata: -9999,
      value: (col, row) => elevation(row * 20 + col) ?? -9999,
    });
    return work(folder);
  });
}

/** The column `region` of a Parquet file, in the order of its rows. */
async function namesIn(file: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const read = await connection.runAndReadAll(`SELECT coalesce(region, '') FROM read_parquet('${file}')`);
    return read.getRows().map(([name]) => name);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe("tables by zone", () => {
  const [base, more] = blocks("yaml").map((block) => parse(block) as Configuration);
  const [plain, weighted, shared] = blocks("sql");

  it("give what the documentation's queries say, by the fractions that GEOS finds", async () => {
    await withData(async (folder) => {
      const { region, ...others } = base!["datasets"] as Record<string, Configuration>;
      const config = {
        grid,
        datasets: { ...others, region: { ...region, rule: "coverage" }, ...more },
        export: { directory: join(folder, "out") },
      };
      const file = join(folder, "config.yml");
      await writeFile(file, JSON.stringify(config));
      await must("run", "--config", file);
      const ask = async (query: string): Promise<Record<string, string | number | null>[]> =>
        JSON.parse((await must("sql", "--config", file, "--json", query)).stdout) as Record<
          string,
          string | number | null
        >[];
      const zones = largest.map(([cell, zone, weight]) => [cell, nameOf(zone), weight] as const);
      const simple = (await ask(plain!)).filter(({ region }) => region !== null);
      const expected = means(zones.map(([cell, name]) => [cell, name, 1]));
      expect(simple).toHaveLength(expected.size);
      for (const row of simple) {
        expect(row["elevation"]).toBeCloseTo(expected.get(String(row["region"]))!, 9);
        const own = zones.filter(
          ([cell, name]) => name === row["region"] && elevation(cell) !== undefined,
        ).length;
        expect(Number(row["cells"])).toBe(own);
      }
      const byWeight = means(zones);
      const withWeights = (await ask(weighted!)).filter(({ region }) => region !== null);
      expect(withWeights).toHaveLength(byWeight.size);
      for (const row of withWeights)
        expect(row["elevation"]).toBeCloseTo(byWeight.get(String(row["region"]))!, 9);
      const byShare = means(shares);
      const withShares = await ask(shared!);
      expect(withShares).toHaveLength(byShare.size);
      for (const row of withShares) {
        const name = String(row["zone"]).replace("share_", "").replaceAll("_", " ");
        expect(row["elevation"]).toBeCloseTo(byShare.get(name)!, 9);
      }
    });
  });

  it("have weights of the polygon of each value, 0 where it is only touched, in every output", async () => {
    await withData(async (folder) => {
      const file = join(folder, "config.yml");
      const zone = { path: "data/admin.gpkg", measure: "value", value: "zone", weights: "coverage" };
      const config = {
        grid,
        datasets: { zone: { ...zone, rule: "coverage", fill: -1 }, touched: { ...zone, rule: "touched" } },
        export: { directory: join(folder, "out") },
      };
      await writeFile(file, JSON.stringify(config));
      await must("run", "--config", file);
      const rows = await readCsv(join(folder, "out/merged.csv"));
      expect(Object.keys(rows[0]!)).toEqual([
        ...["x", "y", "zone", "zone_weight", "touched", "touched_weight"],
      ]);
      const found = new Map(rows.map((row) => [(9.5 - Number(row["y"])) * 20 + Number(row["x"]) + 9.5, row]));
      for (const [cell, own, weight] of largest) {
        expect(Number(found.get(cell)!["zone"])).toBe(own);
        expect(Number(found.get(cell)!["zone_weight"])).toBeCloseTo(weight, 9);
        expect(Number(found.get(cell)!["touched_weight"])).toBeCloseTo(weight, 9);
      }
      const touched = new Set(largest.map(([cell]) => cell));
      for (const [cell, row] of found) {
        if (touched.has(cell)) continue;
        expect(row["zone"]).toBe("-1");
        expect(row["zone_weight"]).toBe("");
        if (row["touched"] !== "") expect(row["touched_weight"]).toBe("0");
      }
    });
  });

  const region = {
    path: "data/admin.gpkg",
    kind: "ranges",
    rule: "coverage",
    measure: "value",
    value: "name",
  };
  const layer = { path: "data/elevation.tif" };
  const layers = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`layer${index}`, layer]));
  const beside = {
    "shares of classes": { shares: { path: "data/elevation.tif", resample: "fractions" } },
    "columns of many polygons": {
      own: {
        path: "data/admin.gpkg",
        kind: "ranges",
        measure: "presence",
        species: "name",
        expand: "species",
      },
      again: {
        path: "data/admin.gpkg",
        kind: "ranges",
        measure: "presence",
        species: "zone",
        expand: "species",
      },
    },
    "both, and many layers": {
      ...layers,
      shares: { path: "data/elevation.tif", resample: "fractions" },
      own: {
        path: "data/admin.gpkg",
        kind: "ranges",
        measure: "presence",
        species: "name",
        expand: "species",
      },
    },
  };
  it.each(Object.keys(beside) as (keyof typeof beside)[])(
    "have their names beside %s in every output and for every join",
    { timeout: 120_000 },
    async (name) => {
      await withData(async (folder) => {
        const config = join(folder, "config.yml");
        const datasets = { layer, ...beside[name], region };
        for (const kind of name.startsWith("both") ? ["outer"] : ["all", "outer", "inner"]) {
          const directory = join(folder, kind);
          const merge = { join: kind };
          const output = { directory, formats: ["csv", "parquet", "arrow"] };
          await writeFile(config, JSON.stringify({ grid, datasets, merge, export: output }));
          await must("run", "--config", config);
          const rows = await readCsv(join(directory, "merged.csv"));
          const found = new Map(
            rows.map(({ x, y, region: value }) => [(9.5 - Number(y)) * 20 + Number(x) + 9.5, value]),
          );
          const expected = new Map(largest.map(([cell, zone]) => [cell, nameOf(zone)]));
          if (kind !== "inner") expect([...expected.keys()].filter((cell) => !found.has(cell))).toEqual([]);
          expect(rows.length > 0 || kind === "inner").toBe(true);
          for (const [cell, value] of found) expect(value).toBe(expected.get(cell) ?? "");
          const written = await namesIn(join(directory, "merged.parquet"));
          expect(written).toEqual(rows.map((row) => row["region"]));
          const table = tableFromIPC(await readFile(join(directory, "merged.arrow")));
          const texts = [...table.getChild("region")!].map((value) => (value as string | null) ?? "");
          expect(texts).toEqual(rows.map((row) => row["region"]));
        }
      });
    },
  );

  it("need a measure that has a polygon, and a name of their own", async () => {
    await withData(async (folder) => {
      const file = join(folder, "config.yml");
      const path = "data/admin.gpkg";
      const refused = async (datasets: Configuration): Promise<string> => {
        await writeFile(file, JSON.stringify({ grid, datasets }));
        const { code, stderr } = await command("validate", "--config", file);
        expect(code).toBe(2);
        return stderr;
      };
      expect(await refused({ a: { path, weights: "coverage" } })).toMatch(
        /datasets\.a\.weights: used only with measure: value/,
      );
      expect(
        await refused({
          a: { path, measure: "value", value: "zone", weights: "coverage" },
          A_weight: { path },
        }),
      ).toMatch(/datasets\.A_weight: `weights` of a adds a column of this name/);
      expect(await refused({ a: { path, measure: "value", value: "zone", weights: "area" } })).toMatch(
        /datasets\.a\.weights: .*coverage/,
      );
    });
  });
});
