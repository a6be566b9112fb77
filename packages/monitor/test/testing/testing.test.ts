import { describe, expect, it } from "vitest";
import {
  defaultThresholds,
  explainAdaptations,
  fakeBackend,
  manualClock,
  MemoryMonitor,
  pressureSeries,
  runPressure,
  seededRandom,
  settle,
  type MonitorFailure,
  type SizeAdaptation,
} from "../../src/index.js";

describe("fakeBackend", () => {
  it("gives what was set or pushed, and counts", async () => {
    const backend = fakeBackend({ limit: 1000, ratio: 0.25 });
    const next = async (): Promise<number> => (await backend.sample()).used;
    expect(await next()).toBe(250);
    backend.push(0.5, 0.75);
    expect([await next(), await next(), await next()]).toEqual([500, 750, 750]);
    backend.push(0.5, 0.6);
    backend.set(0.125);
    expect([await next(), await next()]).toEqual([125, 125]);
    backend.fail("no");
    expect(() => backend.sample()).toThrow("no");
    expect(backend.samples).toBe(7);
    backend.close();
    expect(backend.closed).toBe(true);
  });

  it("throws and hangs on demand, which a monitor reports and survives", async () => {
    const clock = manualClock();
    const backend = fakeBackend();
    const failures: MonitorFailure[] = [];
    const onError = (failure: MonitorFailure): void => void failures.push(failure);
    const monitor = new MemoryMonitor({ backend, clock, onError, timeoutMs: 1000 }).start();
    await clock.advance(250);
    backend.fail();
    await clock.advance(250);
    backend.set(0.6);
    backend.hang();
    await clock.advance(250);
    expect(backend.samples).toBe(4);
    await clock.advance(2000);
    expect(backend.samples).toBe(4);
    backend.answer();
    await clock.advance(250);
    expect(monitor.last?.ratio).toBe(0.6);
    backend.hang();
    await clock.advance(2000);
    expect(failures.map(({ reason }) => reason)).toEqual(["threw", "hung"]);
  });
});

describe("pressureSeries", () => {
  const series = Array.from({ length: 1000 }, (_, seed) => pressureSeries(seed));

  it("is the same for the same seed and another one for another", () => {
    expect(pressureSeries(7)).toEqual(series[7]);
    expect(new Set(series.map(String)).size).toBe(1000);
    // mulberry32 of seed 1, from a C program with uint32_t.
    const random = seededRandom(1);
    expect([random(), random(), random()].map((value) => value * 2 ** 32)).toEqual([
      2693262067, 11749833, 2265367787,
    ]);
  });

  it("stays within 0 to its maximum and is as long as asked for", () => {
    const all = series.flat();
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThanOrEqual(1.2);
    expect(series.every(({ length }) => length === 120)).toBe(true);
    expect(pressureSeries(3, { length: 7, max: 0.9 })).toHaveLength(7);
    expect(Math.max(...pressureSeries(3, { length: 5000, max: 0.9 }))).toBe(0.9);
  });

  it("has calm series as well as such that cross every threshold, up and down and exactly", () => {
    const { warning, critical, recovery } = defaultThresholds;
    const share = (holds: (ratios: number[]) => boolean): number => series.filter(holds).length / 1000;
    const calm = pressureSeries(2, { length: 1 });
    expect(calm[0]).toBeLessThan(warning);
    expect(share((ratios) => ratios.some((ratio) => ratio >= critical))).toBeGreaterThan(0.9);
    expect(share((ratios) => ratios.some((ratio) => ratio === warning))).toBeGreaterThan(0.1);
    const recovers = (ratios: number[]): boolean =>
      ratios.some((ratio, i) => ratio < recovery && ratios.slice(0, i).some((earlier) => earlier >= warning));
    expect(share(recovers)).toBeGreaterThan(0.8);
    expect(share((ratios) => ratios.some((ratio) => ratio > 1))).toBeGreaterThan(0.5);
  });
});

const start = { batchRows: 8000, windowSize: 2048, streaming: false };

