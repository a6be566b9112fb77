import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BatchSizer,
  manualClock,
  MemoryMonitor,
  scriptedBackend,
  type AdaptationCause,
  type BatchSizerOptions,
} from "../../src/index.js";

const cause = (level: AdaptationCause["level"] = "warning"): AdaptationCause => ({
  time: Date.UTC(2024, 0, 2, 3, 4, 5, 678),
  level,
  ratio: 0.85,
});

describe("BatchSizer", () => {
  it("halves both sizes down to their least", () => {
    const sizer = new BatchSizer({ batchRows: 5000, windowSize: 2048 });
    const steps: [number, number][] = [];
    while (sizer.shrink(cause())) steps.push([sizer.batchRows, sizer.windowSize]);
    expect(steps).toEqual([
      [2500, 1024],
      [1250, 512],
      [625, 256],
      [312, 256],
      [156, 256],
      [100, 256],
    ]);
    expect(sizer.minBatchRows).toBe(100);
    expect(sizer.exhausted).toBe(false);
    sizer.switchToStreaming(cause("critical"));
    expect(sizer.exhausted).toBe(true);
  });

  it("grows by a quarter at a time up to the start, and keeps the smallest batch in mind", () => {
    const sizer = new BatchSizer({ batchRows: 1000, windowSize: 1000 });
    sizer.shrink(cause());
    const steps: [number, number][] = [];
    while (sizer.grow(cause("recovered"))) steps.push([sizer.batchRows, sizer.windowSize]);
    expect(steps).toEqual([
      [625, 625],
      [782, 782],
      [978, 978],
      [1000, 1000],
    ]);
    expect(sizer.minBatchRows).toBe(500);
  });

  it("records what it changed, and only that", () => {
    const sizer = new BatchSizer({ batchRows: 150, windowSize: 300 });
    sizer.shrink(cause());
    sizer.shrink(cause());
    sizer.switchToStreaming(cause("critical"));
    sizer.switchToStreaming(cause("critical"));
    const time = "2024-01-02T03:04:05.678Z";
    expect(sizer.adaptations).toEqual([
      {
        time,
        level: "warning",
        ratio: 0.85,
        action: "batch 150 -> 100 rows, window 300 -> 256 pixels",
        batchRows: 100,
        windowSize: 256,
        streaming: false,
      },
      {
        time,
        level: "critical",
        ratio: 0.85,
        action: "switch to streaming",
        batchRows: 100,
        windowSize: 256,
        streaming: true,
      },
    ]);
  });

  it("may be set to stream without that being an adaptation", () => {
    const sizer = new BatchSizer({ batchRows: 5000, windowSize: 2048 });
    sizer.startStreaming();
    expect(sizer.streaming).toBe(true);
    expect(sizer.adaptations).toEqual([]);
  });

  it.each([
    [{ batchRows: 99, windowSize: 2048 }, /merge.streaming_chunk_size is 99/],
    [{ batchRows: 1_000_001, windowSize: 2048 }, /merge.streaming_chunk_size is 1000001/],
    [{ batchRows: 5000, windowSize: 255 }, /resampling.window_size is 255/],
    [{ batchRows: 5000.5, windowSize: 512 }, /merge.streaming_chunk_size is 5000.5/],
    [{ batchRows: NaN, windowSize: 512 }, /merge.streaming_chunk_size is NaN/],
  ] satisfies [BatchSizerOptions, RegExp][])("refuses %o", (options, message) => {
    expect(() => new BatchSizer(options)).toThrow(message);
  });
});

/** A sizer connected to a monitor that follows a script, a sample every 250 ms; every change as `time action`. */
async function follow(ratios: number[], options: Partial<BatchSizerOptions> = {}, cooldownMs = 0) {
  const clock = manualClock(0);
  const monitor = new MemoryMonitor({ backend: scriptedBackend({ ratios }), clock, cooldownMs });
  const sizer = new BatchSizer({ batchRows: 8000, windowSize: 2048, stepMs: 500, ...options });
  const disconnect = sizer.connect(monitor);
  monitor.start();
  await clock.advance(250 * (ratios.length - 1));
  const changes = (): string[] =>
    sizer.adaptations.map(
      ({ time, level, batchRows, windowSize, streaming }) =>
        `${Date.parse(time)} ${level} ${batchRows} ${windowSize}${streaming ? " streaming" : ""}`,
    );
  return { sizer, monitor, clock, disconnect, changes };
}

