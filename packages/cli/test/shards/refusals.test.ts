import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { command } from "../e2e/support/one-process.js";
import { writeTiff } from "../e2e/support/tiff.js";
import { must, writeConfig } from "./support.js";

let inputs: string;
let config: string;
let count = 0;

async function writeRaster(name: string, add = 0): Promise<void> {
  await writeTiff(join(inputs, name), {
    width: 60,
    height: 40,
    epsg: 4326,
    geographic: true,
    origin: [0, 4],
    pixel: [0.1, 0.1],
    nodata: -9999,
    value: (col, row) => col + row * 60 + add,
  });
}

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeRaster("a.tif");
  await writeFile(join(inputs, "t.csv"), "decimalLongitude,decimalLatitude,v\n1,1,2\n2,2,3\n");
  config = await writeConfig(inputs, "config.yml", {
    grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [0, 0, 6, 4] },
    datasets: { a: { path: "a.tif" }, t: { path: "t.csv", measure: "sum", value: "v" } },
    export: { directory: "out" },
    prediction: { learn: false },
  });
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

async function planned(shards = 4): Promise<string> {
  const folder = join(inputs, `plan-${count++}`);
  await must("shard", "plan", folder, "--shards", String(shards), "--config", config);
  return folder;
}

async function ran(shards = 4): Promise<string> {
  const folder = await planned(shards);
  for (let index = 0; index < shards; index++) await must("shard", "run", folder, "--index", String(index));
  return folder;
}

const shardFile = (folder: string, index: number) =>
  join(folder, "shards", `${String(index).padStart(5, "0")}.shard`);

const anonymous = (text: string) =>
  text
    .replaceAll(inputs, "")
    .replaceAll(/plan-\d+/g, "plan")
    .trim();

/** The code of a command that has to fail, and what it says, without the folder of the test. */
async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await command([...args, "--quiet"]);
  expect(stderr).not.toMatch(/\n {4}at /);
  return `${code} ${anonymous(stderr)}`;
}

describe("shard plan", () => {
  it("refuses a folder that is not empty, and one that is not a folder", async () => {
    const folder = join(inputs, "used");
    await mkdir(folder);
    await writeFile(join(folder, "mine.txt"), "");
    expect(await refused("shard", "plan", folder, "-n", "2", "-c", config)).toMatchInlineSnapshot(`
      "2 error: /used is not empty
        hint: a plan needs a folder of its own, which is new or empty"
    `);
    expect(await refused("shard", "plan", join(folder, "mine.txt"), "-n", "2", "-c", config)).toMatch(
      /^2 error: .*mine.txt is not a folder/,
    );
    expect(await readdir(folder)).toEqual(["mine.txt"]);
  });

  it("refuses numbers of shards that are impossible", async () => {
    const folder = join(inputs, "never");
    expect(await refused("shard", "plan", folder, "-n", "0", "-c", config)).toMatchInlineSnapshot(`
      "2 error: --shards is 0
        hint: give a whole number from 1 on"
    `);
    expect(await refused("shard", "plan", folder, "-n", "two", "-c", config)).toMatch(/^2 .*--shards is two/);
    expect(await refused("shard", "plan", folder, "-n", "41", "-c", config)).toMatchInlineSnapshot(`
      "2 error: --shards 41 are more than the 40 rows of the grid, each of which is in one shard
        hint: use at most 40"
    `);
    expect(await readdir(inputs)).not.toContain("never");
  });

  it("refuses a wrong configuration as a run does", async () => {
    const said = await refused(
      "shard",
      "plan",
      join(inputs, "x"),
      "-n",
      "2",
      "-c",
      config,
      "-s",
      "grid.resolution=-1",
    );
    expect(said).toMatch(/^2 .*grid\.resolution/s);
  });

  it.each(["before", "instead"])("refuses a plugin's stage %s resample, by name", async (position) => {
    const plugin = join(inputs, `${position}.mjs`);
    await writeFile(
      plugin,
      `export default { name: "mine", stages: [{ name: "early", at: { position: "${position}", stage: "resample" },
        create: () => ({ name: "early", run: () => ({ rows: 0 }) }) }] };`,
    );
    const folder = join(inputs, `never-${position}`);
    expect(
      await refused("shard", "plan", folder, "-n", "2", "-c", config, "-s", `plugins=[${plugin}]`),
    ).toMatch(
      /^2 error: stage "early" of mine can't be run in shards\n.*\n {2}hint: shards need a stage that has/,
    );
  });

  it("plans and runs with a plugin's stage after merge, which runs when all is collected", async () => {
    const plugin = join(inputs, "late.mjs");
    await writeFile(
      plugin,
      `export default { name: "mine", stages: [{ name: "late", at: { position: "after", stage: "merge" },
        create: () => ({ name: "late", run: ({ progress }) => { progress.log("info", "it is late"); return { rows: 0 }; } }) }] };`,
    );
    const folder = join(inputs, "late");
    const set = ["-s", `plugins=[${plugin}]`, "-s", "export.directory=late-out"];
    await must("shard", "plan", folder, "-n", "1", "-c", config, ...set);
    expect((await must("shard", "run", folder, "--index", "0")).stderr).not.toMatch(/it is late/);
    expect((await must("shard", "collect", folder)).stderr).toMatch(/it is late/);
  });

  it("gives the same plan again", async () => {
    const [one, two] = [await planned(), await planned()];
    const text = async (folder: string) => readFile(join(folder, "plan.json"), "utf8");
    expect(await text(one)).toBe(await text(two));
  });
});

