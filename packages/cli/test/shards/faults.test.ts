import { existsSync, readFileSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../e2e/support/one-process.js";
import { quadrat } from "../commands/quadrat.js";
import { canMeddle, makeMeddler, type Meddling } from "../e2e/support/meddler.js";
import { repository } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";
import { hashes, must, writeConfig } from "./support.js";

const shards = ["0", "1", "2"];
/** The shard that stages the table. */
const owner = "0";

let folder: string;
let meddle: (meddling: Meddling) => NodeJS.ProcessEnv;
/** Of the outputs of a run on one machine, but for the metadata, in which paths are. */
let whole: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-shard-faults-"));
  if (canMeddle) meddle = await makeMeddler(folder);
  const place = join(folder, "single");
  await must("run", "--config", await study(place));
  whole = await outputs(place);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeInputs(place: string, add = 0): Promise<void> {
  await writeTiff(join(place, "a.tif"), {
    width: 60,
    height: 40,
    epsg: 4326,
    geographic: true,
    origin: [0, 4],
    pixel: [0.1, 0.1],
    nodata: -9999,
    value: (col, row) => col + row * 60 + add,
  });
  const lines = Array.from({ length: 500 }, (_, i) => `${(i % 59) / 10},${(i % 39) / 10},${i}`);
  await writeFile(join(place, "t.csv"), `decimalLongitude,decimalLatitude,v\n${lines.join("\n")}\n`);
}

/** A folder with the inputs and the configuration; returns the latter. */
async function study(place: string): Promise<string> {
  await mkdir(place);
  await writeInputs(place);
  return writeConfig(place, "config.yml", {
    grid: { crs: "EPSG:4326", resolution: 0.05, bounds: [0, 0, 6, 4] },
    datasets: { a: { path: "a.tif" }, t: { path: "t.csv", measure: "sum", value: "v" } },
    export: { directory: "out", formats: ["csv", "parquet"] },
    prediction: { learn: false },
  });
}

async function outputs(place: string): Promise<Record<string, string>> {
  const { "merged.metadata.json": _, ...found } = await hashes(join(place, "out"));
  return found;
}

type Step = "plan" | "run" | "collect" | "parts";

function argsOf(place: string, step: Step): string[] {
  const plan = join(place, "plan");
  const config = join(place, "config.yml");
  switch (step) {
    case "plan":
      return ["shard", "plan", plan, "--shards", String(shards.length), "--config", config];
    case "run":
      return ["shard", "run", plan, "--index", owner];
    case "collect":
      return ["shard", "collect", plan];
    case "parts":
      return ["shard", "collect", plan, "--partitioned"];
  }
}

interface Situation {
  /** The command in which it happens; those before have been done. */
  readonly step: Step;
  readonly meddling?: Meddling;
  /** Done before the command. */
  readonly harm?: (place: string) => Promise<unknown>;
  /** What has to be done before the same command is given again; default nothing. */
  readonly mend?: (place: string) => Promise<unknown>;
  /** Commands that have to be given before it; default none. */
  readonly again?: readonly Step[];
}

const full = (step: Step, writing: string, after = 0): Situation => ({ step, meddling: { writing, after } });
const during = (step: Step, writing: string, what: string, more: Partial<Situation> = {}): Situation => ({
  step,
  meddling: { writing, command: what },
  ...more,
});
const mended = { mend: (place: string) => writeInputs(place), again: ["plan"] } as const;

/** As if a plan had never been. */
const anew = { mend: (place: string) => rm(join(place, "plan"), { recursive: true, force: true }) };

const shardFile = (place: string, index: string): string => join(place, "plan/shards", `0000${index}.shard`);

const situations: Readonly<Record<string, Situation>> = {
  "the disk is full while a plan is written": full("plan", ".plan.json.partial"),
  "the disk is full while a shard stages rasters": full("run", ".cells"),
  "the disk is full while a shard stages tables": full("run", "tables.duckdb"),
  "the disk is full while a shard's result is written": full("run", ".shard."),
  "the disk is full while tables are copied to be collected": full("collect", "/work/collect"),
  "the disk is full while values are put into the store": full("collect", "quadrat.duckdb", 20_000),
  "the disk is full while outputs are collected": full("collect", ".merged.csv.partial"),
  "the disk is full while the metadata is written": full("collect", ".merged.metadata.json"),
  "the disk is full while a part is written": full("parts", ".parquet"),
  "the disk is full while it is noted that a part is done": full("parts", "/plan/parts/"),
  "the folder of the plan is removed while it is written": during("plan", ".plan.json.partial", "rm -r plan"),
  "the folder of the plan is removed while a shard is run": during("run", "/plan/work/", "rm -r plan", {
    again: ["plan"],
  }),
  "the folder of the plan is removed while it is collected": during(
    "collect",
    "quadrat.duckdb",
    "rm -r plan",
    { again: ["plan", "run"] },
  ),
  "the output folder is removed while values are collected": during("collect", ".duckdb.wal", "rm -r out"),
  "the output folder is removed while outputs are written": during(
    "collect",
    ".merged.csv.partial",
    "rm -r out",
  ),
  "the output folder is removed while parts are written": during("parts", ".parquet", "rm -r out"),
  "a raster is cut short while a shard reads it": during("run", ".cells", "truncate -s 1000 a.tif", mended),
  "a raster is replaced while a shard reads it": during(
    "run",
    ".cells",
    "head -c 20000 a.tif > b && mv b a.tif",
    mended,
  ),
  "a table is cut short while a shard reads it": during(
    "run",
    "tables.duckdb",
    "truncate -s 1000 t.csv",
    mended,
  ),
  "a shard's result is cut short while it is collected": during(
    "collect",
    "quadrat.duckdb",
    "truncate -s 500 plan/shards/00001.shard",
    { again: ["run"] },
  ),
  "another shard's result takes its place while it is collected": during(
    "collect",
    "quadrat.duckdb",
    "cp plan/shards/00000.shard x && mv x plan/shards/00001.shard",
    { again: ["run"] },
  ),
  "a shard's result was cut short": {
    step: "collect",
    harm: (place) => truncate(shardFile(place, "1"), 500),
    again: ["run"],
  },
  "another shard's result is in its place": {
    step: "collect",
    harm: (place) => copyFile(shardFile(place, "0"), shardFile(place, "1")),
    again: ["run"],
  },
  "a folder has the name of a shard's result": {
    step: "run",
    harm: (place) => mkdir(shardFile(place, owner)),
    mend: (place) => rm(shardFile(place, owner), { recursive: true }),
  },
  "the plan was edited": {
    step: "collect",
    harm: async (place) => {
      const file = join(place, "plan/plan.json");
      await writeFile(file, (await readFile(file, "utf8")).replace("0.05", "0.1"));
    },
    again: ["plan", "run"],
    ...anew,
  },
  "the store is damaged": {
    step: "collect",
    harm: async (place) => {
      await must(...argsOf(place, "collect"));
      const store = join(place, "out/quadrat.duckdb");
      await truncate(store, (await stat(store)).size / 2);
    },
    mend: (place) => must(...argsOf(place, "collect"), "--fresh"),
  },
};

async function runAll(place: string): Promise<void> {
  for (const index of shards) await must("shard", "run", join(place, "plan"), "--index", index);
}

const listed = readFileSync(join(repository, "docs/clusters.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const row = /^\| (.+?) +\| `([^`]+)` +\| (\d+) +\| (.+?) +\|$/.exec(line);
    return row ? [{ situation: row[1]!, message: row[2]!, code: Number(row[3]) }] : [];
  });

/** The message as it stands in the list, with any path in the places that capitals hold. */
function pattern(message: string): RegExp {
  const escaped = message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replaceAll(/\b(STORE|FILE|FOLDER)\b/g, "/\\S+"));
}

