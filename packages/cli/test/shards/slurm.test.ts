import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quadrat, repository } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";
import { hashes, writeConfig, writeInputs, type Configuration } from "./support.js";

const cluster = join(repository, "../shared/slurm");
const lacking = !existsSync(join(cluster, "slurm-up.sh"))
  ? "needs the scripts of a Slurm cluster in ../shared/slurm"
  : process.getuid?.() !== 0
    ? "needs root to start a Slurm cluster"
    : undefined;

const shards = 24;
const starved = 5;

let folder: string;
let slurm: string;
let conf: string;

const call = promisify(execFile);

async function sh(file: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, SLURM_CONF: conf };
  const { stdout } = await call(file, args, { env, cwd: folder, maxBuffer: 2 ** 24 });
  return stdout.trim();
}

const node = (action: string, name: string) => sh(join(cluster, "slurm-node.sh"), action, name, slurm);

/** Tasks of Slurm: `<array index> <state> <node>`. */
async function tasks(): Promise<string[]> {
  const text = await sh("squeue", "--noheader", "--array", "--format=%K %T %N");
  return text === "" ? [] : text.split("\n").map((line) => line.trim());
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const begun = Date.now(); Date.now() - begun < seconds * 1000; await wait(300))
    if (await holds()) return;
  throw new Error(`after ${seconds} s still not: ${what}\n${(await tasks()).join("\n")}`);
}

async function must(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await quadrat(args);
  if (code !== 0) throw new Error(`quadrat ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return stdout;
}

const methods = ["average", "med", "q1", "mode", "max", "rms", "cubic"];

function study(directory: string): Configuration {
  const rasters = Object.fromEntries(methods.map((resample) => [resample, { path: "big.tif", resample }]));
  return {
    grid: { crs: "EPSG:4326", resolution: 0.05, bounds: [-1, 28, 29, 46] },
    datasets: {
      ...rasters,
      fine: { path: "fine.tif" },
      richness: { path: "points.csv", species: "species", measure: "species", keep: ["mass"] },
      ratio: { sql: "SELECT cell, a.value / b.value AS value FROM fine a JOIN average b USING (cell)" },
    },
    export: { formats: ["csv", { use: "csv", compress: true }, "parquet", "arrow"], directory },
    prediction: { learn: false },
  };
}

describe.skipIf(lacking !== undefined)(`a cluster of three nodes${lacking ? ` (${lacking})` : ""}`, () => {
  let single: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quadrat-slurm-"));
    // Another user runs the cluster's authentication.
    await chmod(folder, 0o755);
    slurm = join(folder, "cluster");
    conf = join(slurm, "slurm.conf");
    await writeInputs(folder);
    await writeTiff(join(folder, "big.tif"), {
      width: 3000,
      height: 3000,
      epsg: 3857,
      geographic: false,
      origin: [-200_000, 5_700_000],
      pixel: [800, 800],
      nodata: -9999,
      value: (col, row) =>
        (col * 7 + row * 13) % 41 === 0 ? -9999 : Math.fround(((col * 31 + row * 17) % 1000) / 7),
    });
    await must("run", "--config", await writeConfig(folder, "single.yml", study("single")));
    single = await hashes(join(folder, "single"));
    await call(join(cluster, "slurm-up.sh"), ["3", slurm]);
  });
  afterAll(async () => {
    await call(join(cluster, "slurm-down.sh"), [slurm]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it("gives the bytes of one machine though nodes die, come apart, and lack memory", async () => {
    const plan = join(folder, "plan");
    const config = await writeConfig(folder, "shards.yml", study("collected"));
    await must("shard", "plan", plan, "--shards", String(shards), "--slurm", "--config", config);
    const script = join(plan, "shards.sbatch");
    // One task has less memory than the program alone.
    await sh("sbatch", `--array=${starved}`, "--mem=60M", script);
    await sh("sbatch", `--array=0-${starved - 1},${starved + 1}-${shards - 1}`, script);
    const worksOn = (name: string) => async () =>
      (await tasks()).some((task) => task.endsWith(`RUNNING ${name}`)) && (await begunShards()) > 0;
    const begunShards = async () => (await readdir(join(plan, "work"))).length;
    await until("n2 works", 60, worksOn("n2"));
    await wait(500);
    await node("kill", "n2");
    await until("n3 works", 60, worksOn("n3"));
    const apart = (await tasks()).flatMap((task) =>
      task.endsWith("RUNNING n3") ? [task.split(" ")[0]!] : [],
    );
    await node("slurmd-only", "n3");
    await sh("scontrol", "update", "nodename=n3", "state=down", "reason=unreachable");
    const logOf = (index: string) => readFile(join(plan, `logs/shard-${index}.log`), "utf8").catch(() => "");
    const ends = (log: string) => log.match(/^shard \d+: (cells|done before)/gm)?.length ?? 0;
    await until("n3, which is cut off, has done what it was working on", 120, async () =>
      (await Promise.all(apart.map(logOf))).every((log) => ends(log) > 0),
    );
    await node("up", "n2");
    await node("slurmd-back", "n3");
    // Unless it has come back by itself.
    await sh("scontrol", "update", "nodename=n3", "state=resume").catch(() => "");
    await until("all tasks have ended", 400, async () => (await tasks()).length === 0);

    const status = JSON.parse(await must("shard", "status", plan, "--json")) as {
      array: string;
      damaged: number;
    };
    expect(status).toMatchObject({ damaged: 0 });
    expect(status.array.split(",")).toContain(String(starved));
    const early = await quadrat(["shard", "collect", plan]);
    expect(early.code).toBe(1);
    expect(early.stderr).toContain(`--array=${status.array}`);
    const again = (await sh("sbatch", "--parsable", `--array=${status.array}`, script)).split(";")[0]!;
    await sh("sbatch", `--dependency=afterok:${again}`, join(plan, "collect.sbatch"));
    await until("the shards are collected", 300, async () => (await tasks()).length === 0);
    expect(
      await hashes(join(folder, "collected")),
      await readFile(join(plan, "logs/collect.log"), "utf8"),
    ).toEqual(single);
    // The tasks of the node that was cut off went on, and were done a second time elsewhere.
    expect(apart.length).toBeGreaterThan(0);
    const logs = await Promise.all(apart.map(logOf));
    expect(Math.max(...logs.map(ends)), logs.join("\n")).toBeGreaterThanOrEqual(2);
  });
});