describe("shard run", () => {
  it("refuses a folder without a plan, and a shard that the plan does not have", async () => {
    expect(await refused("shard", "run", join(inputs, "nowhere"), "--index", "0")).toMatchInlineSnapshot(`
      "2 error: /nowhere has no plan.json
        in /nowhere/plan.json
        hint: name the folder that \`quadrat shard plan\` was given"
    `);
    const folder = await planned();
    expect(await refused("shard", "run", folder, "--index", "4")).toMatchInlineSnapshot(`
      "2 error: --index is 4, but the shards of the plan are 0 to 3
        hint: the array of tasks has to go from 0 to 3"
    `);
    expect(await refused("shard", "run", folder, "--index", "-1")).toMatch(/^2 error: --index is -1/);
    expect(await refused("shard", "run", folder)).toMatchInlineSnapshot(`
      "2 error: which shard is not known
        hint: give its number with --index, or run this as a task of an array: SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX, PBS_ARRAY_INDEX, SGE_TASK_ID are understood; the shards of the plan are 0 to 3"
    `);
  });

  it("refuses a plan that was edited, cut short, or made by another version", async () => {
    const folder = await planned();
    const file = join(folder, "plan.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"resolution": [\n      0.1', '"resolution": [\n      0.2'));
    expect(await refused("shard", "run", folder, "--index", "0")).toMatchInlineSnapshot(`
      "2 error: /plan/plan.json was changed after it was made
        hint: a plan can't be edited, because shards may have been made from it: make a new plan in another folder with \`quadrat shard plan\`"
    `);
    expect(await refused("shard", "collect", folder)).toMatch(/^2 .*was changed after it was made/);
    await writeFile(file, text.slice(0, 500));
    expect(await refused("shard", "status", folder)).toMatch(/^2 .*is not JSON/);
    await writeFile(file, text.replace('"format": 2', '"format": 3'));
    expect(await refused("shard", "status", folder)).toMatch(/^2 .*is not a plan that this version/);
    await writeFile(file, "null");
    expect(await refused("shard", "status", folder)).toMatch(/^2 .*is not a plan that this version/);
  });

  describe("after an input has changed", () => {
    afterEach(() => writeRaster("a.tif"));

    it("refuses it by name, whether or not its size is another", async () => {
      const folder = await planned();
      await must("shard", "run", folder, "--index", "0");
      const { length } = await readFile(join(inputs, "a.tif"));
      await writeRaster("a.tif", 1);
      expect((await readFile(join(inputs, "a.tif"))).length).toBe(length);
      expect(await refused("shard", "run", folder, "--index", "1")).toMatchInlineSnapshot(`
        "1 error: /a.tif has changed since the plan was made
          in dataset a
          hint: bring the file of the plan back, or make a new plan in another folder with \`quadrat shard plan\`"
      `);
      await truncate(join(inputs, "a.tif"), 1000);
      expect(await refused("shard", "run", folder, "--index", "1")).toMatch(/^1 .*a.tif has changed since/);
      await rm(join(inputs, "a.tif"));
      expect(await refused("shard", "run", folder, "--index", "1")).toMatch(/^1 .*a.tif is missing since/);
      expect(await readdir(join(folder, "work"))).toEqual([]);
      expect(await readdir(join(folder, "shards"))).toEqual(["00000.shard"]);
    });

    it("accepts a copy of the same content", async () => {
      const folder = await planned();
      await copyFile(join(inputs, "a.tif"), join(inputs, "copy.tif"));
      await rm(join(inputs, "a.tif"));
      await copyFile(join(inputs, "copy.tif"), join(inputs, "a.tif"));
      await utimes(join(inputs, "a.tif"), 1, 1);
      await must("shard", "run", folder, "--index", "1");
    });
  });

  it.each([
    ["SLURM_ARRAY_TASK_ID", "2", 2],
    ["AWS_BATCH_JOB_ARRAY_INDEX", "2", 2],
    ["JOB_COMPLETION_INDEX", "2", 2],
    ["PBS_ARRAY_INDEX", "2", 2],
    ["SGE_TASK_ID", "3", 2],
  ])("takes its number from %s", async (name, value, index) => {
    const folder = await planned();
    const task = (number: string) => command(["shard", "run", folder, "--json"], { env: { [name]: number } });
    const { code, stdout, stderr } = await task(value);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ shard: index, state: "done" });
    expect(await readdir(join(folder, "shards"))).toEqual([`0000${index}.shard`]);
    const beyond = await task(name === "SGE_TASK_ID" ? "0" : "4");
    expect(beyond.code).toBe(2);
    expect(JSON.parse(beyond.stderr)).toMatchObject({
      message: expect.stringMatching(`^${name} is`) as string,
    });
  });

  it("stops with code 3 if memory.limit has no room for it, and does it with more", async () => {
    const folder = join(inputs, "tight");
    await must("shard", "plan", folder, "-n", "1", "-c", config, "-s", "memory.limit=20MB");
    expect(await refused("shard", "run", folder, "--index", "0")).toMatch(
      /^3 error: .*of the limit of 20 MB/,
    );
    expect(await readdir(join(folder, "shards"))).toEqual([]);
  });

  it("does nothing if the result is there", async () => {
    const folder = await ran();
    const before = await readFile(shardFile(folder, 1));
    const { stdout } = await must("shard", "run", folder, "--index", "1");
    expect(stdout).toMatch(/^shard 1: done before, nothing to do/);
    expect(before.equals(await readFile(shardFile(folder, 1)))).toBe(true);
  });

  it("makes a damaged result again, with the same bytes", async () => {
    const folder = await ran();
    const dense = shardFile(folder, 3);
    const before = await readFile(dense);
    await truncate(dense, before.length - 1);
    const { stderr } = await must("shard", "run", folder, "--index", "3");
    expect(stderr).toMatch(/warning: .*00003.shard is cut short: it is made again/);
    expect(before.equals(await readFile(dense))).toBe(true);
  });
});

