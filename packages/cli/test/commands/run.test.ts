import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { fixture, inFolder, quadrat } from "./quadrat.js";
import type { Ended, SpawnOptions } from "./quadrat.js";

const config = `grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 45, 0, 50]}
datasets:
  elevation: {path: elevation.tif}
  points: {path: points.csv, x: lon, y: lat}
merge: {join: all}
export: {directory: out}
`;

/** Stages that a run never gets past: one that heeds an interruption, one that does not, one that fails. */
const plugin = `
const at = process.env.TEST_AFTER ? { position: "after", stage: process.env.TEST_AFTER } : { position: "before", stage: "load" };
const wait = (heeds) => ({ signal, progress }) => new Promise((resolve, reject) => {
  setInterval(() => {}, 1000);
  progress.log("info", "waiting");
  if (heeds) signal.addEventListener("abort", () => reject(signal.reason));
});
const stages = {
  heeds: { name: "heeds", run: wait(true) },
  ignores: { name: "ignores", run: wait(false) },
  fails: { name: "fails", run: () => { throw new TypeError("no such thing", { cause: new Error("the disk is on fire") }); } },
  rejects: { name: "rejects", run: () => { setTimeout(() => Promise.reject(new Error("nobody waits for this")), 1); return new Promise(() => setInterval(() => {}, 1000)); } },
};
const stage = stages[process.env.TEST_STAGE];
export default { name: "obstacle", stages: [{ name: stage.name, at, create: () => stage }] };
`;

async function study<T>(
  work: (folder: string, run: (args: string[], options?: SpawnOptions) => Promise<Ended>) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    await copyFile(fixture("elevation.tif"), join(folder, "elevation.tif"));
    await writeFile(join(folder, "points.csv"), "lon,lat\n-9.9,49.9\n-9.8,49.8\n-0.1,45.1\n");
    await writeFile(join(folder, "config.yml"), config);
    await writeFile(join(folder, "obstacle.mjs"), plugin);
    return work(folder, (args, options = {}) => quadrat(args, { cwd: folder, ...options }));
  });
}

describe("quadrat run", () => {
  it("makes the table, tells its progress on stderr and a report on stdout", async () => {
    await study(async (folder, run) => {
      const { code, stdout, stderr } = await run(["run", "--set", "export.formats=[csv, parquet]"]);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^default: 200 rows, 4 columns \(x, y, elevation, points\)\n/);
      expect(stdout).toMatch(/^ {2}out\/merged.csv +\d.* 200 rows {2}csv$/m);
      expect(stdout).toMatch(/^ {2}out\/merged.parquet +\d.* 200 rows {2}parquet$/m);
      expect(stdout).toMatch(/^memory {2}peak .* of the limit of /m);
      expect(stderr).toMatch(/^elevation: 200 cells$/m);
      expect(stderr).toMatch(/^elevation: done, 200 cells in /m);
      expect(`${stdout}${stderr}`).not.toContain("\u001b");
      const lines = (await readFile(join(folder, "out/merged.csv"), "utf8")).split("\n");
      expect(lines.slice(0, 3)).toEqual(["x,y,elevation,points", "-9.75,49.75,5,2", "-9.25,49.75,5,"]);
    });
  });

  it("prints the contract's object with --json, and nothing else", async () => {
    await study(async (folder, run) => {
      const { code, stdout, stderr } = await run(["run", "--json", "--store", "kept.duckdb"]);
      expect([code, stderr]).toEqual([0, ""]);
      const report = JSON.parse(stdout) as RunReport;
      expect(Object.keys(report)).toEqual([
        "experiment",
        "rows",
        "columns",
        "files",
        "seconds",
        "peak_rss_bytes",
        "memory_limit_bytes",
        "mode",
        "batch_rows",
        "adaptations",
        "stages",
        "prediction",
      ]);
      expect(report).toMatchObject({
        experiment: "default",
        rows: 200,
        columns: ["x", "y", "elevation", "points"],
      });
      expect(Object.keys(report.files[0]!).sort()).toEqual(["bytes", "format", "path", "rows", "sha256"]);
      expect(report.stages.map(({ name }) => name)).toEqual(["load", "resample", "merge", "export"]);
      expect(await readdir(folder)).toContain("kept.duckdb");

      const again = await run(["run", "--store", "kept.duckdb"]);
      expect(again.stderr).toContain("elevation: staged before, reused");
      const fresh = await run(["run", "--store", "kept.duckdb", "--fresh", "--quiet"]);
      expect([fresh.code, fresh.stderr]).toEqual([0, ""]);
    });
  });

  it("takes the options that hold everywhere before and after the command", async () => {
    await study(async (folder, run) => {
      const file = join(folder, "config.yml");
      // Nothing must be learned from other runs in between.
      const where = { cwd: "/", env: { QUADRAT_CACHE_DIR: join(folder, "cache") } };
      const before = await run(["--config", file, "--json", "plan"], where);
      const after = await run(["plan", "--json", "--config", file], where);
      expect(before).toEqual(after);
      expect(JSON.parse(after.stdout)).toMatchObject({
        mode: "memory",
        batch_rows: 5000,
        window_size: 2048,
        estimate: { cells: 200, columns: 4 },
      });
      expect(await readdir(folder)).not.toContain("out");
    });
  });
});

