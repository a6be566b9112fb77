import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { LiveReport, RunReport } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { command } from "../e2e/support/one-process.js";
import { fixture, inFolder, quadrat } from "./quadrat.js";
import type { Ended, SpawnOptions } from "./quadrat.js";

const config = `grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 45, 0, 50]}
datasets:
  elevation: {path: elevation.tif}
export: {directory: out}
plugins: [./halt.mjs]
`;

/** A stage at which a run stays until it is stopped, if it is told to. */
const plugin = `
const halt = ({ signal, progress }) => new Promise((resolve, reject) => {
  if (!process.env.TEST_HALT) return resolve({ rows: 0 });
  setInterval(() => {}, 1000);
  progress.log("info", "halted");
  signal.addEventListener("abort", () => reject(signal.reason));
});
export default { name: "halt", stages: [{ name: "halt", at: { position: "after", stage: "resample" }, create: () => ({ name: "halt", run: halt }) }] };
`;

interface Holder {
  readonly pid: number;
  /** Stops it and waits for its end. */
  readonly end: (signal?: NodeJS.Signals) => Promise<Ended>;
}

interface Study {
  readonly folder: string;
  readonly store: string;
  /** In a process of its own if there are options. */
  readonly run: (args?: readonly string[], options?: SpawnOptions) => Promise<Ended>;
  /** Begins a run that keeps the store open. */
  readonly hold: () => Promise<Holder>;
}

function study(work: (study: Study) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await copyFile(fixture("elevation.tif"), join(folder, "elevation.tif"));
    await writeFile(join(folder, "config.yml"), config);
    await writeFile(join(folder, "halt.mjs"), plugin);
    const run = async (args: readonly string[] = [], options?: SpawnOptions): Promise<Ended> =>
      options
        ? quadrat(["run", ...args], { cwd: folder, ...options })
        : { ...(await command(["run", ...args], { cwd: folder })), signal: null };
    const hold = async (): Promise<Holder> => {
      let child: ChildProcess | undefined;
      let ended!: Promise<Ended>;
      await new Promise<void>((halted, failed) => {
        ended = run([], {
          env: { TEST_HALT: "1" },
          onStart: (started) => (child = started),
          onStderr: (_, text) => text.includes("halted") && halted(),
        });
        ended.then(({ stderr }) => failed(new Error(stderr)), failed);
      });
      const end = (signal: NodeJS.Signals = "SIGINT"): Promise<Ended> => {
        child!.kill(signal);
        return ended;
      };
      return { pid: child!.pid!, end };
    };
    await work({ folder, store: join(folder, "out/quadrat.duckdb"), run, hold });
  });
}

