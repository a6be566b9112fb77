import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreTable } from "@quadrat/core/host";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { makeStudy, type StudyStore } from "./store.js";

let folder: string;
let study: StudyStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-tables-test-"));
  study = await makeStudy(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function tables(...args: string[]): Promise<Map<string, StoreTable>> {
  const { code, stdout, stderr } = await command("tables", "--config", study.config, "--json", ...args);
  expect(code, stderr).toBe(0);
  const { tables: list } = JSON.parse(stdout) as { tables: StoreTable[] };
  return new Map(list.map((table) => [`${table.schema}.${table.name}`, table]));
}

const column = (table: StoreTable | undefined, name: string) =>
  table!.columns.find((one) => one.name === name);

describe("quadrat tables", () => {
  it("tells rows, share of NULL, range and size", async () => {
    const found = await tables();
    const elevation = found.get("staged.elevation")!;
    expect(elevation.rows).toBe(96);
    expect(elevation.bytes).toBeGreaterThan(0);
    expect(column(elevation, "value")).toEqual({
      name: "value",
      type: "FLOAT",
      null_share: 17 / 96,
      min: 0,
      max: 9.875,
    });
    expect(column(elevation, "cell")).toMatchObject({ null_share: null, min: null });
    expect(found.get("staged.points")).toMatchObject({ rows: 3 });
    const merged = found.get("main.merged")!;
    expect(merged).toMatchObject({ rows: 96, bytes: null });
    expect(column(merged, "points")).toMatchObject({ null_share: 93 / 96, min: 1, max: 2 });
    expect(found.get("main.grid")!.rows).toBe(1);
  });

  it("counts what the staged facts do not tell, as an inner join's rows", async () => {
    const { code } = await command("run", "--config", study.config, "--json", "--set", "merge.join=inner");
    expect(code).toBe(0);
    const merged = (await tables()).get("main.merged")!;
    // The third point lies outside of the elevation, the second in its hole.
    expect(merged.rows).toBe(1);
    expect(column(merged, "elevation")).toMatchObject({ null_share: 0, min: 0, max: 0 });
  });

  it("prints them for people", async () => {
    const { stdout } = await command("tables", "--store", study.store);
    expect(stdout).toMatch(/^staged\."elevation" +96 +4 +FLOAT +17\.7 % +0 +9\.875 +\d+ kB$/m);
    expect(stdout).toMatch(/^merged +1 +5$/m);
  });
});
