import type { Config, MemoryLevel } from "@quadrat/core";
import { Registry, type MemoryWatch } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { builtinMonitor, manualClock, openMemoryWatch, type MonitorFailure } from "../src/index.js";
import { containerV2, GiB, machine, MiB } from "./support/machines.js";

const registry = new Registry().use(builtinMonitor);

function config(
  memory: Partial<Config["memory"]> = {},
): Pick<Config, "memory" | "merge" | "resampling" | "datasets"> {
  return {
    memory: {
      limit: { share: 0.8 },
      warningThreshold: 0.8,
      criticalThreshold: 0.9,
      recoveryThreshold: 0.7,
      intervalMs: 250,
      backend: "scripted",
      backendOptions: { ratios: [0.5, 0.82, 0.93, 0.5, 0.5] },
      ...memory,
    },
    merge: { join: "outer", enableStreaming: "auto", streamingChunkSize: 4000 },
    resampling: { windowSize: 1024 },
    datasets: {},
  };
}

const host = machine(containerV2({ max: GiB }));

describe("openMemoryWatch", () => {
  it("finds the limit, follows the backend, adapts the sizes and tells the run", async () => {
    const clock = manualClock(Date.UTC(2024, 5, 1));
    const watch: MemoryWatch = await openMemoryWatch({ config: config(), registry, host, clock });
    const told: MemoryLevel[] = [];
    expect(watch.limitBytes).toBe(Math.floor(0.8 * GiB));
    expect(watch.sizes).toMatchObject({ batchRows: 4000, windowSize: 1024, streaming: false });
    watch.start(({ level }) => told.push(level));
    await clock.advance(750);
    await watch.stop();
    expect(told).toEqual(["warning", "critical", "recovered"]);
    expect(watch.sizes).toMatchObject({ batchRows: 1250, windowSize: 320, streaming: true });
    expect(watch.minBatchRows).toBe(1000);
    expect(
      watch.adaptations.map(({ time, level, ratio, action }) => [time.slice(17), level, ratio, action]),
    ).toEqual([
      ["00.250Z", "warning", 0.82, "batch 4000 -> 2000 rows, window 1024 -> 512 pixels"],
      ["00.500Z", "critical", 0.93, "batch 2000 -> 1000 rows, window 512 -> 256 pixels"],
      ["00.500Z", "critical", 0.93, "switch to streaming"],
      ["00.750Z", "recovered", 0.5, "batch 1000 -> 1250 rows, window 256 -> 320 pixels"],
    ]);
  });

  it("survives a listener that throws, with the sizes changed before it is asked", async () => {
    const clock = manualClock();
    const failures: MonitorFailure[] = [];
    const onError = (failure: MonitorFailure): void => void failures.push(failure);
    const watch = await openMemoryWatch({ config: config(), registry, host, clock, onError });
    const seen: number[] = [];
    watch.start(() => {
      seen.push(watch.sizes.batchRows);
      throw new Error("stage failed");
    });
    await clock.advance(1000);
    await watch.stop();
    expect(seen).toEqual([2000, 1000, 1250]);
    expect(failures.map(({ name, reason }) => [name, reason])).toEqual(Array(3).fill(["pipeline", "threw"]));
  });

  it("holds the process to the limit in bytes, warns of one beyond reach, and measures this process", async () => {
    const bytes = { backend: "process", backendOptions: undefined, limit: { bytes: 512 * MiB } };
    const watch = await openMemoryWatch({ config: config(bytes), registry, host });
    expect(await watch.monitor.sampleNow()).toMatchObject({ limit: 512 * MiB });
    expect(watch.peakRss()).toBeGreaterThan(0);
    await watch.stop();
    const beyond = { ...bytes, limit: { bytes: 2 * GiB } };
    const { limit } = await openMemoryWatch({ config: config(beyond), registry, host });
    expect(limit).toMatchObject({ bytes: GiB, warning: expect.stringContaining("2147483648") as string });
  });

  it("starts streaming when it is told to", async () => {
    const watch = await openMemoryWatch({ config: config(), registry, host, streaming: true });
    expect(watch.sizes.streaming).toBe(true);
    const other = await openMemoryWatch({ config: config(), registry, host });
    other.startStreaming();
    expect(other.sizes.streaming).toBe(true);
    expect(other.adaptations).toEqual([]);
  });

  it("refuses a backend that is not there, naming those that are", async () => {
    const wrong = openMemoryWatch({ config: config({ backend: "proces" }), registry, host });
    await expect(wrong).rejects.toMatchObject({
      kind: "usage",
      hint: 'did you mean "process"? available: auto, process, cgroup, psi, scripted',
    });
  });
});