/** A process that has the store open and knows nothing of runs. */
async function holdPlainly(store: string): Promise<ChildProcess> {
  const script = `
    import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve("@duckdb/node-api"))};
    await DuckDBInstance.create(process.argv[1]);
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, store], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

const live = (store: string): string => `${store}.live.json`;

/** Of a run in a process, in any of its stages. */
const heldBy = (pid: number): RegExp =>
  new RegExp(
    `in use by a run in progress: experiment default, in stage halt, since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC, process ${pid} on host ${hostname()}\\n`,
  );

describe("a second run on a store", () => {
  it("says who has it, and leaves alone what the first is writing", async () => {
    await study(async ({ folder, store, run, hold }) => {
      const first = await hold();
      const partial = join(folder, "out/.merged.csv.partial");
      await writeFile(partial, "x,y");
      for (const args of [[], ["--fresh"]]) {
        const { code, stdout, stderr } = await run(args);
        expect([code, stdout]).toEqual([1, ""]);
        expect(stderr).toContain(`error: the store ${store} is `);
        expect(stderr).toMatch(heldBy(first.pid));
        expect(stderr).toContain("hint: wait until it has ended, as `--wait` does, or use another store");
      }
      expect(await readFile(partial, "utf8")).toBe("x,y");
      expect(JSON.parse(await readFile(live(store), "utf8"))).toMatchObject({
        pid: first.pid,
        host: hostname(),
        experiment: "default",
      });
      const asked = await command(["sql", "--store", store, "SELECT 1"]);
      expect(asked.stderr).toMatch(heldBy(first.pid));
      expect((await first.end()).code).toBe(130);
      expect(existsSync(live(store))).toBe(false);
      expect((await run()).code).toBe(0);
      expect(existsSync(partial)).toBe(false);
    });
  });

  it("waits with --wait, and goes on from what the first has staged", async () => {
    await study(async ({ run, hold }) => {
      for (const args of [["--wait"], ["--wait", "--fresh"]]) {
        const first = await hold();
        let ended: Promise<Ended> | undefined;
        const begun = performance.now();
        const second = await run([...args, "--json"], {
          onStderr: (_, text) => {
            if (text.includes("waiting for the store")) ended ??= wait(1500).then(() => first.end());
          },
        });
        const seconds = (performance.now() - begun) / 1000;
        expect(second.code, second.stderr).toBe(0);
        expect((await ended)!.code).toBe(130);
        const told = second.stderr.split("\n").filter((line) => line.includes("waiting for the store"));
        expect(told).toHaveLength(1);
        expect(JSON.parse(told[0]!)).toMatchObject({ level: "info" });
        expect(`${(JSON.parse(told[0]!) as { message: string }).message}\n`).toMatch(heldBy(first.pid));
        const report = JSON.parse(second.stdout) as RunReport;
        expect(report.rows).toBe(200);
        // What it waited is not what it took.
        expect(report.seconds).toBeLessThan(seconds - 1.4);
        const reused = second.stderr.includes("elevation: staged before, reused");
        expect(reused).toBe(!args.includes("--fresh"));
      }
    });
  });

  it("stops waiting at Ctrl-C with 130, and leaves the first one alone", async () => {
    await study(async ({ run, hold }) => {
      const first = await hold();
      // A second signal would end it at once, with another code.
      let isStopped = false;
      const second = run(["--wait"], {
        onStderr(child, text) {
          if (isStopped || !text.includes("waiting for the store")) return;
          isStopped = true;
          child.kill("SIGINT");
        },
      });
      const { code, stderr } = await second.finally(() => first.end());
      expect(code, stderr).toBe(130);
      expect(stderr).toContain("stopped: stopped by SIGINT");
      expect((await first.end()).code).toBe(130);
    });
  });

  it("waits for one run after the other", async () => {
    await study(async ({ run, hold }) => {
      const first = await hold();
      let ended: Promise<Ended> | undefined;
      const others = await Promise.all(
        Array.from({ length: 3 }, () =>
          run(["--wait"], {
            onStderr: (_, text) => {
              if (text.includes("waiting for the store")) ended ??= wait(1000).then(() => first.end());
            },
          }),
        ),
      );
      for (const { code, stderr } of others) expect(code, stderr).toBe(0);
      await ended;
    });
  });

  it("is waited for by `shard collect` too", async () => {
    await study(async ({ folder, store, run }) => {
      expect((await run()).code).toBe(0);
      const plan = join(folder, "plan");
      const shard = (...args: string[]) => command(["shard", ...args], { cwd: folder });
      expect((await shard("plan", plan, "--shards", "1")).code).toBe(0);
      expect((await shard("run", plan, "--index", "0")).code).toBe(0);
      const other = await holdPlainly(store);
      const who = `in use by another process: number ${other.pid} (node) on host ${hostname()}\n`;
      const refused = await shard("collect", plan);
      expect(refused.stderr).toContain(`error: the store ${store} is ${who}`);
      expect(refused.code).toBe(1);
      const collected = await quadrat(["shard", "collect", plan, "--wait"], {
        cwd: folder,
        onStderr: (_, text) => void (text.includes(`waiting for the store, ${who}`) && other.kill()),
      });
      expect(collected.code, collected.stderr).toBe(0);
      expect(collected.stderr).toContain("elevation: staged before, reused");
    });
  });

  it("believes DuckDB's lock, not what a killed run has left", async () => {
    await study(async ({ store, run, hold }) => {
      const first = await hold();
      await first.end("SIGKILL");
      const left = JSON.parse(await readFile(live(store), "utf8")) as LiveReport;
      expect(left.pid).toBe(first.pid);
      const other = await holdPlainly(store);
      const who = `is in use by another process: number ${other.pid} (node) on host ${hostname()}\n`;
      expect((await run()).stderr).toContain(who);
      // Left by a run that still exists, elsewhere or here, but does not hold the lock.
      for (const owner of [
        "node7-00000000-1-abcdef",
        left.owner.replace(`-${left.pid}-`, `-${process.pid}-`),
      ]) {
        await writeFile(live(store), JSON.stringify({ ...left, owner }));
        expect((await run()).stderr).toContain(who);
      }
      await writeFile(live(store), "{");
      expect((await run()).stderr).toContain(who);
      other.kill();
      await new Promise((resolve) => other.once("close", resolve));
      for (const text of [
        "{",
        JSON.stringify(left),
        JSON.stringify({ ...left, owner: "node7-00000000-1-abcdef" }),
      ]) {
        await writeFile(live(store), text);
        const { code, stderr } = await run();
        expect(code, stderr).toBe(0);
        expect(existsSync(live(store))).toBe(false);
      }
      await rm(store);
    });
  });
});