/** Nothing that is not whole under the name of a result, and nothing of this process besides. */
async function clean(place: string): Promise<void> {
  const left = await readdir(join(place, "plan"), { recursive: true }).catch(() => []);
  expect(left.filter((name) => /partial|^work\/./.test(name))).toEqual([]);
  const out = await readdir(join(place, "out"), { recursive: true }).catch(() => []);
  expect(out.filter((name) => /partial|\/\.|live/.test(name))).toEqual([]);
}

let places = 0;

/** A study for which everything before a step has been done. */
async function placeFor(step: Step): Promise<string> {
  const place = join(folder, `place-${places++}`);
  await study(place);
  if (step !== "plan") await must(...argsOf(place, "plan"));
  if (step === "collect" || step === "parts") await runAll(place);
  return place;
}

/** Does what is still to be done after the plan, which gives the bytes of a single machine. */
async function resumes(place: string, { step, mend, again = [] }: Situation): Promise<void> {
  await mend?.(place);
  if (again.includes("plan")) {
    await rm(join(place, "plan"), { recursive: true, force: true });
    await must(...argsOf(place, "plan"));
  }
  if (again.includes("run")) await runAll(place);
  const { stdout } = await must(...argsOf(place, step));
  if (step === "parts") {
    expect(stdout).toContain(`${shards.length} files`);
    await rm(join(place, "out"), { recursive: true });
  }
  if (step !== "collect") {
    await runAll(place);
    await must(...argsOf(place, "collect"));
  }
  await clean(place);
  expect(await outputs(place)).toEqual(whole);
}

