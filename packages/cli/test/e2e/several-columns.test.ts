import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, filesIn, quadrat, readCsv, run, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

let inputs: string;
let folders = 0;
const species = 50;

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-columns-"));
  await writeTiff(join(inputs, "fine.tif"), {
    width: 200,
    height: 120,
    epsg: 4326,
    geographic: true,
    origin: [0, 45],
    pixel: [0.1, 0.1],
    nodata: -9999,
    value: (col, row) => ((col * 7 + row * 13) % 11 === 0 ? -9999 : col + row),
  });
  const points = Array.from({ length: 6000 }, (_, i) => {
    const [lon, lat] = [((i * 7919) % 2900) / 100, 30 + ((i * 104_729) % 1600) / 100];
    return `${lon},${lat},${(i % 97) / 7},species ${(i * i) % species},${1990 + (i % 25)}`;
  });
  await writeFile(
    join(inputs, "points.csv"),
    `decimalLongitude,decimalLatitude,mass,species,year\n${points.join("\n")}\n`,
  );
});
afterAll(() => rm(inputs, { recursive: true }));

interface Way {
  readonly streaming: boolean;
  readonly chunk: number;
  readonly threads: number | undefined;
  readonly limit: string;
}

const points = { path: "points.csv", checks: "none" };
const kinds: Record<string, Configuration> = {
  "tables alone": {
    n: { ...points, expand: "species" },
    mass: { ...points, by: "year", measure: "mean", value: "mass" },
    records: points,
  },
  "a raster too": {
    fine: { path: "fine.tif", type: "continuous" },
    n: { ...points, expand: "species", measure: "presence", fill: 0 },
    decade: { ...points, by: "decade", measure: "species" },
  },
};

function configuration(kind: string, join: string, way: Way, directory: string): Configuration {
  return {
    grid: { crs: "EPSG:4326", resolution: 0.2, bounds: [-1, 28, 29, 46] },
    datasets: kinds[kind],
    merge: { join, enable_streaming: way.streaming, streaming_chunk_size: way.chunk },
    export: { formats: ["csv", { use: "csv", compress: true }, "parquet", "arrow"], directory },
    memory: { limit: way.limit },
    ...(way.threads !== undefined && { threads: way.threads }),
  };
}

/** SHA-256 of every output by file name, and the metadata. */
async function hashes(kind: string, join_: string, way: Way): Promise<Record<string, string>> {
  const directory = `out-${folders++}`;
  const report = await run(inputs, configuration(kind, join_, way, directory));
  const found = report.files.map(({ path, sha256 }) => [path.split("/").at(-1)!, sha256]);
  const metadata = await readFile(join(inputs, directory, "merged.metadata.json"), "utf8");
  return Object.fromEntries([...found, ["metadata", metadata]]) as Record<string, string>;
}

const calm: Way = { streaming: false, chunk: 5000, threads: 2, limit: "2GB" };
const ways = fc.record({
  streaming: fc.boolean(),
  chunk: fc.constantFrom(100, 777, 5000),
  threads: fc.constantFrom(undefined, 1, 2),
  limit: fc.constantFrom("600MB", "2GB"),
});

