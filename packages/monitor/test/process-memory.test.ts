import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { peakRss, processBackend, processMemory } from "../src/index.js";

const procfs = existsSync("/proc/self/status");
const MiB = 1024 ** 2;

function statusBytes(field: string): number {
  const text = readFileSync("/proc/self/status", "utf8");
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)![1]);
}

describe("memory of the process itself", () => {
  it.skipIf(!procfs)("equals VmRSS of /proc/self/status within 20 % (needs /proc)", () => {
    const { used } = processBackend().sample();
    expect(Math.abs(used / statusBytes("VmRSS") - 1)).toBeLessThan(0.2);
  });

  it("sees a buffer that is filled, in the resident set and among the array buffers", () => {
    const before = { used: processBackend().sample().used, ...processMemory() };
    const buffer = Buffer.alloc(128 * MiB, 1);
    const after = { used: processBackend().sample().used, ...processMemory() };
    expect(after.used - before.used).toBeGreaterThan(100 * MiB);
    // What other tests left may be given back in between.
    expect(after.arrayBuffers - before.arrayBuffers).toBeGreaterThan(buffer.length - 20 * MiB);
    expect(Math.abs(after.external - before.external)).toBeLessThan(20 * MiB);
  });

  it.skipIf(!procfs)("keeps the high-water mark, as getrusage does, after memory is given back", () => {
    (() => Buffer.alloc(400 * MiB, 1)[5])();
    const peak = peakRss();
    expect(peak).toBeGreaterThan(400 * MiB);
    expect(Math.abs(peak / (process.resourceUsage().maxRSS * 1024) - 1)).toBeLessThan(0.05);
  });

  it("falls back to getrusage where there is no /proc", () => {
    const peak = peakRss({ readText: () => undefined });
    expect(peak).toBe(process.resourceUsage().maxRSS * 1024);
    expect(peak).toBeGreaterThanOrEqual(process.memoryUsage.rss() * 0.9);
  });

  it("reads VmHWM in kB", () => {
    expect(peakRss({ readText: () => "VmPeak:\t  9000 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\n" })).toBe(
      2 * MiB,
    );
  });
});
