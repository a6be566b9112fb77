import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { makeStudy, type StudyStore } from "./store.js";

let folder: string;
let study: StudyStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-why-test-"));
  study = await makeStudy(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ask(query: string): Promise<unknown> {
  const { stdout, stderr, code } = await command("sql", "--store", study.store, query, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const summary = (from: string): string =>
  `SELECT why, count(*) AS cells, count(value) AS "values" FROM ${from} GROUP BY ALL ORDER BY ALL`;

const elevation = [
  { why: "nodata", cells: 1, values: 0 },
  { why: "outside", cells: 16, values: 0 },
  { why: null, cells: 79, values: 79 },
];

describe("why a cell is NULL", () => {
  it("is told by a view for each dataset, for each cell of the grid", async () => {
    expect(await ask(summary('why."elevation"'))).toEqual(elevation);
    expect(await ask("SELECT cell, x, y FROM why.elevation WHERE why = 'nodata'")).toEqual([
      { cell: 27, x: 3.5, y: 5.5 },
    ]);
    expect(await ask("SELECT count(*) AS n FROM why.elevation WHERE (why = 'outside') <> (x > 10)")).toEqual([
      { n: 0 },
    ]);
    expect(await ask(summary("why.points"))).toEqual([
      { why: "no record", cells: 93, values: 0 },
      { why: null, cells: 3, values: 3 },
    ]);
  });

  it("is told by a function of the dataset's name", async () => {
    expect(await ask(summary("staged.why('elevation')"))).toEqual(elevation);
  });

  it("is whole after a run that went on from an interrupted one", async () => {
    const instance = await DuckDBInstance.create(study.store);
    const connection = await instance.connect();
    await connection.run(`
      UPDATE datasets SET complete = false WHERE name = 'elevation';
      CREATE OR REPLACE TABLE dense.elevation AS SELECT value FROM dense.elevation LIMIT 41;
      UPDATE bands SET last_cell = 40 WHERE dataset = 'elevation';
      INSERT INTO outside.elevation VALUES (0, 96);`);
    connection.closeSync();
    instance.closeSync();
    const { stderr } = await command("run", "--config", study.config, "--json");
    expect(stderr).toContain("elevation: resumes at cell 41 of 96");
    expect(await ask(summary("why.elevation"))).toEqual(elevation);
    expect(await ask(summary("staged.why('elevation')"))).toEqual(elevation);
  });
});
