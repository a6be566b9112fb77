import type { LiveReport } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { Timeline } from "../../src/watch/timeline.js";

const live = (second: number, used: number, adaptations = 0): LiveReport => ({
  ...{ pid: 1, host: "here", owner: "", experiment: "default", stage: "merge", mode: "memory" },
  started: "2026-01-01T00:00:00.000Z",
  time: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
  ...{ used_bytes: used, limit_bytes: 1e9, peak_rss_bytes: used, batch_rows: 1000, window_size: 512 },
  adaptations,
  last_adaptation: adaptations === 0 ? null : `action ${adaptations}`,
});

describe("the timeline of a run", () => {
  it("stays small, and keeps the greatest readings, the first and the last", () => {
    const timeline = new Timeline(live(0, 1), []);
    for (let second = 1; second <= 20_000; second++) timeline.add(live(second, second === 7777 ? 900 : 2));
    const { samples } = timeline.state(null).chart;
    expect(samples.length).toBeLessThanOrEqual(1201);
    expect(samples.length).toBeGreaterThan(500);
    expect(samples).toContainEqual([7777, 900]);
    expect(samples.at(-1)![0]).toBe(20_000);
    expect(samples.every(([at], i) => i === 0 || at >= samples[i - 1]![0])).toBe(true);
  });

  it("marks decisions that were taken while it watched, also several at once", () => {
    const timeline = new Timeline(live(0, 1, 2), []);
    timeline.add(live(1, 2, 2));
    timeline.add(live(2, 3, 3));
    timeline.add(live(3, 4, 6));
    expect(timeline.state(null).chart.decisions).toEqual([
      { at: 2, used: 3, action: "action 3" },
      { at: 3, used: 4, action: "action 6 (and 2 others before it)" },
    ]);
  });
});
