import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { MemoryBackend, MemoryLevel, MemorySample } from "@quadrat/core";
import { isQuadratError } from "@quadrat/core";
import {
  manualClock,
  MemoryMonitor,
  processBackend,
  scriptedBackend,
  type MemoryEvent,
  type MemoryMonitorOptions,
  type MonitorFailure,
} from "../../src/index.js";

const levels: readonly MemoryLevel[] = ["warning", "critical", "recovered"];
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000 });
const forever = new Promise<never>(() => undefined);

/** A monitor on a script and a manual clock, with all that it says. */
function watched(ratios: number[], options: Partial<MemoryMonitorOptions> = {}) {
  const clock = manualClock(1_000_000);
  const failures: MonitorFailure[] = [];
  const monitor = new MemoryMonitor({
    backend: scriptedBackend({ ratios, limit: 512_000_000 }),
    cooldownMs: 0,
    clock,
    onError: (failure) => failures.push(failure),
    ...options,
  });
  const log: string[] = [];
  const note = ({ level, time }: MemoryEvent): void => void log.push(`${time - 1_000_000} ${level}`);
  for (const level of levels) monitor.on(level, note, "log");
  return { clock, monitor, failures, log };
}

describe("MemoryMonitor", () => {
  it("samples at once and then at the interval, and tells of the crossings", async () => {
    const { clock, monitor, log, failures } = watched([0.5, 0.8, 0.9, 0.75, 0.69]);
    monitor.start();
    await clock.advance(2000);
    expect(log).toEqual(["250 warning", "500 critical", "1000 recovered"]);
    expect(monitor.history).toHaveLength(9);
    expect(monitor.events).toEqual([
      {
        time: 1_000_250,
        level: "warning",
        ratio: 0.8,
        used: 409_600_000,
        limit: 512_000_000,
        source: "script",
      },
      {
        time: 1_000_500,
        level: "critical",
        ratio: 0.9,
        used: 460_800_000,
        limit: 512_000_000,
        source: "script",
      },
      expect.objectContaining({ time: 1_001_000, level: "recovered", ratio: 0.69 }),
    ]);
    expect(monitor.peak).toMatchObject({ ratio: 0.9, time: 1_000_500 });
    expect(monitor.last).toMatchObject({ ratio: 0.69, time: 1_002_000 });
    expect(failures).toEqual([]);
  });

  it("stops, starts again, and says nothing in between", async () => {
    const { clock, monitor, log } = watched([0.5, 0.6, 0.85]);
    monitor.start().start();
    await clock.advance(250);
    monitor.stop();
    expect(clock.timers).toBe(0);
    await clock.advance(5000);
    expect(log).toEqual([]);
    expect(monitor.running).toBe(false);
    monitor.start();
    await clock.advance(0);
    expect(log).toEqual(["5250 warning"]);
  });

  it("drops a sample that comes after the stop", async () => {
    let answer!: (sample: MemorySample) => void;
    const backend = { sample: () => new Promise<MemorySample>((resolve) => (answer = resolve)) };
    const { clock, monitor, log } = watched([0], { backend });
    monitor.start();
    await clock.advance(10);
    monitor.stop();
    answer({ used: 99, limit: 100 });
    await clock.advance(10);
    expect(log).toEqual([]);
    expect(monitor.last).toBeUndefined();
  });

  it("never samples twice at a time, however slow the backend is", async () => {
    const { clock } = watched([0]);
    let underWay = 0;
    let most = 0;
    let samples = 0;
    const backend: MemoryBackend = {
      async sample() {
        samples++;
        most = Math.max(most, ++underWay);
        await new Promise<void>((resolve) => clock.after(700, resolve));
        underWay--;
        return { used: 1, limit: 2 };
      },
    };
    const monitor = new MemoryMonitor({ backend, clock }).start();
    const first = monitor.sampleNow();
    await clock.advance(2999);
    expect(await first).toMatchObject({ ratio: 0.5 });
    expect(most).toBe(1);
    expect(samples).toBe(4);
    expect(monitor.history.map(({ time }) => time - 1_000_000)).toEqual([700, 1450, 2200, 2950]);
  });

  it("samples on demand, with events, whether started or not", async () => {
    const { monitor, log } = watched([0.85]);
    expect(await monitor.sampleNow()).toMatchObject({ ratio: 0.85 });
    expect(log).toEqual(["0 warning"]);
  });

  it("gives the ratio that was scripted, whatever the limit: no threshold is missed by a rounding error", async () => {
    const percents = fc.integer({ min: 0, max: 120 });
    await fc.assert(
      fc.asyncProperty(percents, fc.integer({ min: 1, max: 2 ** 45 }), async (percent, limit) => {
        const ratio = percent / 100;
        const { monitor } = watched([0], { backend: scriptedBackend({ ratios: [ratio], limit }) });
        expect((await monitor.sampleNow())!.ratio).toBe(ratio);
      }),
    );
  });

  it("unsubscribes one without the others", async () => {
    const { clock, monitor, log } = watched([0.8, 0.6, 0.8]);
    const gone = vi.fn();
    const unsubscribe = monitor.on("warning", gone);
    monitor.start();
    await clock.advance(0);
    unsubscribe();
    unsubscribe();
    await clock.advance(1000);
    expect(gone).toHaveBeenCalledTimes(1);
    expect(log).toEqual(["0 warning", "250 recovered", "500 warning"]);
  });

  it("lets a callback unsubscribe itself and others while events are given", async () => {
    const { clock, monitor } = watched([0.8]);
    const second = vi.fn();
    const off: (() => void)[] = [];
    monitor.on("warning", () => off.forEach((unsubscribe) => unsubscribe()));
    off.push(monitor.on("warning", second));
    monitor.start();
    await clock.advance(500);
    expect(second).not.toHaveBeenCalled();
  });

  it("calls readers of all readings after the events", async () => {
    const { clock, monitor } = watched([0.5, 0.8]);
    const order: string[] = [];
    monitor.onReading(({ ratio }) => order.push(`reading ${ratio}`));
    monitor.on("warning", () => order.push("warning"));
    monitor.start();
    await clock.advance(250);
    expect(order).toEqual(["reading 0.5", "warning", "reading 0.8"]);
  });

  it("reports a callback that throws by name and goes on", async () => {
    const { clock, monitor, log, failures } = watched([0.8, 0.6, 0.8]);
    const cause = new Error("boom");
    monitor.on(
      "warning",
      () => {
        throw cause;
      },
      "cache dropper",
    );
    monitor.on("warning", async () => Promise.reject(cause), "async dropper");
    const after = vi.fn();
    monitor.on("warning", after);
    monitor.start();
    await clock.advance(500);
    expect(log).toEqual(["0 warning", "250 recovered", "500 warning"]);
    expect(after).toHaveBeenCalledTimes(2);
    expect(failures.map(({ name, reason, event }) => [name, reason, event?.level])).toEqual([
      ["cache dropper", "threw", "warning"],
      ["async dropper", "threw", "warning"],
      ["cache dropper", "threw", "warning"],
      ["async dropper", "threw", "warning"],
    ]);
    expect(failures[0]!.error.message).toBe('the memory callback "cache dropper" (warning) failed: boom');
    expect(failures[0]!.error.cause).toBe(cause);
    expect(isQuadratError(failures[0]!.error)).toBe(true);
  });

  it("reports a callback that hangs once, holds only the newest event back for it, and goes on", async () => {
    const script = [0.8, 0.6, 0.8, 0.6, 0.8, 0.6];
    const { clock, monitor, log, failures } = watched(script, { timeoutMs: 900 });
    const hanging = vi.fn(() => forever);
    monitor.on("warning", hanging, "stuck plugin");
    monitor.start();
    await clock.advance(5000);
    expect(hanging).toHaveBeenCalledTimes(1);
    expect(log).toHaveLength(6);
    expect(failures.map(({ name, reason, event }) => [name, reason, event!.time - 1_000_000])).toEqual([
      ["stuck plugin", "hung", 0],
      ["stuck plugin", "skipped", 500],
    ]);
    expect(monitor.history).toHaveLength(21);
  });

  it("gives a busy asynchronous callback its next event when it has finished", async () => {
    const { clock, monitor } = watched([0.8, 0.6, 0.8, 0.6]);
    const spans: string[] = [];
    monitor.on("warning", async ({ time }) => {
      spans.push(`begin ${time - 1_000_000}`);
      await new Promise<void>((resolve) => clock.after(900, resolve));
      spans.push(`end ${time - 1_000_000} at ${clock.now() - 1_000_000}`);
    });
    monitor.start();
    await clock.advance(3000);
    expect(spans).toEqual(["begin 0", "end 0 at 900", "begin 500", "end 500 at 1800"]);
  });

  it("reports a failing backend once, and again after it has worked", async () => {
    const answers = [0.5, "down", "down", 0.5, "down", NaN, 0.85] as const;
    let next = 0;
    const backend: MemoryBackend = {
      sample() {
        const answer = answers[Math.min(next++, answers.length - 1)]!;
        if (typeof answer === "string") throw new Error(answer);
        return { used: answer, limit: 1 };
      },
    };
    const { clock, monitor, log, failures } = watched([0], { backend });
    monitor.start();
    await clock.advance(250 * 6);
    expect(failures.map(({ name, reason, error }) => [name, reason, error.message])).toEqual([
      [
        "backend",
        "threw",
        "the memory backend failed: down: until it works again, nothing watches memory.limit",
      ],
      [
        "backend",
        "threw",
        "the memory backend failed: down: until it works again, nothing watches memory.limit",
      ],
    ]);
    expect(monitor.history).toHaveLength(3);
    expect(log).toEqual(["1500 warning"]);
  });

  it.each([
    { used: NaN, limit: 1 },
    { used: -1, limit: 1 },
    { used: 1, limit: 0 },
    { used: 1, limit: Infinity },
  ])("refuses $used of $limit as a measurement", async (sample) => {
    const { monitor, failures } = watched([0], { backend: { sample: () => sample } });
    expect(await monitor.sampleNow()).toBeUndefined();
    expect(failures.map(({ reason }) => reason)).toEqual(["invalid"]);
  });

  it("reports a backend that hangs, and takes up again when it answers", async () => {
    let answer!: (sample: MemorySample) => void;
    let calls = 0;
    const backend: MemoryBackend = {
      sample() {
        calls++;
        if (calls > 1) return { used: 8, limit: 10 };
        return new Promise((resolve) => (answer = resolve));
      },
    };
    const { clock, monitor, log, failures } = watched([0], { backend, timeoutMs: 2000 });
    monitor.start();
    const asked = monitor.sampleNow();
    await clock.advance(10_000);
    expect(await asked).toBeUndefined();
    expect(calls).toBe(1);
    expect(failures.map(({ reason }) => reason)).toEqual(["hung"]);
    answer({ used: 1, limit: 10 });
    await clock.advance(250);
    expect(log).toEqual(["10250 warning"]);
  });

  it("survives an onError that throws", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    try {
      const { clock, monitor, log } = watched([0.8, 0.6], {
        onError: () => {
          throw new Error("no");
        },
      });
      monitor.on("warning", () => {
        throw new Error("boom");
      });
      monitor.start();
      await clock.advance(250);
      expect(log).toEqual(["0 warning", "250 recovered"]);
      expect(warning).toHaveBeenCalledTimes(1);
    } finally {
      warning.mockRestore();
    }
  });

  it("closes the backend once, after its callbacks", async () => {
    const order: string[] = [];
    const backend = {
      sample: () => ({ used: 9, limit: 10 }),
      close: () => void order.push("closed"),
    };
    const { clock, monitor } = watched([0], { backend });
    monitor.on("critical", async () => {
      await new Promise<void>((resolve) => clock.after(300, resolve));
      order.push("called");
    });
    monitor.start();
    await clock.advance(0);
    const done = Promise.all([monitor[Symbol.asyncDispose](), monitor[Symbol.asyncDispose]()]);
    await clock.advance(1000);
    await done;
    expect(order).toEqual(["called", "closed"]);
    expect(clock.timers).toBe(0);
    expect(await monitor.sampleNow()).toBeUndefined();
    expect(() => monitor.start()).toThrow(/disposed/);
  });

  it("is disposed of in spite of a hanging callback and a backend that can't be closed", async () => {
    const backend = {
      sample: () => ({ used: 9, limit: 10 }),
      close: () => Promise.reject(new Error("still in use")),
    };
    const { clock, monitor, failures } = watched([0], { backend, timeoutMs: 1000 });
    monitor.on("critical", () => forever, "stuck plugin");
    monitor.start();
    await clock.advance(0);
    const done = monitor[Symbol.asyncDispose]();
    await clock.advance(2000);
    await done;
    expect(failures.map(({ name, reason }) => [name, reason])).toEqual([
      ["stuck plugin", "hung"],
      ["backend", "threw"],
    ]);
  });

  it("refuses an unknown level, a bad interval and thresholds in the wrong order", () => {
    const { monitor } = watched([0]);
    expect(() => monitor.on("panic" as MemoryLevel, () => undefined)).toThrow(/unknown memory event "panic"/);
    expect(() => watched([0], { intervalMs: 0 })).toThrow(/memory.interval_ms is 0/);
    expect(() => watched([0], { thresholds: { warning: 0.95 } })).toThrow(/thresholds/);
  });

  it("keeps no process alive and samples the real process in real time", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    await using monitor = new MemoryMonitor({ backend: processBackend(), intervalMs: 5 }).start();
    expect(timers()).toBe(before);
    await eventually(() => expect(monitor.history.length).toBeGreaterThan(3));
    expect(monitor.peak!.used).toBeGreaterThan(0);
  });
});

