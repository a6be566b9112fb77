import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageColumn, PageData } from "../../src/html-report/page-types.js";
import { height, makeStudy, pageDataOf, succeed, width } from "./study.js";

let folder: string;
let data: PageData;
let csv: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
  await makeStudy(folder);
  await succeed("run", "--config", join(folder, "config.yml"), "--quiet");
  data = await pageDataOf(join(folder, "out", "report.html"));
  const instance = await DuckDBInstance.create(":memory:");
  csv = await instance.connect();
  await csv.run(`CREATE TABLE merged AS SELECT *, (round((20 - y) / 0.5 - 0.5) * ${width} + round(x / 0.5 - 0.5))::INTEGER AS cell
    FROM read_csv('${join(folder, "out", "merged.csv")}', types = {'warm': 'DOUBLE', 'wet': 'DOUBLE', 'birds': 'DOUBLE', 'cover': 'DOUBLE'})`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ask(sql: string): Promise<Record<string, number | number[] | null>> {
  const [row] = (await csv.runAndReadAll(sql)).getRowObjectsJson();
  return row as Record<string, number | number[] | null>;
}

const names = ["warm", "wet", "cover", "birds"];
const columnOf = (name: string): PageColumn => data.columns.find((column) => column.name === name)!;

describe("the numbers of a report", () => {
  it("count the rows", async () => {
    expect(await ask("SELECT count(*)::DOUBLE AS n FROM merged")).toEqual({ n: data.rows });
    expect(data.columns.map(({ name }) => name)).toEqual(names);
  });

  it.each(names)("summarise %s as a query over the CSV does", async (name) => {
    const column = columnOf(name);
    const row = await ask(`SELECT count(${name})::DOUBLE AS n, (count(*) - count(${name}))::DOUBLE AS missing,
      min(${name}) AS least, max(${name}) AS greatest, avg(${name}) AS mean, stddev_samp(${name}) AS stdev,
      quantile_cont(${name}, [0.25, 0.5, 0.75]) AS quartiles,
      (SELECT min(cell)::DOUBLE FROM merged WHERE ${name} = (SELECT min(${name}) FROM merged)) AS least_cell,
      (SELECT min(cell)::DOUBLE FROM merged WHERE ${name} = (SELECT max(${name}) FROM merged)) AS greatest_cell FROM merged`);
    expect(column.values).toBe(row["n"]);
    expect(Object.values(column.nulls).reduce((sum, count) => sum + count, 0)).toBe(row["missing"]);
    // The CSV has the shortest decimals that read back to the column's float32.
    const float = (value: unknown): number =>
      column.type === "FLOAT" ? Math.fround(Number(value)) : Number(value);
    expect([column.min, column.max]).toEqual([float(row["least"]), float(row["greatest"])]);
    expect([column.minCell, column.maxCell]).toEqual([row["least_cell"], row["greatest_cell"]]);
    expect(column.mean).toBeCloseTo(Number(row["mean"]), 5);
    expect(column.stdev).toBeCloseTo(Number(row["stdev"]), 5);
    (row["quartiles"] as number[]).forEach((quartile, index) =>
      expect(column.quartiles![index]).toBeCloseTo(quartile, 5),
    );
  });

  it("say why there is no value as `why` does", async () => {
    for (const name of names) {
      const answer = await succeed(
        "sql",
        "--config",
        join(folder, "config.yml"),
        "--json",
        `SELECT why, count(*)::INTEGER AS n FROM staged.why('${name}') JOIN merged USING (cell) WHERE why IS NOT NULL GROUP BY ALL`,
      );
      const rows = JSON.parse(answer) as { why: string; n: number }[];
      const some = Object.entries(columnOf(name).nulls).filter(([, count]) => count > 0);
      expect(new Map(rows.map(({ why, n }) => [why, n])), name).toEqual(new Map(some));
    }
    expect(columnOf("wet").nulls["outside"]).toBe(10 * height);
    expect(columnOf("wet").nulls["nodata"]).toBeGreaterThan(100);
  });

  it("count bins and classes", async () => {
    for (const name of ["warm", "wet", "birds"]) {
      const { min, max, histogram } = columnOf(name);
      const bins = (
        await csv.runAndReadAll(`SELECT bin, count(*)::DOUBLE AS n FROM (
        SELECT least(floor(floor((v - ${min}) / (${max} - ${min}) * 4000) / 100), 39)::INTEGER AS bin
        FROM (SELECT ${columnOf(name).type === "FLOAT" ? `${name}::FLOAT::DOUBLE` : name} AS v FROM merged WHERE ${name} IS NOT NULL)) GROUP BY bin`)
      ).getRowObjectsJson();
      const counts = Array.from({ length: 40 }, (_, bin) =>
        Number(bins.find((row) => row["bin"] === bin)?.["n"] ?? 0),
      );
      expect(histogram, name).toEqual(counts);
    }
    const classes = (
      await csv.runAndReadAll(
        "SELECT cover, count(*)::DOUBLE AS n FROM merged WHERE cover IS NOT NULL GROUP BY cover ORDER BY cover",
      )
    ).getRowObjectsJson();
    expect(columnOf("cover").classes).toEqual(classes.map((row) => [row["cover"], row["n"]]));
  });

  it("correlate as SQL does", async () => {
    const { columns, r } = data.correlations!;
    expect(columns).toEqual(["warm", "wet", "birds"]);
    const row = await ask(
      "SELECT corr(warm, wet) AS a, corr(warm, birds) AS b, corr(wet, birds) AS c FROM merged",
    );
    [row["a"], row["b"], row["c"]].forEach((value, index) => expect(r[index]).toBeCloseTo(Number(value), 6));
  });

  it("have the CSV's value in every cell of a map", async () => {
    for (const name of names) {
      const { map, type } = columnOf(name);
      const bytes = inflateRawSync(Buffer.from(map!.data, "base64"));
      const values =
        map!.as === "f32"
          ? new Float32Array(bytes.buffer, bytes.byteOffset, width * height)
          : new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 8 * width * height));
      const rows = (await csv.runAndReadAll(`SELECT cell, ${name} AS v FROM merged`)).getRowObjectsJson();
      const expected = new Array<number>(width * height).fill(NaN);
      for (const row of rows)
        if (row["v"] !== null)
          expected[Number(row["cell"])] = type === "FLOAT" ? Math.fround(Number(row["v"])) : Number(row["v"]);
      expect([...values], name).toEqual(expected);
    }
  });
});
