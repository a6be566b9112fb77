import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTiff } from "../e2e/support/tiff.js";
import { hashes, must, writeConfig, writeInputs, type Configuration } from "./support.js";

const command = fileURLToPath(new URL("../../bin/quadrat.js", import.meta.url));

let inputs: string;
let single: Record<string, string>;

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeInputs(inputs);
  await writeTiff(join(inputs, "big.tif"), {
    width: 2000,
    height: 2000,
    epsg: 3857,
    geographic: false,
    origin: [-200_000, 5_700_000],
    pixel: [1200, 1200],
    nodata: -9999,
    value: (col, row) => ((col * 7 + row * 13) % 41 === 0 ? -9999 : (col * 31 + row * 17) % 1000),
  });
  await must("run", "--config", await writeConfig(inputs, "single.yml", study("single")));
  single = await hashes(join(inputs, "single"));
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

function study(directory: string): Configuration {
  return {
    grid: { crs: "EPSG:4326", resolution: 0.02, bounds: [-1, 28, 29, 46] },
    datasets: {
      average: { path: "big.tif", resample: "average" },
      cubic: { path: "big.tif", resample: "cubic" },
      fine: { path: "fine.tif" },
      richness: { path: "points.csv", species: "species", measure: "species", keep: ["mass"] },
    },
    merge: { join: "inner" },
    export: { formats: ["csv", "parquet"], directory },
    prediction: { learn: false },
    threads: 1,
  };
}

/** Runs the command and kills it after some milliseconds; whether it had ended before. */
function killed(milliseconds: number, ...args: string[]): Promise<{ ended: boolean; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code !== 0 && signal !== "SIGKILL") reject(new Error(`ended with ${code}:\n${said}`));
      else resolve({ ended: signal === null, said });
    });
  });
}

/** The same numbers for the same seed (Park and Miller). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 0x7fffffff;
    yield state / 0x7fffffff;
  }
}

const times = Number(process.env["QUADRAT_KILLS"] ?? 10);

describe("a shard that is killed", () => {
  it(`continues until it is done, and nothing is lost or left (${times} times)`, async () => {
    const config = await writeConfig(inputs, "killed.yml", study("killed"));
    const random = numbers(16);
    let kills = 0;
    let resumed = 0;
    for (let round = 0; kills < times; round++) {
      const folder = join(inputs, `plan-${round}`);
      await must("shard", "plan", folder, "--shards", "2", "--config", config);
      for (const step of [["run", "--index", "0"], ["run", "--index", "1"], ["collect"]]) {
        const [action, ...rest] = step;
        for (let tries = 0; ; tries++) {
          const patience = tries < 3 ? 400 + 3000 * random.next().value : 600_000;
          const { ended, said } = await killed(patience, "shard", action!, folder, ...rest);
          if (/resumes at cell|has left/.test(said)) resumed++;
          if (ended) break;
          kills++;
        }
      }
      expect(await readdir(join(folder, "work"))).toEqual([]);
      expect(await readdir(join(folder, "shards"))).toEqual(["00000.shard", "00001.shard"]);
      expect(await hashes(join(inputs, "killed"))).toEqual(single);
      await rm(join(inputs, "killed"), { recursive: true });
      await rm(folder, { recursive: true });
    }
    expect(resumed).toBeGreaterThan(0);
  });
});
