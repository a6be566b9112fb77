import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig, runPipeline, silent, type MemoryReport, type RunReport } from "@quadrat/core/host";
import { openMemoryWatch } from "@quadrat/monitor";
import { describe, expect, it } from "vitest";
import { createRegistry } from "../../src/host.js";
import { command, filesIn, inFolder, quadrat, run, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const side = 700;

/** A raster of 490,000 cells and a configuration that reads it twice. */
async function study(folder: string): Promise<Configuration> {
  await writeTiff(join(folder, "a.tif"), {
    width: side,
    height: side,
    epsg: 4326,
    geographic: true,
    origin: [0, 7],
    pixel: [0.01, 0.01],
    nodata: -9999,
    value: (col, row) => ((col + row) % 13 === 0 ? -9999 : Math.fround(col / 7 + row)),
  });
  return {
    grid: { crs: "EPSG:4326", resolution: 0.01, bounds: [0, 0, 7, 7] },
    datasets: { a: { path: "a.tif" }, b: { path: "a.tif", resample: "near" } },
  };
}

/** A stage after merging that does something to the table's batches, slowly. */
const plugin = (name: string, onBatch: string, pause: number): string => `
import { setTimeout as wait } from "node:timers/promises";
const held = [];
function keep(batch) {
  held.push(batch.getChildAt(0).toArray().slice());
}
const stage = {
  name: "${name}",
  async run(context) {
    const { merged } = context;
    context.merged = new Proxy(merged, {
      get(table, key) {
        if (key !== "batches") return typeof table[key] === "function" ? table[key].bind(table) : table[key];
        return async function* () {
          for await (const batch of table.batches()) {
            ${onBatch}
            if (${pause} > 0) await wait(${pause});
            yield batch;
          }
        };
      },
    });
    return { rows: 0 };
  },
};
export default {
  name: "${name}",
  stages: [{ name: "${name}", at: { position: "after", stage: "merge" }, create: () => stage }],
};
`;

/** Memory that gets short when the third batch of what was gathered in memory is being written. */
const short = `
import { setTimeout as wait } from "node:timers/promises";
const series = [0.5];
const backend = { sample: () => ({ used: (series.length > 1 ? series.shift() : series[0]) * 1e9, limit: 1e9 }) };
const stage = {
  name: "shortage",
  async run(context) {
    const { merged } = context;
    let batches = 0;
    context.merged = new Proxy(merged, {
      get(table, key) {
        if (key !== "batches") return typeof table[key] === "function" ? table[key].bind(table) : table[key];
        return async function* () {
          for await (const batch of table.batches()) {
            if (++batches === 3) {
              series.push(0.83, 0.86, 0.93, 0.95, 0.85, 0.5);
              while (series.length > 1) await wait(10);
            }
            yield batch;
          }
        };
      },
    });
    return { rows: 0 };
  },
};
export default {
  name: "shortage",
  memoryBackends: [{ name: "until-written", create: () => backend }],
  stages: [{ name: "shortage", at: { position: "after", stage: "merge" }, create: () => stage }],
};
`;

/** Memory gets short once the stage is listening: it votes, subscribes as an exporter does, and fails in both now and then. */
const opinionated = `
const series = [0.5];
const backend = { sample: () => ({ used: (series.length > 1 ? series.shift() : series[0]) * 1e9, limit: 1e9 }) };
const stage = {
  name: "opinionated",
  voteOnMemory: ({ level }) => {
    if (level === "recovered") throw new Error("not prepared for better times");
    return "stream";
  },
  run: ({ memory, progress }) =>
    new Promise((resolve) => {
      const alive = setInterval(() => undefined, 1000);
      const end = () => (clearInterval(alive), resolve({ rows: 0 }));
      memory.on("warning", ({ ratio }) => progress.log("info", "told of " + ratio), "opinionated exporter");
      memory.on("warning", () => { throw new Error("no ear for it"); }, "deaf");
      memory.on("recovered", () => setTimeout(end, 50), "opinionated end");
      series.push(0.85, 0.75, 0.5);
    }),
};
export default {
  name: "opinionated",
  memoryBackends: [{ name: "on-cue", create: () => backend }],
  stages: [{ name: "opinionated", at: { position: "after", stage: "resample" }, create: () => stage }],
};
`;

/** Waits until the run is stopped. */
const waiting = `
const stage = {
  name: "waiting",
  run: ({ signal, progress }) =>
    new Promise((_, reject) => {
      progress.log("info", "waiting");
      const timer = setInterval(() => undefined, 1000);
      signal.addEventListener("abort", () => (clearInterval(timer), reject(signal.reason)));
    }),
};
export default {
  name: "waiting",
  stages: [{ name: "waiting", at: { position: "after", stage: "resample" }, create: () => stage }],
};
`;

async function memoryOf(folder: string, directory: string): Promise<MemoryReport> {
  const { stdout, stderr, code } = await command([
    ...["memory", "--json", "--store", join(folder, directory, "quadrat.duckdb")],
  ]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as MemoryReport;
}

describe("a run that gets short of memory", () => {
  it("switches to streaming in the middle, tells when and why, and writes the same bytes", async () => {
    await inFolder(async (folder) => {
      const config = await study(folder);
      const outputs = { formats: ["csv", "arrow", "parquet"] };
      const streamed = await run(folder, {
        ...config,
        merge: { enable_streaming: true },
        export: { ...outputs, directory: "streamed" },
      });
      await writeFile(join(folder, "short.mjs"), short);
      const report = await run(folder, {
        ...config,
        merge: { enable_streaming: false },
        export: { ...outputs, directory: "switched" },
        plugins: ["./short.mjs"],
        memory: { backend: "until-written", interval_ms: 10, limit: "2GB" },
      });
      expect(report.mode).toEqual({ start: "memory", end: "streaming" });
      expect(report.files.map(({ sha256 }) => sha256)).toEqual(streamed.files.map(({ sha256 }) => sha256));
      expect(report.adaptations.map(({ level }) => level)).toContain("warning");
      const change = report.adaptations.find(({ action }) => action === "switch to streaming");
      expect(change).toMatchObject({ level: "critical", ratio: 0.93 });

      const memory = await memoryOf(folder, "switched");
      expect(memory.mode).toEqual({ start: "memory", end: "streaming" });
      expect(memory.decisions.map(({ level, ratio, action }) => ({ level, ratio, action }))).toEqual(
        report.adaptations.map(({ level, ratio, action }) => ({ level, ratio, action })),
      );
      expect(memory.stages.map(({ name }) => name)).toEqual([
        "load",
        "resample",
        "merge",
        "shortage",
        "export",
      ]);
      const operations = memory.operations.map(({ stage, operation }) => `${stage} ${operation}`);
      expect(operations).toEqual(
        expect.arrayContaining(["resample decode", "resample append", "export format", "export write"]),
      );
      expect(memory.samples.length).toBeGreaterThan(5);
      expect(memory.leaks).toEqual([]);
    });
  });

  it("lets plugins subscribe and vote, and names those that fail", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "opinionated.mjs"), opinionated);
      const config = {
        ...(await study(folder)),
        plugins: ["./opinionated.mjs"],
        export: { directory: "out" },
        memory: { backend: "on-cue", interval_ms: 50, limit: "2GB" },
      };
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stdout, stderr } = await quadrat([
        "run",
        "--config",
        join(folder, "config.yml"),
        "--json",
      ]);
      expect(code, stderr).toBe(0);
      const report = JSON.parse(stdout) as RunReport;
      expect(report.mode).toEqual({ start: "memory", end: "streaming" });
      expect(report.adaptations.map(({ level, action }) => `${level}: ${action}`)).toContain(
        "warning: switch to streaming, voted for by stage opinionated",
      );
      expect(stderr).toContain("told of 0.85");
      expect(stderr).toContain('the memory callback \\"deaf\\" (warning) failed: no ear for it');
      expect(stderr).toContain(
        'the vote of \\"stage opinionated\\" on memory (recovered) failed: not prepared for better times',
      );
      const { samples } = await memoryOf(folder, "out");
      for (const { heap, array_buffers, external } of samples) {
        expect(heap).toBeGreaterThan(1e6);
        expect(array_buffers).toBeLessThanOrEqual(external!);
      }
      const busiest = samples.map(({ workers }) => Math.max(...workers!));
      expect(Math.max(...busiest)).toBeGreaterThan(1e6);
      expect(Math.max(...samples.map(({ duckdb }) => duckdb!))).toBeGreaterThan(0);
    });
  });

  it("stops with exit code 3 when all is given up, keeps its work and says what would have sufficed", async () => {
    await inFolder(async (folder) => {
      const config = { ...(await study(folder)), export: { directory: "out" } };
      await writeFile(join(folder, "waiting.mjs"), waiting);
      const short = {
        ...config,
        plugins: ["./waiting.mjs"],
        memory: {
          backend: {
            use: "scripted",
            ratios: [...Array<number>(40).fill(0.5), ...Array<number>(8).fill(1.05), 0.95],
          },
          interval_ms: 100,
          limit: "1GB",
        },
      };
      await mkdir(join(folder, "out"));
      await writeFile(join(folder, "config.yml"), JSON.stringify(short));
      const ended = quadrat(["run", "--config", join(folder, "config.yml")]);
      let live = "";
      for (let look = 0; look < 100 && !live.includes("batches of 100 rows"); look++) {
        live = (await quadrat(["memory", "--config", join(folder, "config.yml")])).stdout;
      }
      expect(live).toMatch(
        / waiting: .* % of 1\.00 GB; streaming, batches of 100 rows, windows of 256 pixels/,
      );
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(3);
      expect(stderr).toMatch(/950 MB of the limit of 1000 MB are in use/);
      expect(stderr).toMatch(/set memory\.limit to 1188 MB or more/);
      expect(stderr).not.toMatch(/^\s+at .*\(/m);
      expect((await filesIn(join(folder, "out"))).sort()).toEqual(["quadrat.duckdb"]);

      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const again = await quadrat(["run", "--config", join(folder, "config.yml")]);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stderr).toMatch(/a: staged before, reused/);
    });
  });

  it("stops with exit code 3 when the process itself holds more than the limit", async () => {
    await inFolder(async (folder) => {
      const config = {
        ...(await study(folder)),
        plugins: ["./waiting.mjs"],
        memory: { limit: "300MB" },
        export: { directory: "out" },
      };
      const hoard = "run: ({ signal, progress }) =>\n    (globalThis.hoard = Buffer.alloc(4e8, 1)) &&";
      await writeFile(join(folder, "waiting.mjs"), waiting.replace("run: ({ signal, progress }) =>", hoard));
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stderr } = await quadrat(["run", "--config", join(folder, "config.yml")]);
      expect(code, stderr).toBe(3);
      expect(stderr).toMatch(/of the limit of 300 MB are in use, with every size at its minimum/);
      expect(await filesIn(join(folder, "out"))).toEqual(["quadrat.duckdb"]);
    });
  });

  it("refuses a limit that the program itself exceeds, before it writes anything", async () => {
    await inFolder(async (folder) => {
      const config = { ...(await study(folder)), memory: { limit: "40MB" }, export: { directory: "out" } };
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stderr } = await quadrat(["run", "--config", join(folder, "config.yml")]);
      expect(code, stderr).toBe(3);
      expect(stderr).toMatch(/of the limit of 40 MB are in use before any work has begun/);
      expect(stderr).toMatch(/hint: set memory\.limit to \d+ MB or more/);
      expect(await filesIn(folder)).not.toContain("out");
    });
  });

  it("is warned of at the end when it was over before it could be stopped", async () => {
    await inFolder(async (folder) => {
      const config = {
        ...(await study(folder)),
        memory: { limit: "110MB", interval_ms: 60_000 },
        export: { directory: "out" },
      };
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stderr } = await quadrat(["run", "--config", join(folder, "config.yml")]);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/the memory limit was not kept: the peak was \d+ MB, the limit is 110 MB/);
    });
  });
});

