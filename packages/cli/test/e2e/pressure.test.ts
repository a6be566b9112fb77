import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QuadratError, type Config } from "@quadrat/core";
import { parseConfig, runPipeline, silent, type RunReport } from "@quadrat/core/host";
import {
  explainAdaptations,
  openMemoryWatch,
  pressureSeries,
  systemClock,
  type Clock,
  type MemoryReading,
} from "@quadrat/monitor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRegistry } from "../../src/host.js";
import { writeTiff } from "./support/tiff.js";

/** All 1000 of them take minutes: QUADRAT_SERIES=1000 npm test -w @quadrat/cli. */
const series = Number(process.env["QUADRAT_SERIES"] ?? 40);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-pressure-"));
  await writeTiff(join(folder, "a.tif"), {
    width: 120,
    height: 100,
    epsg: 4326,
    geographic: true,
    origin: [0, 10],
    pixel: [0.1, 0.1],
    nodata: -9999,
    value: (col, row) => ((col + row) % 7 === 0 ? -9999 : Math.fround(col / 3 + row)),
  });
  await writeFile(join(folder, "p.csv"), "decimalLongitude,decimalLatitude\n1.05,9.05\n1.05,9.05\n7,3\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function configured(ratios: readonly number[], streaming: boolean): Config {
  const text = JSON.stringify({
    grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [0, 0, 12, 10] },
    datasets: { a: { path: "a.tif" }, p: { path: "p.csv", fill: 0 } },
    merge: { enable_streaming: streaming, streaming_chunk_size: 900 },
    export: { formats: ["csv", "arrow"], directory: "out" },
    memory: { limit: "2GB", backend: { use: "scripted", ratios } },
    prediction: { learn: false },
    threads: 1,
  });
  const config = parseConfig(text, { file: join(folder, "config.yml") });
  // More often than a configuration may ask for, so that short runs see much.
  return { ...config, memory: { ...config.memory, intervalMs: 1 } };
}

/** Eight milliseconds go by from reading to reading, however slow the machine is: a series is over before a run is given up. */
function clockOfReadings(): Clock {
  let now = Date.now();
  const every = (ms: number, call: () => void): (() => void) =>
    systemClock.every(ms, () => {
      now += 8;
      call();
    });
  return { ...systemClock, now: () => now, every };
}

/** A run in this process under a series of pressure; every decision has to be explained by a reading. */
async function underPressure(ratios: readonly number[], streaming: boolean): Promise<RunReport> {
  const config = configured(ratios, streaming);
  const registry = await createRegistry(config);
  const memory = await openMemoryWatch({
    config,
    registry,
    clock: clockOfReadings(),
    leaks: { clock: systemClock },
  });
  const readings: MemoryReading[] = [];
  memory.monitor.onReading((reading) => readings.push(reading));
  const start = { batchRows: 900, windowSize: memory.sizes.windowSize, streaming };
  const report = await runPipeline(config, { registry, memory, progress: silent });
  explainAdaptations(report.adaptations, readings, undefined, { start });
  expect(report.batch_rows.min).toBeGreaterThanOrEqual(100);
  expect(report.batch_rows.end).toBeLessThanOrEqual(900);
  return report;
}

describe(`${series} seeded series of memory pressure`, () => {
  it("never change a byte, never hang a run, and explain every decision", async () => {
    const calm = await underPressure([0.1], true);
    const bytes = calm.files.map(({ sha256 }) => sha256);
    let [adapted, switched] = [0, 0];
    for (let seed = 1; seed <= series; seed++) {
      const hung = new QuadratError("internal", `the run under series ${seed} hangs`);
      const report = await within(
        120_000,
        hung,
        underPressure([...pressureSeries(seed), 0.5], seed % 3 === 0),
      );
      expect(
        report.files.map(({ sha256 }) => sha256),
        `series ${seed}`,
      ).toEqual(bytes);
      if (report.adaptations.length > 0) adapted++;
      if (report.mode.start !== report.mode.end) switched++;
    }
    // Not just calm ones.
    expect(adapted).toBeGreaterThan(series / 4);
    expect(switched).toBeGreaterThan(series / 60);
  });
});

async function within<T>(ms: number, failure: Error, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(failure), ms)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
