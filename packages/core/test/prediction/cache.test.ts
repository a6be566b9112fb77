import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheDirectory, RunHistory } from "../../src/host.js";
import { pastRun } from "./past-run.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-cache-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFile = async (name: string, text: string): Promise<{ history: RunHistory; warnings: string[] }> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return { history: new RunHistory(path), warnings: [] };
};

describe("the cache directory", () => {
  it.each([
    ["linux", {}, "/home/ada", join("/home/ada", ".cache", "quadrat")],
    ["linux", { XDG_CACHE_HOME: "/scratch" }, "/home/ada", join("/scratch", "quadrat")],
    [
      "darwin",
      { XDG_CACHE_HOME: "/scratch" },
      "/Users/ada",
      join("/Users/ada", "Library", "Caches", "quadrat"),
    ],
    ["win32", { LOCALAPPDATA: "C:\\Local" }, "C:\\ada", join("C:\\Local", "quadrat")],
    ["win32", {}, "C:\\ada", join("C:\\ada", "AppData", "Local", "quadrat")],
    ["linux", { QUADRAT_CACHE_DIR: "/here", XDG_CACHE_HOME: "/scratch" }, "/home/ada", "/here"],
    [
      "linux",
      { QUADRAT_CACHE_DIR: " ", XDG_CACHE_HOME: "" },
      "/home/ada",
      join("/home/ada", ".cache", "quadrat"),
    ],
  ] as const)("is the user's own on %s with %j", (platform, env, home, expected) => {
    expect(cacheDirectory({ platform, env, home })).toBe(expected);
  });
});

describe("the history of runs", () => {
  it("gives back what was added, in order, and makes its folder", async () => {
    const history = new RunHistory(join(folder, "new", "deeper", "runs.json"));
    expect(await history.read()).toEqual([]);
    const [first, second] = [pastRun({ peak: 2 }), pastRun({ peak: 3 })];
    expect(await history.add(first)).toBeUndefined();
    expect(await history.add(second)).toBeUndefined();
    expect(await history.read()).toEqual([first, second]);
  });

  it("keeps the last 200 runs", async () => {
    const runs = Array.from({ length: 205 }, (_, index) => pastRun({ cells: index + 1 }));
    const { history } = await inFile("full.json", JSON.stringify({ format: "quadrat runs", runs }));
    await history.add(pastRun({ cells: 206 }));
    const kept = await history.read();
    expect(kept.map(({ features }) => features.cells)).toEqual(Array.from({ length: 200 }, (_, i) => i + 7));
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"format": "quadrat runs", "runs": [{"time"'],
    ["another program's", '{"format": "something", "runs": []}'],
    ["a list", "[1, 2]"],
    ["null", "null"],
    ["far too large", " ".repeat(5 * 2 ** 20)],
  ])("begins anew with one warning where the file is %s", async (name, text) => {
    const { history, warnings } = await inFile(`damaged ${name}.json`, text);
    expect(await history.read((message) => warnings.push(message))).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(history.path)]);
    expect(await history.add(pastRun({}))).toBeUndefined();
    expect(await history.read()).toHaveLength(1);
  });

  it("leaves out entries that it does not understand", async () => {
    const broken = { ...pastRun({}), actual: { rows: -1 } };
    const runs = [broken, 7, pastRun({ cells: 5 })];
    const { history } = await inFile("mixed.json", JSON.stringify({ format: "quadrat runs", runs }));
    expect((await history.read()).map(({ features }) => features.cells)).toEqual([5]);
  });

  it("is never a broken file, however many runs end at once, and leaves no other file", async () => {
    const directory = join(folder, "at once");
    const path = join(directory, "runs.json");
    const runs = Array.from({ length: 12 }, (_, index) => pastRun({ cells: index + 1 }));
    await Promise.all(runs.map((run) => new RunHistory(path).add(run)));
    expect(JSON.parse(await readFile(path, "utf8"))).toHaveProperty("runs");
    expect((await new RunHistory(path).read()).length).toBeGreaterThan(0);
    expect(await readdir(directory)).toEqual(["runs.json"]);
  });

  it("says why it can't be written, and throws nothing", async () => {
    const path = join(folder, "a folder");
    await mkdir(join(path, "inside"), { recursive: true });
    expect(await new RunHistory(path).add(pastRun({}))).toContain(path);
    expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});