describe("MemoryMonitor and BatchSizer under 1000 seeded series", () => {
  it("take no decision that a reading does not explain, and none too few", async () => {
    let adaptations = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const ratios = pressureSeries(seed);
      const cooldownMs = seed % 2 === 0 ? 1000 : 0;
      const run = await runPressure(ratios, { monitor: { cooldownMs } });
      expect(run.readings.map(({ ratio }) => ratio)).toEqual(ratios);
      expect(run.backend.samples).toBe(ratios.length);
      explainAdaptations(run.adaptations, run.readings, run.monitor.thresholds, { start });
      const warned = ratios.some((ratio) => ratio >= defaultThresholds.warning);
      expect(run.adaptations.length > 0, `seed ${seed}`).toBe(warned);
      adaptations += run.adaptations.length;
    }
    expect(adaptations).toBeGreaterThan(5000);
  });
});

describe("explainAdaptations", () => {
  const readings = [0.5, 0.85, 0.95, 0.75, 0.95, 0.6].map((ratio, i) => ({ time: 250 * i, ratio }));
  const at = (index: number, change: Partial<SizeAdaptation>): SizeAdaptation => ({
    time: new Date(250 * index).toISOString(),
    level: "warning",
    ratio: readings[index]!.ratio,
    action: "test",
    ...start,
    ...change,
  });
  const explain = (...adaptations: SizeAdaptation[]) => {
    explainAdaptations(adaptations, readings, defaultThresholds, { start });
  };

  it("accepts what thresholds explain", () => {
    explain(
      at(1, { batchRows: 4000 }),
      at(2, { level: "critical", batchRows: 2000 }),
      at(2, { level: "critical", batchRows: 2000, streaming: true }),
      at(4, { level: "critical", batchRows: 1000, streaming: true }),
      at(5, { level: "recovered", batchRows: 1250, streaming: true }),
    );
  });

  it.each<[string, SizeAdaptation[], RegExp]>([
    ["a warning without pressure", [at(0, {})], /adaptation 1 .*below the warning threshold 0.8/],
    ["another ratio", [at(1, { ratio: 0.86 })], /no reading of that time has that ratio/],
    ["another time", [at(1, { time: new Date(251).toISOString() })], /no reading of that time/],
    ["no time", [at(1, { time: "yesterday" })], /has no time/],
    ["a critical warning", [at(1, { level: "critical" })], /below the critical threshold 0.9/],
    ["a second warning", [at(1, {}), at(4, {})], /adaptation 2 .*there was a warning already/],
    ["a recovery under pressure", [at(3, { level: "recovered" })], /not below the recovery threshold/],
    ["a recovery from nothing", [at(0, { level: "recovered" })], /no reading before/],
    ["disorder", [at(2, {}), at(1, {})], /adaptation 2 .*earlier than the previous one/],
    ["growth under pressure", [at(1, { batchRows: 4000 }), at(2, { level: "critical" })], /batchRows grows/],
    ["shrinking at recovery", [at(5, { level: "recovered", windowSize: 1024 })], /windowSize shrinks/],
    ["too small", [at(1, { batchRows: 99 })], /batchRows 99 is not within 100 to 8000/],
    ["too large", [at(1, { batchRows: 8001 })], /batchRows 8001 is not within 100 to 8000/],
    ["not a size", [at(1, { windowSize: NaN })], /windowSize NaN is not within/],
    ["streaming at a warning", [at(1, { streaming: true })], /streaming is switched on by warning/],
    [
      "streaming switched off",
      [at(2, { level: "critical", streaming: true }), at(5, { level: "recovered" })],
      /streaming is switched off/,
    ],
  ])("refuses %s", (_, adaptations, message) => {
    expect(() => explain(...adaptations)).toThrow(message);
  });
});

describe("settle", () => {
  it("moves the clock until callbacks have finished, or gives up at the time-out", async () => {
    for (const [takes, quiet] of [
      [3000, true],
      [60_000, false],
    ] as const) {
      const clock = manualClock();
      const backend = fakeBackend({ ratio: 0.85 });
      const monitor = new MemoryMonitor({ backend, clock, onError: () => undefined });
      monitor.on("warning", () => new Promise<void>((resolve) => clock.after(takes, resolve)));
      await monitor.sampleNow();
      expect(await settle(monitor, clock)).toBe(quiet);
      expect(clock.now()).toBe(quiet ? 3000 : 10_000);
    }
  });

  it("refuses a series that no backend could have measured", async () => {
    for (const series of [[0.5, NaN], [-1], [Infinity]]) {
      await expect(runPressure(series)).rejects.toThrow(/ratio \d of the series/);
    }
  });
});