describe("the list of docs/clusters.md", () => {
  it("has every situation that is tested, and no other", () => {
    expect(listed.map(({ situation }) => situation)).toEqual(Object.keys(situations));
  });

  for (const { situation, message, code } of listed) {
    const found = situations[situation];
    it.skipIf(!found || (found.meddling && !canMeddle))(situation, async () => {
      const { step, meddling, harm } = found!;
      const place = await placeFor(step);
      await harm?.(place);
      const env = meddling && meddle(meddling);
      const ended = await quadrat(argsOf(place, step), { cwd: place, ...(env && { env }) });
      expect(ended.stderr).toMatch(pattern(message));
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stderr).toContain("hint: ");
      expect(ended.stderr).not.toMatch(/this is a bug|^\s+at /m);
      await clean(place);
      await resumes(place, found!);
    });
  }
});

it.skipIf(!canMeddle)("collects a result that is done again meanwhile", async () => {
  const place = await placeFor("collect");
  const copy = "cp plan/shards/00001.shard x && mv x plan/shards/00001.shard";
  const env = meddle({ writing: "quadrat.duckdb", command: copy });
  const { code, stderr } = await quadrat(argsOf(place, "collect"), { cwd: place, env });
  expect(code, stderr).toBe(0);
  expect(await outputs(place)).toEqual(whole);
});

it.skipIf(!canMeddle)("goes by the bytes of files, and by no clock", async () => {
  const year = 365 * 24 * 3600;
  const place = await placeFor("plan");
  const at = (clock: number, args: string[]) => quadrat(args, { cwd: place, env: meddle({ clock }) });
  expect(await at(-year, argsOf(place, "plan"))).toMatchObject({ code: 0 });
  const plan = join(place, "plan");
  // As a computer with another clock, and programs that set the times of files, leave them.
  const times = async (when: Date): Promise<void> => {
    for (const name of ["a.tif", "t.csv", "plan/plan.json"]) await utimes(join(place, name), when, when);
    for (const name of await readdir(join(plan, "shards")))
      await utimes(join(plan, "shards", name), when, when);
  };
  await must("shard", "run", plan, "--index", "2");
  for (const [index, clock] of [
    ["0", -year],
    ["1", year],
  ] as const) {
    await times(new Date(Date.now() - clock * 1000));
    const done = await at(clock, ["shard", "run", plan, "--index", index]);
    expect(done.code, done.stderr).toBe(0);
  }
  await times(new Date(Date.now() + year * 1000));
  const { stdout } = await at(-year, ["shard", "run", plan, "--index", "0"]);
  expect(stdout).toMatch(/^shard 0: done before, nothing to do/);
  expect(await at(-year, ["shard", "collect", plan])).toMatchObject({ code: 0 });
  expect(await outputs(place)).toEqual(whole);
  const again = await must(...argsOf(place, "collect"));
  expect(again.stderr).toMatch(/a: staged before, reused/);
  // Other bytes of the same length, with the time of the old ones.
  const { mtime } = await stat(join(place, "a.tif"));
  await writeInputs(place, 1);
  await utimes(join(place, "a.tif"), mtime, mtime);
  await rm(shardFile(place, "1"));
  const refused = await at(-year, ["shard", "run", plan, "--index", "1"]);
  expect(refused.stderr).toMatch(/a\.tif has changed since the plan was made/);
});

describe("shard plan in a folder that an earlier one has begun", () => {
  it.skipIf(!canMeddle)("goes on after a kill at any moment", async () => {
    for (const writing of [".plan.json.partial", "plan/.shards.sbatch.partial"]) {
      const place = await placeFor("plan");
      const args = [...argsOf(place, "plan"), "--slurm"];
      const env = meddle({ writing, command: "kill -9 $PPID" });
      expect(await quadrat(args, { cwd: place, env })).toMatchObject({ code: null, signal: "SIGKILL" });
      const left = (await readdir(join(place, "plan"))).sort();
      if (existsSync(join(place, "plan/plan.json"))) {
        // It is a plan: shards may have been made from it.
        const again = await quadrat(args, { cwd: place });
        expect(again.stderr).toMatch(/error: \/\S+\/plan has a plan already\n/);
        expect(again.code).toBe(2);
        continue;
      }
      expect(left).toEqual([".plan.json.partial", "logs", "shards", "work"]);
      await must(...args);
      const made = await readdir(join(place, "plan"));
      expect(made).toEqual(expect.arrayContaining(["plan.json", "shards.sbatch", "submit.sh"]));
      expect(made.filter((name) => name.includes("partial"))).toEqual([]);
    }
  });

  it("refuses whatever else is there", async () => {
    for (const other of ["shards/00000.shard", "work/mine", "mine.txt", "logs/x.log", "data/"]) {
      const place = await placeFor("plan");
      const path = join(place, "plan", other);
      await mkdir(join(place, "plan/logs"), { recursive: true });
      await mkdir(other.endsWith("/") ? path : join(path, ".."), { recursive: true });
      if (!other.endsWith("/")) await (await open(path, "w")).close();
      const { code, stderr } = await command(argsOf(place, "plan"));
      expect(stderr).toMatch(/error: \/\S+\/plan is not empty\n/);
      expect(code).toBe(2);
      expect(existsSync(path)).toBe(true);
    }
  });
});
