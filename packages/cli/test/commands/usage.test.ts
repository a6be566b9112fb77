import { readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { inFolder, quadrat } from "./quadrat.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

describe("help", () => {
  it("lists the commands there are, with examples and exit codes, on stdout", async () => {
    const { code, stdout, stderr } = await quadrat(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map((match) => match[1]);
    expect(commands).toEqual([
      "run",
      "validate",
      "plan",
      "memory",
      "sql",
      "tables",
      "summary",
      "report",
      "watch",
      "shard",
      "plugins",
      "init",
      "create",
      "help",
    ]);
    expect(stdout).toContain("$ quadrat validate");
    expect(stdout).toContain("130 interrupted");
  });

  it.each([
    "run",
    "validate",
    "plan",
    "memory",
    "sql",
    "tables",
    "summary",
    "report",
    "watch",
    "plugins",
    "init",
    "create",
  ])("of %s has examples and the options that hold everywhere", async (command) => {
    const { code, stdout, stderr } = await quadrat([command, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Examples:\n  $ quadrat ${command}`);
    for (const option of ["--config <file>", "--experiment <name>", "--json", "--quiet"])
      expect(stdout).toContain(option);
    expect(await quadrat(["help", command])).toMatchObject({ code: 0, stdout });
  });

  it("is what a command line without a command gets, as an error", async () => {
    const { code, stdout, stderr } = await quadrat([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: quadrat");
  });

  it("and version do not load the database; commands that need it do", async () => {
    const tell = `process.on("exit", () => process.stderr.write(String(process.report.getReport().sharedObjects.some((file) => file.includes("duckdb")))))`;
    const node = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`];
    expect(await quadrat(["--version"], { node })).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "false",
    });
    for (const args of [["--help"], ["run", "--help"]]) {
      expect(await quadrat(args, { node })).toMatchObject({ code: 0, stderr: "false" });
    }
    expect(await inFolder((cwd) => quadrat(["plugins"], { cwd, node }))).toMatchObject({
      code: 0,
      stderr: "true",
    });
  });
});

describe("a wrong command line", () => {
  it.each([
    [["rnu"], "unknown command 'rnu'", "did you mean run? "],
    [["steer"], "unknown command 'steer'", ""],
    [["run", "--experimnt", "a"], "unknown option '--experimnt'", "did you mean --experiment? "],
    [["run", "now"], "too many arguments for 'run'. Expected 0 arguments but got 1.", ""],
    [["run", "--store"], "option '--store <file>' argument missing", ""],
    [["init", "a", "b"], "too many arguments for 'init'. Expected 1 argument but got 2.", ""],
  ])("%j ends with 2 and names the nearest", async (args, message, near) => {
    expect(await quadrat(args, { env: { NO_COLOR: "1" } })).toEqual({
      code: 2,
      signal: null,
      stdout: "",
      stderr: `error: ${message}\n  hint: ${near}\`quadrat --help\` lists the commands and options\n`,
    });
  });

  it("is told in JSON to programs", async () => {
    const { code, stdout, stderr } = await quadrat(["run", "--json", "--experimnt", "a"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toEqual({
      level: "error",
      kind: "usage",
      message: "unknown option '--experimnt'",
      exitCode: 2,
      hint: "did you mean --experiment? `quadrat --help` lists the commands and options",
    });
  });
});

describe("a wrong configuration", () => {
  const text =
    "grid: {crs: EPSG:4326, resolution: 0, bounds: [0, 0, 1, 1]}\ndatasets: {a: {path: a.tif}}\nmrege: {}\n";
  const problems = [
    "  config.yml:1:36: grid.resolution: found 0; allowed: a number above 0, or [x, y]",
    "  config.yml:3:1: mrege: unknown key; did you mean merge? allowed: grid, datasets, mask, cells, points, resampling, merge, export, memory, prediction, plugins, threads, offline, experiments",
  ];

  it.each(["run", "validate", "plan", "plugins"])(
    "ends %s with 2 and every problem, before any work",
    async (command) => {
      await inFolder(async (cwd) => {
        await writeFile(`${cwd}/config.yml`, text);
        await writeFile(`${cwd}/a.tif`, "");
        expect(await quadrat([command], { cwd })).toEqual({
          code: 2,
          signal: null,
          stdout: "",
          stderr: `error: config.yml has 2 problems\n${problems.join("\n")}\n`,
        });
        expect((await readdir(cwd)).sort()).toEqual(["a.tif", "config.yml"]);
      });
    },
  );

  it("lists its problems in JSON to programs", async () => {
    await inFolder(async (cwd) => {
      await writeFile(`${cwd}/config.yml`, text);
      await writeFile(`${cwd}/a.tif`, "");
      const { code, stdout, stderr } = await quadrat(["validate", "--json", "--set", "merge.join=x"], {
        cwd,
      });
      expect([code, stdout]).toEqual([2, ""]);
      const failure = JSON.parse(stderr) as { problems: { key: string; at: object }[]; place: object };
      expect(failure.problems.map(({ key, at }) => [key, at])).toEqual([
        ["grid.resolution", { source: "config.yml", line: 1, column: 36 }],
        ["mrege", { source: "config.yml", line: 3, column: 1 }],
        ["merge.join", { source: "--set merge.join=x" }],
      ]);
      expect(failure.place).toEqual({ file: "config.yml", line: 1, key: "grid.resolution" });
    });
  });

  it("that is not there is named, with what to do", async () => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await quadrat(["run"], { cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: config.yml does not exist\n {2}hint: `quadrat init` writes one/);
      expect((await quadrat(["plugins"], { cwd })).code).toBe(0);
      expect((await quadrat(["plugins", "--config", "other.yml"], { cwd })).code).toBe(2);
    });
  });
});
