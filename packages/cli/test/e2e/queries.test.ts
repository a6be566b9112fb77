import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, type Told } from "../commands/in-process.js";
import { inFolder, readCsv } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

type Datasets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const width = 4;
const files: Datasets = {
  elevation: { path: "elevation.tif", resample: "near" },
  points: { path: "points.csv", measure: "sum", value: "v" },
};

async function inputs(folder: string): Promise<void> {
  await writeElevation(folder, 0);
  await writeFile(
    join(folder, "points.csv"),
    "decimalLongitude,decimalLatitude,v\n0.5,1.5,10\n1.5,1.5,20\n3.5,0.5,70\n",
  );
}

async function writeElevation(folder: string, lowest: number): Promise<void> {
  await writeTiff(join(folder, "elevation.tif"), {
    width,
    height: 2,
    epsg: 4326,
    geographic: true,
    origin: [0, 2],
    pixel: [1, 1],
    nodata: -9999,
    value: (col, row) => (col === 3 && row === 1 ? -9999 : lowest + col + width * row),
  });
}

async function quadrat(folder: string, datasets: Datasets, ...args: string[]): Promise<Told> {
  const config = {
    grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, width, 2] },
    datasets,
    merge: { join: "all" },
    export: { directory: "out", formats: ["csv", "parquet"] },
  };
  const file = join(folder, "config.yml");
  await writeFile(file, JSON.stringify(config, null, 1));
  const [name, ...rest] = args;
  return command(name!, "--config", file, "--json", ...rest);
}

async function columns(folder: string): Promise<Record<string, string>> {
  const rows = await readCsv(join(folder, "out", "merged.csv"));
  return Object.fromEntries(
    Object.keys(rows[0]!).map((name) => [name, rows.map((row) => row[name]).join(" ")]),
  );
}