describe("BatchSizer connected to a monitor", () => {
  it("halves at a warning and leaves it at that while it lasts", async () => {
    const { changes } = await follow([0.5, 0.8, 0.85, 0.89, 0.85, 0.75, 0.85, 0.75]);
    expect(changes()).toEqual(["250 warning 4000 1024"]);
  });

  it("halves and streams when critical, and goes on halving while it stays so", async () => {
    const { changes } = await follow([0.8, 0.9, 0.95, 0.95, 0.95, 0.85, 0.85, 0.85, 0.92]);
    expect(changes()).toEqual([
      "0 warning 4000 1024",
      "250 critical 2000 512",
      "250 critical 2000 512 streaming",
      "750 critical 1000 256 streaming",
      "2000 critical 500 256 streaming",
    ]);
  });

  it("waits for the event before it goes on halving after a pause", async () => {
    const { changes } = await follow([0.95, 0.75, 0.95, 0.95, 0.95, 0.95], { stepMs: 250 }, 1000);
    expect(changes()).toEqual([
      "0 warning 4000 1024",
      "0 critical 2000 512",
      "0 critical 2000 512 streaming",
      "1000 critical 1000 256 streaming",
      "1250 critical 500 256 streaming",
    ]);
  });

  it("grows step by step while below recovery, waits above it, and stops at the start", async () => {
    const { changes } = await follow([
      0.8, 0.6, 0.6, 0.6, 0.75, 0.75, 0.75, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6,
    ]);
    expect(changes()).toEqual([
      "0 warning 4000 1024",
      "250 recovered 5000 1280",
      "750 recovered 6250 1600",
      "1750 recovered 7813 2000",
      "2250 recovered 8000 2048",
    ]);
  });

  it("stops growing at the next warning until the next recovery", async () => {
    const { changes } = await follow([0.8, 0.6, 0.6, 0.8, 0.75, 0.75, 0.75, 0.75, 0.65]);
    expect(changes()).toEqual([
      "0 warning 4000 1024",
      "250 recovered 5000 1280",
      "750 warning 2500 640",
      "2000 recovered 3125 800",
    ]);
  });

  it("goes on streaming after the recovery", async () => {
    const { sizer } = await follow([0.95, 0.1, 0.1, 0.1]);
    expect(sizer.streaming).toBe(true);
  });

  it("no longer follows once disconnected", async () => {
    const { sizer, monitor, clock, disconnect } = await follow([0.5, 0.5, 0.5, 0.95]);
    const before = sizer.adaptations.length;
    disconnect();
    await clock.advance(5000);
    expect(monitor.state).toBe("critical");
    expect(sizer.adaptations).toHaveLength(before);
  });

  it("under 1000 random series stays in its bounds, and a threshold explains every change", async () => {
    const ratio = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 110 }).map((percent) => percent / 100) },
      { weight: 1, arbitrary: fc.constantFrom(0.7, 0.8, 0.9, 0.699, 0.95) },
    );
    const runs = fc.array(fc.tuple(ratio, fc.integer({ min: 1, max: 8 })), { minLength: 1, maxLength: 12 });
    const series = runs.map((spans) => spans.flatMap(([value, length]) => Array<number>(length).fill(value)));
    const sizes = fc.record({
      batchRows: fc.integer({ min: 100, max: 1_000_000 }),
      windowSize: fc.integer({ min: 256, max: 2048 }),
      stepMs: fc.constantFrom(0, 500, 2000),
    });
    await fc.assert(
      fc.asyncProperty(series, sizes, fc.constantFrom(0, 1000), async (ratios, options, cooldownMs) => {
        const { sizer, monitor } = await follow(ratios, options, cooldownMs);
        const { warning, critical, recovery } = monitor.thresholds;
        let rows = options.batchRows;
        let pixels = options.windowSize;
        let streaming = false;
        for (const change of sizer.adaptations) {
          const sampled = ratios[Date.parse(change.time) / 250]!;
          expect(change.ratio).toBe(sampled);
          if (change.level === "warning") expect(sampled).toBeGreaterThanOrEqual(warning);
          if (change.level === "critical") expect(sampled).toBeGreaterThanOrEqual(critical);
          if (change.level === "recovered") expect(sampled).toBeLessThan(recovery);
          if (change.streaming !== streaming) {
            expect(change).toMatchObject({ level: "critical", streaming: true, batchRows: rows });
          } else if (change.level === "recovered") {
            expect(change.batchRows).toBe(Math.min(options.batchRows, Math.ceil(rows * 1.25)));
            expect(change.windowSize).toBe(Math.min(options.windowSize, Math.ceil(pixels * 1.25)));
          } else {
            expect(change.batchRows).toBe(Math.max(100, Math.floor(rows / 2)));
            expect(change.windowSize).toBe(Math.max(256, Math.floor(pixels / 2)));
          }
          ({ batchRows: rows, windowSize: pixels, streaming } = change);
        }
        expect(sizer).toMatchObject({ batchRows: rows, windowSize: pixels, streaming });
        const smallest = Math.min(options.batchRows, ...sizer.adaptations.map(({ batchRows }) => batchRows));
        expect(sizer.minBatchRows).toBe(smallest);
        // Every event was acted upon, unless nothing was left to give up or to grow back.
        const changedAt = new Set(sizer.adaptations.map(({ time, level }) => `${Date.parse(time)} ${level}`));
        for (const { time, level } of monitor.events) {
          if (level !== "recovered" && !changedAt.has(`${time} ${level}`)) {
            const before = sizer.adaptations.filter((change) => Date.parse(change.time) <= time).at(-1);
            expect(before ?? options).toMatchObject({ batchRows: 100, windowSize: 256 });
          }
        }
        expect(streaming).toBe(monitor.events.some(({ level }) => level === "critical"));
      }),
      { numRuns: 1000 },
    );
  });
});
