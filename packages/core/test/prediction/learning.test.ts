import { describe, expect, it } from "vitest";
import type { PastRun } from "../../src/host.js";
import { correct, learn } from "../../src/prediction/experience.js";
import { features, pastRun } from "./past-run.js";

const twice = { peak: 2, rows: 0.5, bytes: 3, time: 4 };

describe("what is learned from earlier runs", () => {
  it("changes nothing without any", () => {
    expect(learn([], features)).toMatchObject({
      runs: 0,
      rows: 1,
      memory: 1,
      store: 1,
      output: 1,
      seconds: 1,
    });
  });

  it("comes within a few percent after three runs of the same configuration, whatever else was run", () => {
    const others = Array.from({ length: 30 }, (_, index) =>
      pastRun({
        cells: 1e4 * (index + 1),
        inputs: "b",
        formats: "parquet",
        peak: 0.3,
        rows: 9,
        bytes: 0.2,
        time: 0.1,
      }),
    );
    const found = learn([...others, pastRun(twice), pastRun(twice), pastRun(twice)], features);
    for (const [factor, truth] of [
      [found.memory, 2],
      [found.rows, 0.5],
      [found.store, 3],
      [found.output, 3],
      [found.seconds, 4],
      [found.stage("export"), 4],
    ] as const) {
      expect(Math.abs(factor / truth - 1)).toBeLessThan(0.05);
    }
  });

  it("errs less with every run of the same configuration", () => {
    const errors = [0, 1, 2, 3].map((count) => {
      const history = Array.from({ length: count }, () => pastRun(twice));
      return Math.abs(learn(history, features).memory / 2 - 1);
    });
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors[1]).toBeLessThan(0.1);
    expect(errors[3]).toBeLessThan(0.02);
  });

  it("errs less on a machine that takes a constant factor longer, run by run of growing studies", () => {
    const sizes = [1e4, 3e4, 1e5, 2e5, 4e5, 8e5];
    const history: PastRun[] = [];
    const errors = sizes.map((cells) => {
      const factor = learn(history, { ...features, cells, values: 4 * cells, inputs: String(cells) }).seconds;
      history.push(pastRun({ cells, values: 4 * cells, inputs: String(cells), time: 4 }));
      return Math.abs(factor / 4 - 1);
    });
    expect(errors[0]).toBe(0.75);
    expect(errors.at(-1)).toBeLessThan(0.25);
  });

  it("is not spoilt by one run that went astray", () => {
    const astray = pastRun({ peak: 40, rows: 40, bytes: 40, time: 40 });
    for (const history of [
      [astray, pastRun(twice), pastRun(twice)],
      [pastRun(twice), pastRun(twice), astray],
    ]) {
      const found = learn(history, features);
      expect(Math.abs(found.memory / 2 - 1)).toBeLessThan(0.05);
      expect(Math.abs(found.rows / 0.5 - 1)).toBeLessThan(0.05);
    }
  });

  it("follows when the same configuration takes something else from now on", () => {
    const history = [
      ...Array<PastRun>(20).fill(pastRun(twice)),
      ...Array<PastRun>(5).fill(pastRun({ time: 1 })),
    ];
    expect(learn(history, features).seconds).toBeCloseTo(1, 1);
  });

  it("takes little from other inputs for rows, and nothing from what is altogether unlike", () => {
    const other = Array<PastRun>(9).fill(pastRun({ rows: 0.1, time: 2, inputs: "b" }));
    const found = learn(other, features);
    expect(Math.abs(Math.log(found.seconds / 2))).toBeLessThan(0.05);
    const unlike = pastRun({ cells: 10, values: 1e4, mode: "streaming", limit_bytes: 1e12, time: 9 });
    expect(learn([unlike], features)).toMatchObject({ runs: 0, seconds: 1, memory: 1 });
  });

  it("never goes beyond the grid, nor the limit but for what no limit makes a run give up", () => {
    const demand = {
      rows: 1000,
      peak_memory_bytes: 2e8,
      unlimited_memory_bytes: 2e8,
      firm_memory_bytes: 1e8,
      store_bytes: 1e6,
      output_bytes: 1e6,
      scratch_bytes: 0,
      parts_bytes: 0,
      seconds: 1,
      stages: [{ name: "export", peak_memory_bytes: 2e8, seconds: 1, rows: 1000 }],
    };
    const history = Array<PastRun>(3).fill(pastRun({ rows: 30, peak: 30 }));
    const corrected = correct(demand, learn(history, features), { cells: 4000, limitBytes: 5e8 });
    expect(corrected).toMatchObject({ rows: 4000, peak_memory_bytes: 5e8 });
    expect(corrected.unlimited_memory_bytes).toBeGreaterThan(5e8);
    expect(corrected.stages[0]).toMatchObject({ rows: 4000, peak_memory_bytes: 5e8 });
    const firm = { ...demand, firm_memory_bytes: 1.5e8 };
    const squeezed = correct(firm, learn([], features), { cells: 4000, limitBytes: 1.2e8 });
    expect(squeezed).toMatchObject({ peak_memory_bytes: 1.5e8 });
  });
});
