import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { writeTiff } from "./support/tiff.js";

/** What a name may hold; each stands for its own column. */
const names = [
  `quote " in it`,
  `quotes '' and "" "quoted"`,
  "with space",
  "comma, and; semicolon",
  `"; DROP TABLE grid; --`,
  "'); DROP TABLE runs; --",
  "*/ SELECT 1 /*",
  "$name ? $1",
  "back\\slash \\n",
  "../../etc/passwd",
  "a.b",
  "%s {0} ${x} `c`",
  "🦥 naïve 名前",
  "merged",
  "grid",
  "datasets",
  "runs",
  "value",
  "why",
  "rowid",
  "v0",
  "select",
  "null",
  "constructor",
  "n".repeat(200),
  "🦥".repeat(50),
];

let folder: string;
const config = (): string => join(folder, "config.yml");
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function write(datasets: readonly string[], entry: (index: number) => object): Promise<void> {
  const entries = datasets.map((name, index) => `  ${JSON.stringify(name)}: ${JSON.stringify(entry(index))}`);
  const rest = {
    grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 2] },
    export: { directory: "out", formats: ["csv", "parquet", "arrow"] },
    merge: { join: "all" },
  };
  const lines = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  await writeFile(config(), `${lines.join("\n")}\ndatasets:\n${entries.join("\n")}\n`);
}

async function sql(query: string): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await command("sql", "--config", config(), "--json", query);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-names-"));
  await writeFile(join(folder, "points.csv"), "decimalLongitude,decimalLatitude,v\n0.5,1.5,1\n1.5,1.5,2\n");
  await writeTiff(join(folder, "raster.tif"), {
    width: 4,
    height: 2,
    epsg: 4326,
    geographic: true,
    origin: [0, 2],
    pixel: [1, 1],
    nodata: -9999,
    value: (col, row) => col + 4 * row,
  });
  // Even ones are rasters; the value at the first cell tells which one it is.
  await write(names, (index) =>
    index % 2 === 0
      ? { path: "raster.tif", resample: "near" }
      : { path: "points.csv", measure: "sum", value: "v" },
  );
  const { code, stderr } = await command("run", "--config", config(), "--json");
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("names of datasets that are anything but words", () => {
  it("are columns of the CSV", async () => {
    const text = await readFile(join(folder, "out", "merged.csv"), "utf8");
    const connection = await (await DuckDBInstance.create()).connect();
    const options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'";
    const described = await connection.runAndReadAll(
      `SELECT column_name FROM (DESCRIBE FROM read_csv('${join(folder, "out", "merged.csv")}', ${options}))`,
    );
    expect(described.getColumns()[0]).toEqual(["x", "y", ...names]);
    expect(text.split("\n")).toHaveLength(1 + 8 + 1);
    connection.closeSync();
  });

  it("are columns of Parquet and Arrow", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const described = await connection.runAndReadAll(
      `SELECT column_name FROM (DESCRIBE FROM '${join(folder, "out", "merged.parquet")}')`,
    );
    expect(described.getColumns()[0]).toEqual(["x", "y", ...names]);
    connection.closeSync();
    const table = tableFromIPC(await readFile(join(folder, "out", "merged.arrow")));
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["x", "y", ...names]);
  });

  it("are in the metadata, in order", async () => {
    const text = await readFile(join(folder, "out", "merged.metadata.json"), "utf8");
    const { columns } = JSON.parse(text) as { columns: { name: string }[] };
    expect(columns.map(({ name }) => name)).toEqual(["x", "y", ...names]);
  });

  it("are tables and columns of the store, beside its own", async () => {
    const columns = await sql("SELECT column_name AS name FROM (DESCRIBE merged)");
    expect(columns.map(({ name }) => name)).toEqual(["cell", "x", "y", ...names]);
    expect(await sql("SELECT width, height FROM grid")).toEqual([{ width: 4, height: 2 }]);
    expect(await sql("SELECT status FROM runs")).toEqual([{ status: "done" }]);
    const listed = await sql("SELECT name FROM main.datasets ORDER BY position");
    expect(listed.map(({ name }) => name)).toEqual(names);
    for (const [index, name] of names.entries()) {
      const [cells, sum] = index % 2 === 0 ? [8, 28] : [2, 3];
      const facts = "count(value) AS cells, sum(value) AS sum";
      expect(await sql(`SELECT ${facts} FROM staged.${quoted(name)}`), name).toEqual([{ cells, sum }]);
      expect(await sql(`SELECT count(*) AS n FROM why.${quoted(name)} WHERE why IS NULL`), name).toEqual([
        { n: cells },
      ]);
    }
    const [, second] = names;
    expect(await sql(`SELECT count(*) AS n FROM staged.why('${second!.replaceAll("'", "''")}')`)).toEqual([
      { n: 8 },
    ]);
  });

  it("are listed by quadrat tables, for programs and for people", async () => {
    const { stdout } = await command("tables", "--config", config(), "--json");
    const { tables } = JSON.parse(stdout) as { tables: { schema: string; name: string; rows: number }[] };
    const staged = tables.filter(({ schema }) => schema === "staged");
    expect(new Map(staged.map(({ name, rows }) => [name, rows]))).toEqual(
      new Map(names.map((name, index) => [name, index % 2 === 0 ? 8 : 2])),
    );
    const people = await command("tables", "--config", config());
    expect(people.code).toBe(0);
    expect(people.stdout).toContain(`staged."""; DROP TABLE grid; --"`);
  });

  it("are used again by a second run, and no file but the outputs came about", async () => {
    const { code, stderr } = await command("run", "--config", config(), "--json");
    expect(code).toBe(0);
    expect(stderr.match(/staged before, reused/g)).toHaveLength(names.length);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(
      ["merged.arrow", "merged.csv", "merged.metadata.json", "merged.parquet", "quadrat.duckdb"].sort(),
    );
  });

  it("are told in errors as they are", async () => {
    const before = await readFile(config(), "utf8");
    try {
      for (const name of [`"; DROP TABLE grid; --`, "🦥 naïve 名前", "n".repeat(200)]) {
        await write([name], () => ({ path: "missing.csv" }));
        const { code, stderr } = await command("validate", "--config", config());
        expect(code).toBe(2);
        expect(stderr).toContain(`dataset ${name}`);
        expect(stderr).not.toMatch(/^\s+at /m);
      }
    } finally {
      await writeFile(config(), before);
    }
  });

  it.each([
    "line\nbreak",
    "tab\there",
    "nul\0",
    "escape\u001b[31m",
    " space",
    "X",
    "cell",
    "12",
    "__proto__",
  ])("are refused when no table could hold them: %j", async (name) => {
    const other = join(folder, "other.yml");
    const study = {
      grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 2] },
      datasets: { [name]: { path: "points.csv" } },
    };
    await writeFile(other, JSON.stringify(study));
    const { code, stderr } = await command("validate", "--config", other);
    expect(code).toBe(2);
    expect(stderr).toMatch(/other\.yml/);
    expect(stderr).not.toMatch(/[\u0000-\u0008\u001b]/);
  });
});