describe("validate, plan and plugins", () => {
  it("tell what they find", async () => {
    await study(async (folder, run) => {
      const validated = await run(["validate"]);
      expect(validated).toMatchObject({ code: 0, stderr: "" });
      expect(validated.stdout).toMatch(
        /^config.yml, experiment default: valid\ngrid EPSG:4326: 20 x 10 cells of 0.5, \[-10, 45, 0, 50\]\n/,
      );
      expect(validated.stdout).toMatch(
        /^elevation {2}elevation.tif {2}geotiff {2}20 x 10 {2}EPSG:4326 .*\[-10, 45, 0, 50\]$/m,
      );
      expect((await run(["plan"])).stdout).toMatch(/^cells +200, the maximum number of rows$/m);
      const plugins = await run(["plugins", "--json"]);
      const parts = JSON.parse(plugins.stdout) as { kind: string; name: string }[];
      const named = (kind: string) => parts.filter((part) => part.kind === kind).map(({ name }) => name);
      expect(named("stage")).toEqual(["load", "resample", "merge", "points", "export"]);
      expect(named("exporter")).toEqual(expect.arrayContaining(["csv", "parquet", "arrow"]));
      expect(named("memory backend")).toEqual(
        expect.arrayContaining(["auto", "process", "cgroup", "psi", "scripted"]),
      );
      await writeFile(join(folder, "config.yml"), `${config}plugins: [./obstacle.mjs]\n`);
      const listed = await run(["plugins"], { env: { TEST_STAGE: "heeds" } });
      expect(listed.stdout).toMatch(/^stage +heeds +obstacle +0.0.0$/m);
    });
  });

  it("refuse an exporter that there is not, with the nearest", async () => {
    await study(async (_, run) => {
      const { code, stderr } = await run(["validate", "--set", "export.formats=[parkuet]"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: there is no exporter "parkuet"/);
      expect(stderr).toContain('did you mean "parquet"?');
    });
  });
});

describe("a run that does not come to its end", () => {
  const obstacle = (stage: string, onStderr?: SpawnOptions["onStderr"], env: NodeJS.ProcessEnv = {}) =>
    study(async (folder, run) => {
      await writeFile(join(folder, "config.yml"), `${config}plugins: [./obstacle.mjs]\n`);
      const options = { env: { TEST_STAGE: stage, ...env }, ...(onStderr ? { onStderr } : {}) };
      return run(["run"], options);
    });

  it.each(["SIGINT", "SIGTERM"] as const)("ends with 130 on %s, and says what is kept", async (signal) => {
    let sent = false;
    const { code, stdout, stderr } = await obstacle("heeds", (child, text) => {
      if (!sent && text.includes("waiting")) sent = child.kill(signal);
    });
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain(`${signal}: stopping; a second one ends the process at once\n`);
    expect(stderr).toContain(`stopped: stopped by ${signal}\n`);
    expect(stderr).toContain("  hint: what was staged is kept: run the same command again to resume\n");
  });

  it("ends at once on a second signal", async () => {
    let sent = 0;
    const { code } = await obstacle("ignores", (child, text) => {
      if (sent === 0 && text.includes("waiting")) sent += Number(child.kill("SIGINT"));
      else if (sent === 1 && text.includes("stopping")) sent += Number(child.kill("SIGINT"));
    });
    expect([code, sent]).toEqual([130, 2]);
  });

  it("is called killed when it could not say a word, and what it staged is used", async () => {
    await study(async (folder, run) => {
      await writeFile(join(folder, "config.yml"), `${config}plugins: [./obstacle.mjs]\n`);
      const { signal } = await run(["run"], {
        env: { TEST_STAGE: "heeds", TEST_AFTER: "resample" },
        onStderr: (child, text) => text.includes("waiting") && child.kill("SIGKILL"),
      });
      expect(signal).toBe("SIGKILL");
      const { stdout } = await run(["memory", "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ run: 1, status: "killed" });
      await writeFile(join(folder, "config.yml"), config);
      expect((await run(["run"])).stderr).toContain("elevation: staged before, reused\n");
      const { stdout: table } = await run([
        "sql",
        "SELECT run, status FROM runs ORDER BY run",
        "--format",
        "json",
      ]);
      expect(JSON.parse(table)).toEqual([
        { run: 1, status: "killed" },
        { run: 2, status: "done" },
      ]);
    });
  });

  it("has its store for itself: another one with --fresh leaves it where it is", async () => {
    await study(async (folder, run) => {
      await writeFile(join(folder, "config.yml"), `${config}plugins: [./obstacle.mjs]\n`);
      let second: Promise<Ended> | undefined;
      const first = run(["run"], {
        env: { TEST_STAGE: "heeds", TEST_AFTER: "resample" },
        onStderr: (child, text) => {
          if (!text.includes("waiting")) return;
          second ??= run(["run", "--fresh"], {
            env: { TEST_STAGE: "heeds", TEST_AFTER: "resample" },
          }).finally(() => child.kill("SIGINT"));
        },
      });
      expect((await first).code).toBe(130);
      const { code, stderr } = (await second)!;
      expect(code).toBe(1);
      expect(stderr).toContain("quadrat.duckdb is in use by a run in progress: experiment default, ");
    });
  });

  it("warns of a stage that can't warm up, which only a new store asks it to", async () => {
    await study(async (folder, run) => {
      await writeFile(join(folder, "config.yml"), `${config}plugins: [./cold.mjs]\n`);
      const stage = `{ name: "cold", warmUp() { throw new Error("no coal"); }, run: () => ({ rows: 0 }) }`;
      const at = `{ position: "after", stage: "resample" }`;
      const plugin = `export default { name: "cold", stages: [{ name: "cold", at: ${at}, create: () => (${stage}) }] };`;
      await writeFile(join(folder, "cold.mjs"), plugin);
      const warning = "warning: stage cold failed to warm up: Error: no coal\n";
      for (const [args, warned] of [
        [[], true],
        [[], false],
        [["--fresh"], true],
      ] as const) {
        const { code, stderr } = await run(["run", ...args]);
        expect(code, stderr).toBe(0);
        expect(stderr.includes(warning)).toBe(warned);
      }
    });
  });

  it("tells a failure without a stack, and with it when asked", async () => {
    const { code, stdout, stderr } = await obstacle("fails");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^error: no such thing\n {2}in stage fails.*\n {2}because: the disk is on fire\n {2}hint: /m,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    const debug = await obstacle("fails", undefined, { QUADRAT_DEBUG: "1" });
    expect(debug.stderr).toMatch(/^\s+at .*obstacle.mjs/m);
  });

  it("ends when something fails that nobody waits for", async () => {
    const { code, stderr } = await obstacle("rejects");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Error: nobody waits for this$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("does not mind that nobody reads what it prints", async () => {
    await study(async (_, run) => {
      const { code, stderr } = await run(["plugins", "--json"], {
        onStart: (child) => child.stdout!.destroy(),
      });
      expect([code, stderr]).toEqual([0, ""]);
    });
  });
});