describe("shard collect", () => {
  it("names what is missing, truncated, changed, swapped or from another plan", async () => {
    const folder = await ran(6);
    const other = await ran(5);
    await rm(shardFile(folder, 0));
    await truncate(shardFile(folder, 1), 100);
    const bytes = await readFile(shardFile(folder, 2));
    bytes[100]! ^= 1;
    await writeFile(shardFile(folder, 2), bytes);
    await copyFile(shardFile(folder, 5), shardFile(folder, 3));
    await copyFile(shardFile(other, 4), shardFile(folder, 4));
    expect(await refused("shard", "collect", folder)).toMatchInlineSnapshot(`
      "1 error: 5 of 6 shards can't be collected: 0-4
        1 missing
        shard 1 is cut short
        shard 2 has been changed: its SHA-256 is not the one that it states
        shard 3 is the result of shard 5
        shard 4 was made for another plan
        in /plan
        hint: do them again, such as with \`quadrat shard run /plan --index 0\`"
    `);
    expect(anonymous((await command(["shard", "status", folder])).stdout)).toMatchInlineSnapshot(`
      "default: 6 shards, 1 done, 1 missing, 4 damaged
      tables  not prepared
      damaged 1: is cut short
      damaged 2: has been changed: its SHA-256 is not the one that it states
      damaged 3: is the result of shard 5
      damaged 4: was made for another plan
      to do   0-4"
    `);
    expect(await readdir(inputs)).not.toContain("out");
    for (const index of [0, 1, 2, 3, 4]) await must("shard", "run", folder, "--index", String(index));
    await must("shard", "collect", folder);
    const again = await must("shard", "collect", folder);
    expect(again.stderr).toMatch(/a: staged before, reused/);
    await rm(join(inputs, "out"), { recursive: true });
  });

  it("says which shard lacks its tables if those of prepare are gone", async () => {
    const folder = await planned();
    await must("shard", "prepare", folder);
    for (const index of ["0", "1", "2", "3"]) await must("shard", "run", folder, "--index", index);
    await rm(join(folder, "shards", "tables.shard"));
    expect(await refused("shard", "collect", folder)).toMatch(
      /^1 error: 1 of 4 shards can't be collected: 0\n {2}shard 0 lacks its tables/,
    );
  });
});