describe("a stage that never ends", () => {
  it("is named when nothing is left that it could be waiting for", async () => {
    await inFolder(async (folder) => {
      const stage =
        '{ name: "stuck", at: { position: "after", stage: "load" }, create: () => ({ name: "stuck", run: () => new Promise(() => {}) }) }';
      await writeFile(join(folder, "stuck.mjs"), `export default { name: "stuck", stages: [${stage}] };`);
      const config = { ...(await study(folder)), plugins: ["./stuck.mjs"], export: { directory: "out" } };
      await writeFile(join(folder, "config.yml"), JSON.stringify(config));
      const { code, stderr } = await quadrat(["run", "--config", join(folder, "config.yml")]);
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/it has not finished, and nothing is left.*in stage stuck/s);
    });
  });
});

describe("the leak detector", () => {
  const slow = { merge: { enable_streaming: true, streaming_chunk_size: 900 }, memory: { limit: "4GB" } };

  it("finds a stage that leaks and names where", async () => {
    await inFolder(async (folder) => {
      // 900 rows are 7 kB of x, kept twenty times.
      const onBatch = "for (let i = 0; i < 20; i++) keep(batch);";
      const leaks = await leaksOf(folder, plugin("leaky", onBatch, 0));
      expect(leaks).toHaveLength(1);
      expect(leaks[0]!.operation).toMatch(/^keep \(.*leaky\.mjs:\d+\)$/);
      expect(leaks[0]!.bytes_per_batch).toBeGreaterThan(20 * 7200 * 0.5);
      expect(leaks[0]!.bytes_per_batch).toBeLessThan(20 * 7200 * 2);
    });
  });

  it("raises no alarm over 500 batches and more of a clean pipeline", async () => {
    await inFolder(async (folder) => {
      const onBatch = "for (let i = 0; i < 20; i++) batch.getChildAt(0).toArray().slice();";
      expect(await leaksOf(folder, plugin("leaky", onBatch, 0))).toEqual([]);
    });
  });

  /** Runs in this process, so that it can be looked after every batch, whatever the machine is doing. */
  async function leaksOf(folder: string, stage: string): Promise<MemoryReport["leaks"]> {
    await writeFile(join(folder, "leaky.mjs"), stage);
    const settings = {
      ...(await study(folder)),
      ...slow,
      plugins: ["./leaky.mjs"],
      export: { directory: "out" },
    };
    const config = parseConfig(JSON.stringify(settings), { file: join(folder, "config.yml") });
    const registry = await createRegistry(config);
    const memory = await openMemoryWatch({ config, registry, leaks: { costFactor: 0 } });
    const told: string[] = [];
    const progress = { ...silent, log: (_: string, message: string) => void told.push(message) };
    const { rows } = await runPipeline(config, { registry, memory, progress });
    expect(rows).toBeGreaterThan(400_000);
    const { leaks } = await memoryOf(folder, "out");
    const warnings = told.filter((message) => message.includes("leak memory"));
    expect(warnings).toHaveLength(leaks.length);
    return leaks;
  }
});