describe("MemoryMonitor under 1000 random series with hostile callbacks", () => {
  it("gives everyone else the same events as without them, and takes every sample", async () => {
    const ratio = fc.oneof(
      fc.constantFrom(0.69, 0.7, 0.8, 0.9),
      fc.integer({ min: 0, max: 110 }).map((percent) => percent / 100),
    );
    const series = fc.array(ratio, { minLength: 1, maxLength: 40 });
    const cooldown = fc.constantFrom(0, 250, 1000);
    await fc.assert(
      fc.asyncProperty(series, cooldown, async (ratios, cooldownMs) => {
        const calm = watched(ratios, { cooldownMs });
        const hostile = watched(ratios, { cooldownMs, timeoutMs: 500 });
        for (const level of levels) {
          hostile.monitor.on(level, () => {
            throw new Error("sync");
          });
          hostile.monitor.on(level, async () => Promise.reject(new Error("async")));
          hostile.monitor.on(level, () => forever);
        }
        hostile.monitor.onReading(() => {
          throw new Error("reading");
        });
        for (const { monitor, clock } of [calm, hostile]) {
          monitor.start();
          await clock.advance(250 * (ratios.length - 1));
          monitor.stop();
        }
        expect(hostile.log).toEqual(calm.log);
        expect(hostile.log).toEqual(hostile.monitor.events.map((e) => `${e.time - 1_000_000} ${e.level}`));
        expect(hostile.monitor.history).toHaveLength(ratios.length);
        expect(calm.failures).toEqual([]);
        const threw = hostile.failures.filter(({ reason }) => reason === "threw").length;
        expect(threw).toBe(ratios.length + 2 * hostile.log.length);
      }),
      { numRuns: 1000 },
    );
  });
});