describe("datasets that are queries of others", () => {
  it("are columns in the order of the configuration, whatever they read", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const { code, stderr } = await quadrat(
        folder,
        {
          doubled: { sql: "SELECT cell, 2 * value AS value FROM ratio;" },
          ...files,
          ratio: {
            sql: "SELECT cell, points.value / elevation.value AS value FROM points JOIN elevation USING (cell)",
            fill: -1,
          },
          high: {
            sql: "-- a mask\nSELECT cell, value >= 3 AS value FROM elevation -- of all",
            type: "categorical",
          },
          column: { sql: "SELECT cell, cell % width AS value FROM elevation, grid", dtype: "float32" },
        },
        "run",
      );
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/ratio: 1 cells have no value because the query returns NaN or infinity/);
      expect(await columns(folder)).toMatchObject({
        doubled: " 40      ",
        elevation: "0 1 2 3 4 5 6 ",
        ratio: "-1 20 -1 -1 -1 -1 -1 -1",
        high: "0 0 0 1 1 1 1 ",
        column: "0 1 2 3 0 1 2 3",
      });
      const text = await readFile(join(folder, "out", "merged.metadata.json"), "utf8");
      const metadata = JSON.parse(text) as { columns: Record<string, unknown>[] };
      expect(metadata.columns.map(({ name, type }) => [name, type]).slice(2)).toEqual([
        ["doubled", "float64"],
        ["elevation", "float32"],
        ["points", "float64"],
        ["ratio", "float64"],
        ["high", "uint8"],
        ["column", "float32"],
      ]);
      expect(metadata.columns[2]).toMatchObject({
        driver: "sql",
        sql: "SELECT cell, 2 * value AS value FROM ratio;",
      });
      expect(metadata.columns[2]).not.toHaveProperty("source");
    });
  });

  it("are used again until they or what they read change", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const datasets = {
        ...files,
        twice: { sql: "SELECT cell, 2 * value AS value FROM elevation" },
        thrice: { sql: "SELECT cell, 1.5 * value AS value FROM twice" },
        other: { sql: "SELECT cell, value + 1 AS value FROM points" },
      };
      const again = async (changed: Datasets): Promise<string[]> => {
        const { code, stderr } = await quadrat(folder, changed, "run");
        expect(code, stderr).toBe(0);
        return [...stderr.matchAll(/(\w+): staged before/g)].map(([, name]) => name!).sort();
      };
      expect(await again(datasets)).toEqual([]);
      expect(await again(datasets)).toEqual(["elevation", "other", "points", "thrice", "twice"]);
      const changed = { ...datasets, twice: { sql: "SELECT cell, 4 * value AS value FROM elevation" } };
      expect(await again(changed)).toEqual(["elevation", "other", "points"]);
      expect((await columns(folder))["thrice"]).toBe("0 6 12 18 24 30 36 ");
      await writeElevation(folder, 1);
      expect(await again(changed)).toEqual(["other", "points"]);
      expect((await columns(folder))["thrice"]).toBe("6 12 18 24 30 36 42 ");
    });
  });

  it.each<[string, string, RegExp]>([
    ["a cell twice", "SELECT 3 AS cell, 1 AS value FROM range(2)", /returns cell 3 2 times/],
    [
      "a cell off the grid",
      "SELECT cell + 4 AS cell, value FROM elevation",
      /returns cell \d+; the grid's cells are 0 to 7/,
    ],
    ["no cell", "SELECT NULL::BIGINT AS cell, 1 AS value", /returns a cell that is NULL/],
    [
      "an overflow",
      "SELECT cell, (cell + 120)::TINYINT * 2::TINYINT AS value FROM elevation",
      /the query fails: .*(Overflow|range)/i,
    ],
  ])("end the run with their name when they give %s, and leave nothing", async (_, sql, message) => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const { code, stderr } = await quadrat(folder, { ...files, mine: { sql } }, "run");
      expect(code).not.toBe(0);
      const failure = JSON.parse(stderr.trim().split("\n").at(-1)!) as { message: string; place: object };
      expect(failure.message).toMatch(message);
      expect(failure.place).toMatchObject({ dataset: "mine", key: "datasets.mine.sql" });
      expect((failure.place as { line: number }).line).toBeGreaterThan(1);
      await expect(readFile(join(folder, "out", "merged.csv"))).rejects.toThrow();
    });
  });

  it("are checked by validate, all at once, each with its line", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const { code, stderr } = await quadrat(
        folder,
        {
          ...files,
          a: { sql: "FROM b" },
          b: { sql: "FROM a" },
          c: { sql: "FROM elevatoin" },
          d: { sql: "SELECT * FROM read_csv('/etc/passwd')" },
          e: { sql: "SELECT cell, random() AS value FROM elevation" },
        },
        "validate",
      );
      expect(code).toBe(2);
      const { problems } = JSON.parse(stderr.trim().split("\n").at(-1)!) as {
        problems: { key: string; message: string; at: { line: number } }[];
      };
      expect(problems.map(({ key }) => key)).toEqual(
        ["a", "b", "c", "d", "e"].map((name) => `datasets.${name}.sql`),
      );
      expect(problems.map(({ message }) => message).join("\n")).toMatch(
        /a -> b -> a[^]*did you mean elevation\?[^]*calls read_csv[^]*calls random/,
      );
      expect(problems.every(({ at }) => at.line > 1)).toBe(true);
    });
  });

  it("have no path, and no keys that mean nothing for them", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const told = async (entry: Readonly<Record<string, unknown>>): Promise<string> =>
        (await quadrat(folder, { ...files, mine: entry }, "validate")).stderr;
      expect(await told({ sql: "FROM points", path: "points.csv" })).toContain("either a file or a query");
      expect(await told({ sql: "FROM points", band: 2 })).toContain("does not apply to queries");
      expect(await told({ type: "count" })).toContain(
        "missing; allowed: the path of a file, unless sql is given",
      );
      expect(await told({ sql: "SELECT cell, value > 1 AS value FROM points", fill: 0.5 })).toContain(
        "fill is 0.5",
      );
    });
  });

  it("are shown by validate and plan with what they read", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const { stdout, code, stderr } = await quadrat(
        folder,
        { ...files, mine: { sql: "FROM points" } },
        "plan",
      );
      expect(code, stderr).toBe(0);
      const { datasets } = JSON.parse(stdout) as { datasets: object[] };
      expect(datasets[2]).toMatchObject({ name: "mine", driver: "sql", reads: ["points"], type: "float64" });
    });
  });
});
