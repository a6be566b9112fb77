import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { BatchSizer, MemoryMonitor, processBackend } from "../../src/index.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000 });

it("follows real memory of this process up over both thresholds and down again", async () => {
  collectGarbage();
  const limit = 3 * process.memoryUsage.rss();
  await using monitor = new MemoryMonitor({ backend: processBackend({ limit }), intervalMs: 10 }).start();
  const sizer = new BatchSizer({ batchRows: 5000, windowSize: 2048, stepMs: 10 });
  sizer.connect(monitor);
  const held: Buffer[] = [];
  const fillUpTo = (ratio: number): void => {
    held.push(Buffer.alloc(Math.ceil(ratio * limit - process.memoryUsage.rss()), 1));
  };
  const levels = (): string[] => monitor.events.map(({ level }) => level);

  await eventually(() => expect(monitor.last).toBeDefined());
  expect(levels()).toEqual([]);

  fillUpTo(0.85);
  await eventually(() => expect(levels()).toEqual(["warning"]));
  expect(sizer).toMatchObject({ batchRows: 2500, windowSize: 1024, streaming: false });

  fillUpTo(0.95);
  await eventually(() => expect(levels()).toEqual(["warning", "critical"]));
  expect(sizer.streaming).toBe(true);

  held.length = 0;
  await eventually(() => {
    collectGarbage();
    expect(levels()).toEqual(["warning", "critical", "recovered"]);
  });
  await eventually(() => expect(sizer).toMatchObject({ batchRows: 5000, windowSize: 2048 }));
  expect(sizer.minBatchRows).toBeLessThan(2500);
  expect(monitor.peak!.ratio).toBeGreaterThanOrEqual(0.9);
});