describe("datasets of several columns", () => {
  it.each(Object.keys(kinds).flatMap((kind) => [[kind, "outer"] as const, [kind, "inner"] as const]))(
    "give the same bytes however the work is cut up (%s, join: %s)",
    async (kind, join) => {
      const plain = await hashes(kind, join, calm);
      const same = fc.asyncProperty(ways, async (way) => {
        expect(await hashes(kind, join, way)).toEqual(plain);
      });
      await fc.assert(same, {
        numRuns: 2,
        examples: [[{ streaming: true, chunk: 100, threads: 1, limit: "600MB" }]],
        endOnFailure: true,
      });
    },
  );

  it("give the same bytes after interruptions, and are reused", async () => {
    const plain = await hashes("a raster too", "outer", calm);
    const file = join(inputs, "interrupted.yml");
    await writeFile(file, JSON.stringify(configuration("a raster too", "outer", calm, "interrupted")));
    for (const moment of [/n: /, /decade: /, /export/]) {
      const ended = await quadrat(["run", "--config", file], { signalAfter: moment });
      expect([0, 130]).toContain(ended.code);
      const left = await filesIn(join(inputs, "interrupted"));
      expect(left.filter((name) => name.includes("partial"))).toEqual([]);
    }
    const last = await command(["run", "--config", file, "--json"]);
    const report = JSON.parse(last.stdout) as { files: { path: string; sha256: string }[] };
    for (const { path, sha256 } of report.files) expect(sha256).toBe(plain[path.split("/").at(-1)!]);
    expect((await command(["run", "--config", file])).stderr).toMatch(/n: staged before, reused/);
  });

  it("are described: in the store, its tables, the plan and the metadata", async () => {
    const directory = `out-${folders++}`;
    const config = configuration("tables alone", "outer", calm, directory);
    const report = await run(inputs, config);
    expect(report.columns.length).toBe(2 + species - 28 + 25 + 1);
    const sql = async (query: string): Promise<unknown> => {
      const ended = await command(["sql", "--config", join(inputs, "config.yml"), "--format", "json", query]);
      expect(ended.stderr).toBe("");
      return JSON.parse(ended.stdout);
    };
    const rows = await readCsv(join(inputs, directory, "merged.csv"));
    const name = report.columns.find((column) => column.startsWith("n_"))!;
    const total = rows.reduce((sum, row) => sum + Number(row[name] ?? ""), 0);
    const counted = [{ total }];
    expect(await sql(`SELECT sum("${name}")::INTEGER AS total FROM staged.n`)).toEqual(counted);
    expect(await sql(`SELECT sum("${name}")::INTEGER AS total FROM merged`)).toEqual(counted);
    expect(
      await sql("SELECT why, count(*)::INTEGER AS cells FROM why.n GROUP BY why ORDER BY why NULLS LAST"),
    ).toEqual([
      { why: "no record", cells: 150 * 90 - rows.length },
      { why: null, cells: rows.length },
    ]);
    const metadata = JSON.parse(await readFile(join(inputs, directory, "merged.metadata.json"), "utf8")) as {
      columns: Record<string, unknown>[];
      datasets: Record<string, { columns: number }>;
    };
    expect(metadata.columns.find((column) => column["name"] === name)).toMatchObject({
      dataset: "n",
      species: name.slice(2),
    });
    expect(metadata.datasets["mass"]!.columns).toBe(25);
    const file = ["--config", join(inputs, "config.yml")];
    const tables = JSON.parse((await command(["tables", ...file, "--json"])).stdout) as {
      tables: { schema: string; name: string; columns: { name: string; null_share: number | null }[] }[];
    };
    const staged = tables.tables.find(({ schema, name: table }) => schema === "staged" && table === "n")!;
    expect(staged.columns.find((column) => column.name === name)!.null_share).toBeGreaterThan(0);
    const plan = await command(["plan", ...file]);
    expect(plan.stdout).toMatch(/n_<species> \(their number is known once it is read; \d+ assumed\)/);
  });

  it("refuses two columns of one name, and queries that read them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quadrat-columns-"));
    await writeFile(
      join(folder, "a.csv"),
      "decimalLongitude,decimalLatitude,species\n1.5,1.5,b c\n1.5,1.5,c\n",
    );
    const grid = { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 4] };
    const table = { path: "a.csv", expand: "species", checks: "none" };
    const file = join(folder, "config.yml");
    const fails = async (datasets: Configuration, wanted: RegExp): Promise<void> => {
      await writeFile(file, JSON.stringify({ grid, datasets }));
      const ended = await command(["run", "--config", file]);
      expect(ended.stderr).toMatch(wanted);
      expect(ended.code).toBe(2);
    };
    await fails(
      { a: table, "a_b c": { path: "a.csv", checks: "none" } },
      /datasets "a" and "a_b c" both have a column named "a_b c"/,
    );
    await fails(
      { a: table, q: { sql: "SELECT cell, 1 AS value FROM a" } },
      /reads a, whose columns are not known/,
    );
    await rm(folder, { recursive: true });
  });
});
