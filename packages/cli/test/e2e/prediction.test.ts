import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Inspection, PastRun, RunReport } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { quadrat } from "../commands/quadrat.js";
import { inFolder } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const names = ["layer1", "layer2"];

/** A study of two rasters with values in two thirds and a half of the cells, with a cache directory of its own. */
async function study(
  work: (command: (args: readonly string[]) => Promise<string>, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "cache"));
    const shape = {
      width: 300,
      height: 200,
      epsg: 4326,
      geographic: true,
      pixel: [0.01, 0.01] as const,
      nodata: -9999,
    };
    for (const [index, name] of names.entries()) {
      await writeTiff(join(folder, `${name}.tif`), {
        ...shape,
        origin: [0, 2],
        value: (col, row) => (col < 150 * (1 + index / 3) ? Math.round(col * row * 0.7) / 10 : -9999),
      });
    }
    const points = Array.from(
      { length: 3000 },
      (_, i) => `${((i * 7919) % 36000) / 100 - 180},${(i % 140) - 60}.5`,
    );
    await writeFile(join(folder, "points.csv"), `lon,lat\n${points.join("\n")}\n`);
    const config = {
      grid: { crs: "EPSG:4326", resolution: 0.01, bounds: [0, 0, 3, 2] },
      datasets: Object.fromEntries(names.map((name) => [name, { path: `${name}.tif`, resample: "near" }])),
      export: { directory: "out", formats: ["csv", "parquet"] },
      experiments: {
        points: {
          grid: { resolution: 0.001, bounds: [-180, -90, 180, 90] },
          datasets: { layer1: null, layer2: null, points: { path: "points.csv", x: "lon", y: "lat" } },
        },
      },
    };
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    await work(async (args) => {
      const env = { QUADRAT_CACHE_DIR: join(folder, "cache") };
      const { code, stdout, stderr } = await quadrat([...args, "--json"], { cwd: folder, env });
      expect(code, stderr).toBe(0);
      return stdout;
    }, folder);
  });
}

const runsIn = async (folder: string): Promise<PastRun[]> =>
  (JSON.parse(await readFile(join(folder, "cache/runs.json"), "utf8")) as { runs: PastRun[] }).runs;

describe("the prediction of a run", () => {
  it("is within 25 % for peak memory, disk and rows after three runs, and a plan's is the run's", async () => {
    await study(async (command, folder) => {
      const run = async (): Promise<RunReport> => JSON.parse(await command(["run", "--fresh"])) as RunReport;
      const first = await run();
      expect(first.prediction.runs).toBe(0);
      expect(Math.abs(first.prediction.rows.error!)).toBeLessThan(0.25);
      await run();
      await run();
      const { estimate } = JSON.parse(await command(["plan"])) as Inspection;
      expect(estimate.learned_from_runs).toBe(3);
      const fourth = await run();
      const { rows, peak_rss_bytes: memory, disk_bytes: disk, seconds, runs } = fourth.prediction;
      expect(runs).toBe(3);
      for (const { predicted, actual, error } of [rows, memory, disk]) {
        expect(Math.abs(error!)).toBeLessThan(0.25);
        expect(error).toBeCloseTo(predicted / actual - 1, 9);
      }
      expect([estimate.rows, estimate.peak_rss_bytes, estimate.disk_bytes, estimate.seconds]).toEqual([
        rows.predicted,
        memory.predicted,
        disk.predicted,
        seconds.predicted,
      ]);
      expect([rows.actual, memory.actual]).toEqual([fourth.rows, fourth.peak_rss_bytes]);
      const outputs = fourth.files.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(disk.actual).toBeGreaterThan(outputs);
      const remembered = await runsIn(folder);
      expect(remembered).toHaveLength(4);
      expect(JSON.stringify(remembered)).not.toContain("layer1");
    });
  });

  it("neither reads nor writes anything when learning is off", async () => {
    await study(async (command, folder) => {
      const off = ["--set", "prediction.learn=false"];
      // What would be done is told by the store, which is there after a run.
      const estimates = async (args: readonly string[]): Promise<unknown> => {
        const { work: _, ...rest } = JSON.parse(await command(["plan", ...args])) as Record<string, unknown>;
        return rest;
      };
      const plain = await estimates(off);
      await command(["run", "--fresh", ...off]);
      expect(existsSync(join(folder, "cache/runs.json"))).toBe(false);
      await command(["run", "--fresh"]);
      expect(await estimates(off)).toEqual(plain);
      expect(await estimates([])).not.toEqual(plain);
    });
  });

  it("is in proportion to the records for points on a fine grid of the whole world", async () => {
    await study(async (command) => {
      const { estimate } = JSON.parse(await command(["plan", "--experiment", "points"])) as Inspection;
      expect(estimate.cells).toBe(64_800_000_000);
      expect(Math.abs(estimate.rows / 3000 - 1)).toBeLessThan(0.1);
      expect(estimate.disk_bytes).toBeLessThan(10e6);
      expect(estimate.peak_memory_bytes.memory).toBeLessThan(500e6);
      expect(estimate.seconds).toBeLessThan(60);
    });
  });
});

describe("the mode", () => {
  it("is chosen from the estimate, with the reason, when it is auto", async () => {
    await study(async (command) => {
      const plan = async (limit: string): Promise<Inspection> =>
        JSON.parse(
          await command(["plan", "--set", "merge.enable_streaming=auto", "--set", `memory.limit=${limit}`]),
        ) as Inspection;
      expect((await plan("4GB")).mode).toBe("memory");
      const tight = await plan("200MB");
      expect(tight.mode).toBe("streaming");
      expect(tight.estimate.mode_reason).toContain("60 % of the limit");
    });
  });

  it("has smaller batches to begin with where the configured ones would not fit", async () => {
    await study(async (command) => {
      const settings = [
        "merge.streaming_chunk_size=1000000",
        "memory.limit=300MB",
        "merge.enable_streaming=true",
      ];
      const args = settings.flatMap((setting) => ["--set", setting]);
      const plan = JSON.parse(await command(["plan", ...args])) as Inspection;
      expect(plan.batch_rows).toBeLessThan(1_000_000);
      const run = JSON.parse(await command(["run", "--fresh", ...args])) as RunReport;
      expect(run.batch_rows.start).toBe(plan.batch_rows);
    });
  });
});
