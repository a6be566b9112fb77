import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemoryLevel } from "@quadrat/core";
import { checkThresholds, defaultThresholds, Hysteresis } from "../../src/index.js";

/** What a series, one value every 250 ms, gives: `index:level`. */
function events(series: readonly number[], cooldownMs = 0): string[] {
  const hysteresis = new Hysteresis(defaultThresholds, cooldownMs);
  return series.flatMap((ratio, i) => hysteresis.observe(i * 250, ratio).map((level) => `${i}:${level}`));
}

describe("Hysteresis", () => {
  it("gives one event for each crossing on the way up and down", () => {
    expect(events([0.5, 0.79, 0.8, 0.85, 0.89, 0.9, 0.95, 0.85, 0.75, 0.7, 0.69, 0.5])).toEqual([
      "2:warning",
      "5:critical",
      "10:recovered",
    ]);
  });

  it("does not flap around the warning threshold", () => {
    expect(events([0.79, 0.81, 0.79, 0.81, 0.71, 0.81, 0.7, 0.99])).toEqual(["1:warning", "7:critical"]);
  });

  it("warns again only after a ratio below recovery", () => {
    expect(events([0.8, 0.7, 0.8, 0.699, 0.8, 0.69])).toEqual([
      "0:warning",
      "3:recovered",
      "4:warning",
      "5:recovered",
    ]);
  });

  it("turns critical again only after a ratio below warning", () => {
    expect(events([0.9, 0.8, 0.9, 0.799, 0.9, 0.899, 0.9])).toEqual([
      "0:warning",
      "0:critical",
      "4:critical",
    ]);
  });

  it("gives a jump over both thresholds as both events, the warning first, and one recovery", () => {
    expect(events([0.1, 1.3, 0.1, 0.1])).toEqual(["1:warning", "1:critical", "2:recovered"]);
  });

  it("never speaks of recovery without trouble", () => {
    expect(events([0.5, 0.1, 0.79, 0.2, 0.69])).toEqual([]);
  });

  it("holds a crossing within the cool-down back and gives it if it lasts", () => {
    const cooldown = 1000;
    expect(events([0.8, 0.6, 0.8, 0.6, 0.8], cooldown)).toEqual(["0:warning", "1:recovered", "4:warning"]);
    expect(events([0.8, 0.6, 0.8, 0.8, 0.8, 0.8], cooldown)).toEqual([
      "0:warning",
      "1:recovered",
      "4:warning",
    ]);
    expect(events([0.8, 0.6, 0.8, 0.6, 0.6, 0.6], cooldown)).toEqual(["0:warning", "1:recovered"]);
  });

  it("does not hold critical back behind a warning, and settles one that is held back", () => {
    expect(events([0.8, 0.95], 1000)).toEqual(["0:warning", "1:critical"]);
    expect(events([0.8, 0.6, 0.95, 0.85, 0.85, 0.85, 0.6], 1000)).toEqual([
      "0:warning",
      "1:recovered",
      "2:critical",
      "6:recovered",
    ]);
  });

  it("knows its state", () => {
    const hysteresis = new Hysteresis(defaultThresholds, 0);
    const states = [0.5, 0.8, 0.95, 0.85, 0.79, 0.7, 0.6].map((ratio, i) => {
      hysteresis.observe(i, ratio);
      return hysteresis.state;
    });
    expect(states).toEqual(["normal", "warning", "critical", "critical", "warning", "warning", "normal"]);
  });

  it.each([
    { warning: 0.7, critical: 0.9, recovery: 0.8 },
    { warning: 0.9, critical: 0.9, recovery: 0.7 },
    { warning: 0.8, critical: 1.1, recovery: 0.7 },
    { warning: 0.8, critical: 0.9, recovery: 0 },
    { warning: NaN, critical: 0.9, recovery: 0.7 },
  ])("refuses $recovery, $warning, $critical", (thresholds) => {
    expect(() => checkThresholds(thresholds)).toThrow(/memory thresholds are recovery/);
  });
});

const thresholdsArbitrary = fc
  .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 })
  .map((values) => values.sort((a, b) => a - b).map((percent) => percent / 100))
  .map(([recovery, warning, critical]) => ({ recovery: recovery!, warning: warning!, critical: critical! }));

const seriesArbitrary = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 1.2, noNaN: true }),
    fc.integer({ min: 0, max: 120 }).map((n) => n / 100),
  ),
  { minLength: 1, maxLength: 80 },
);

describe("Hysteresis on 1000 random series", () => {
  it("gives every event for a crossing, none twice without re-arming, and misses none", () => {
    const parameters = [thresholdsArbitrary, seriesArbitrary, fc.integer({ min: 0, max: 6 })] as const;
    fc.assert(
      fc.property(...parameters, (thresholds, series, cooldownSamples) => {
        const { warning, critical, recovery } = thresholds;
        const hysteresis = new Hysteresis(thresholds, cooldownSamples * 250);
        const log: { i: number; level: MemoryLevel }[] = [];
        const last = (level: MemoryLevel): number => log.findLast((event) => event.level === level)?.i ?? -1;
        series.forEach((ratio, i) => {
          const before = {
            warning: last("warning"),
            critical: last("critical"),
            recovered: last("recovered"),
          };
          for (const level of hysteresis.observe(i * 250, ratio)) {
            const since = (index: number): number[] => series.slice(index + 1, i);
            if (level === "warning") {
              expect(ratio).toBeGreaterThanOrEqual(warning);
              if (before.warning >= 0) {
                expect(since(before.warning).some((earlier) => earlier < recovery)).toBe(true);
                expect(i - before.warning).toBeGreaterThanOrEqual(cooldownSamples);
              }
            } else if (level === "critical") {
              expect(ratio).toBeGreaterThanOrEqual(critical);
              if (before.critical >= 0) {
                expect(since(before.critical).some((earlier) => earlier < warning)).toBe(true);
                expect(i - before.critical).toBeGreaterThanOrEqual(cooldownSamples);
              }
            } else {
              expect(ratio).toBeLessThan(recovery);
              expect(Math.max(before.warning, before.critical)).toBeGreaterThan(before.recovered);
            }
            log.push({ i, level });
          }
          const cooling = (level: "warning" | "critical"): boolean =>
            last(level) >= 0 && i - last(level) < cooldownSamples;
          const { state } = hysteresis;
          if (ratio >= critical && !cooling("critical")) expect(state).toBe("critical");
          if (ratio >= warning && !cooling("warning")) expect(state).not.toBe("normal");
          if (ratio < warning) expect(state).not.toBe("critical");
          if (ratio < recovery) expect(state).toBe("normal");
        });
      }),
      { numRuns: 1000 },
    );
  });
});
