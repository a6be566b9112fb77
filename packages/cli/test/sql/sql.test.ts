import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, type Told } from "../commands/in-process.js";
import { quadrat } from "../commands/quadrat.js";
import { makeStudy, type StudyStore } from "./store.js";

let folder: string;
let study: StudyStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-sql-test-"));
  study = await makeStudy(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sql = (...args: string[]): Promise<Told> => command("sql", "--store", study.store, ...args);

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await sql(...args, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("quadrat sql", () => {
  it("finds datasets by name, and the store's own tables", async () => {
    expect(await json("SELECT count(*) AS n, max(value) AS highest FROM elevation")).toEqual([
      { n: 96, highest: 9.875 },
    ]);
    expect(await json('SELECT value FROM staged."points" ORDER BY cell')).toHaveLength(3);
    expect(await json("SELECT width, height FROM grid")).toEqual([{ width: 12, height: 8 }]);
    expect(await json("SELECT status FROM runs")).toEqual([{ status: "done" }]);
    expect(await json("FROM merged LIMIT 1")).toEqual([{ cell: 0, x: 0.5, y: 7.5, elevation: 0, points: 2 }]);
  });

  it("finds the store by the configuration", async () => {
    const { stdout } = await command("sql", "--config", study.config, "SELECT 1 AS one", "--format", "csv");
    expect(stdout).toBe("one\n1\n");
  });

  it("prints a table whose end says how many rows there are", async () => {
    const { stdout } = await sql("SELECT cell, 'a\nb' AS text FROM merged ORDER BY cell", "--rows", "2");
    expect(stdout).toBe(
      "cell  text\n----  ----\n   0  a\\nb\n   1  a\\nb\n(96 rows, the first 2 shown; --rows N shows more, --format csv all)\n",
    );
  });

  it("writes CSV as the exporter does", async () => {
    const query = `SELECT 0.1::FLOAT AS f, 'a "b", c' AS "t,u", NULL AS n, 1e300 AS d, 'nan'::DOUBLE AS nan, true AS b`;
    const { stdout } = await sql(query, "--format", "csv");
    expect(stdout).toBe('f,"t,u",n,d,nan,b\n0.1,"a ""b"", c",,1e+300,,true\n');
  });

  it("writes JSON with every digit, and null for what JSON has no number for", async () => {
    const query =
      "SELECT 9007199254740993 AS big, 0.1::FLOAT AS f, 'inf'::DOUBLE AS i, 1.50::DECIMAL(5,2) AS d, " +
      "DATE '2024-02-29' AS day, [1, 2] AS list, {'a': NULL} AS s, 'é\"' AS t";
    const { stdout } = await sql(query, "--json");
    expect(stdout).toBe(
      '[\n{"big":9007199254740993,"f":0.1,"i":null,"d":1.50,"day":"2024-02-29","list":[1,2],"s":{"a":null},"t":"é\\""}\n]\n',
    );
    expect(await json("SELECT 1 WHERE false")).toEqual([]);
  });

  it("writes Arrow and Parquet files with their types", async () => {
    const query = "SELECT cell, x, elevation, true AS b, DATE '2024-02-29' AS day FROM merged ORDER BY cell";
    const arrow = join(folder, "result.arrow");
    expect((await sql(query, "--output", arrow)).code).toBe(0);
    const table = tableFromIPC(await readFile(arrow));
    expect(table.schema.fields.map(({ type }) => String(type))).toEqual([
      "Int64",
      "Float64",
      "Float32",
      "Bool",
      "Date32<DAY>",
    ]);
    expect(table.numRows).toBe(96);
    expect(table.get(27)!.toJSON()).toMatchObject({ cell: 27n, elevation: null, b: true });

    const parquet = join(folder, "result.parquet");
    expect((await sql(query.replace("WHERE", ""), "--output", parquet)).code).toBe(0);
    const connection = await (await DuckDBInstance.create()).connect();
    const read = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER AS n, count(elevation)::INTEGER AS v, any_value(typeof(day)) AS t FROM '${parquet}'`,
    );
    expect(read.getRowObjects()).toEqual([{ n: 96, v: 79, t: "DATE" }]);
    connection.closeSync();
  });

  it("writes Parquet of what is no plain SELECT", async () => {
    const file = join(folder, "other.parquet");
    for (const query of [
      "DESCRIBE merged",
      "SUMMARIZE merged -- all",
      "PIVOT points ON value USING count(*)",
    ]) {
      const { code, stderr } = await sql(query, "--output", file);
      expect(code, stderr).toBe(0);
      expect((await stat(file)).size).toBeGreaterThan(100);
    }
  });

  it("takes parameters in order and by name", async () => {
    expect(
      await json("SELECT count(*) AS n FROM elevation WHERE value > $1 AND y < $2", "-p", "4.5", "-p", "4"),
    ).toEqual([{ n: 23 }]);
    expect(
      await json("SELECT $a || '!' AS t, $b + 1 AS n", "-p", "a=x=y'; DROP TABLE grid", "-p", "b=2"),
    ).toEqual([{ t: "x=y'; DROP TABLE grid!", n: 3 }]);
    expect(await json("SELECT count(*) AS n FROM datasets WHERE name = $1", "-p", "17")).toEqual([{ n: 0 }]);
    expect((await sql("SELECT $1, $2", "-p", "1")).stderr).toContain("the query's $2 has no value");
    expect((await sql("SELECT 1", "-p", "1")).stderr).toContain("the query takes none");
    expect((await sql("SELECT $least", "-p", "leest=1")).stderr).toContain("did you mean least?");
  });

  it.each([
    ["COPY merged TO 'stolen.csv'", "COPY is refused"],
    ["copy (SELECT 1) to '/dev/stdout'", "COPY is refused"],
    ["/* SELECT */ ATTACH 'other.duckdb'", "ATTACH is refused"],
    ["INSTALL httpfs", "INSTALL is refused"],
    ["LOAD httpfs", "LOAD is refused"],
    ["SET enable_external_access = true", "SET is refused"],
    ["PRAGMA enable_external_access", "PRAGMA is refused"],
    ["CREATE TEMP TABLE t AS SELECT 1", "CREATE is refused"],
    ["DELETE FROM grid", "DELETE is refused"],
    ["WITH a AS (SELECT 1) DELETE FROM grid", "only reads"],
    ["EXPLAIN ANALYZE INSERT INTO grid SELECT * FROM grid", "INSERT is refused"],
    ["EXPORT DATABASE 'x'", "EXPORT is refused"],
    ["SELECT * FROM read_csv('/etc/passwd')", "can't read or write files"],
    ["SELECT * FROM read_text('config.yml')", "can't read or write files"],
    ["SELECT * FROM glob('*')", "can't read or write files"],
    ["FROM 'elevation.csv'", "can't read or write files"],
    ["SELECT * FROM sniff_csv('/etc/passwd')", "can't read or write files"],
    ["SELECT * FROM parquet_scan('x.parquet')", "can't read or write files"],
  ])("refuses %s", async (query, reason) => {
    const before = await readFile(study.store);
    const { code, stdout, stderr } = await sql(query);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect((await readFile(study.store)).equals(before)).toBe(true);
    expect(await readdir(".")).not.toContain("stolen.csv");
  });

  it("tells wrong SQL with its place and what is near", async () => {
    const { code, stderr } = await sql("SELECT elevatoin FROM merged");
    expect(code).toBe(2);
    expect(stderr).toContain('Candidate bindings: "elevation"');
    expect(stderr).toMatch(/LINE 1: SELECT elevatoin FROM merged\n\s+\^/);
  });

  it("never writes over the store, the configuration or an input", async () => {
    for (const file of [study.store, study.config, join(folder, "elevation.tif")]) {
      const before = await readFile(file);
      const { code, stderr } = await sql(
        "FROM grid",
        "--format",
        "csv",
        "--output",
        file,
        "--config",
        study.config,
      );
      expect(code).toBe(2);
      expect(stderr).toContain("would overwrite");
      expect((await readFile(file)).equals(before)).toBe(true);
    }
  });

  it("leaves nothing of a result that fails, and what was there before", async () => {
    const file = join(folder, "kept.csv");
    await writeFile(file, "kept\n");
    const query = "SELECT CASE WHEN i > 50000 THEN 'x'::INTEGER ELSE 1 END AS v FROM range(60000) AS t(i)";
    for (const format of ["csv", "json", "parquet", "arrow"]) {
      const { code } = await sql(query, "--format", format, "--output", file);
      expect(code).toBe(2);
      expect(await readFile(file, "utf8")).toBe("kept\n");
    }
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("says what is wrong with its options", async () => {
    expect((await sql("SELECT 1", "--format", "cvs")).stderr).toContain("did you mean csv?");
    expect((await sql("SELECT 1", "--format", "csv", "--json")).stderr).toContain("contradict");
    expect((await sql("SELECT 1", "--output", join(folder, "a.xlsx"))).stderr).toContain(
      "no format has the ending",
    );
    expect((await sql("SELECT 1", "--output", join(folder, "no", "a.csv"))).stderr).toContain(
      "does not exist",
    );
    expect((await sql("SELECT 1", "--rows", "few")).stderr).toContain("--rows few");
    expect((await sql(" -- nothing")).stderr).toContain("no query was given");
    const { code, stderr } = await command("sql", "--store", join(folder, "none.duckdb"), "SELECT 1");
    expect(code).toBe(2);
    expect(stderr).toMatch(/the store .*none\.duckdb does not exist[\s\S]*quadrat run/);
    expect(existsSync(join(folder, "none.duckdb"))).toBe(false);
  });

  it("says who uses the store, and waits for it when asked to", async () => {
    const holder = await DuckDBInstance.create(study.store);
    try {
      // Within one process DuckDB shares the file, so another one asks.
      const refused = await quadrat(["sql", "--store", study.store, "SELECT 1"]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("is in use by another process");
      const run = {
        pid: process.pid,
        host: hostname(),
        owner: `${hostname()}-00000000-${process.pid}-abcdef`,
        experiment: "big",
        stage: "resample",
        started: "2026-01-02T03:04:05.678Z",
      };
      await writeFile(`${study.store}.live.json`, JSON.stringify(run));
      const busy = await quadrat(["sql", "--store", study.store, "SELECT 1"]);
      expect(busy.stderr).toMatch(/run in progress: experiment big, in stage resample.*\n.*--wait/);
      const waited = await quadrat(["sql", "--store", study.store, "SELECT 1 AS one", "--wait", "--json"], {
        onStderr: (_, stderr) => {
          if (stderr.includes("waiting for the store, in use by a run")) holder.closeSync();
        },
      });
      expect(waited.code, waited.stderr).toBe(0);
      expect(JSON.parse(waited.stdout)).toEqual([{ one: 1 }]);
    } finally {
      await rm(`${study.store}.live.json`, { force: true });
    }
  });

  it("stops at Ctrl-C with 130", async () => {
    const endless = "SELECT * FROM range(1000000000000)";
    const { code, stderr } = await quadrat(["sql", "--store", study.store, endless, "--format", "csv"], {
      onStart: (child) => child.stdout!.once("data", () => child.kill("SIGINT")),
    });
    expect(code, stderr).toBe(130);
  });

  it("reads the store of a killed run, whose log is not in the file yet", async () => {
    const store = join(folder, "killed.duckdb");
    const script = `
      import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve("@duckdb/node-api"))};
      const connection = await (await DuckDBInstance.create(process.argv[1])).connect();
      await connection.run("CREATE TABLE grid (width INTEGER); INSERT INTO grid VALUES (7)");
      process.kill(process.pid, "SIGKILL");`;
    const { execFile } = await import("node:child_process");
    await new Promise((resolve) =>
      execFile(process.execPath, ["--input-type=module", "-e", script, store], resolve),
    );
    expect(existsSync(`${store}.wal`)).toBe(true);
    const { stdout } = await command("sql", "--store", store, "FROM grid", "--json");
    expect(JSON.parse(stdout)).toEqual([{ width: 7 }]);
  });
});
