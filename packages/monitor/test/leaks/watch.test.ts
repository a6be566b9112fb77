import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import {
  LeakWatch,
  manualClock,
  memoryAfterCollection,
  systemClock,
  type LeakWatchOptions,
} from "../../src/index.js";

const fixture = fileURLToPath(new URL("fixtures/leaks.cjs", import.meta.url));
const { leaks, churn, release } = createRequire(import.meta.url)(fixture) as {
  leaks: Record<"keepArrays" | "keepObjects" | "growMap" | "listen", () => void>;
  churn: () => number;
  release: () => void;
};
const lines = readFileSync(fixture, "utf8").split("\n");

/** The line of the fixture in which a function begins. */
const lineOf = (name: string): number => lines.findIndex((line) => line.startsWith(`  ${name}()`)) + 1;

/** Done after each batch, with the number of batches at which there was a finding. */
function run(batches: number, work: (batch: number) => void, options: LeakWatchOptions = {}) {
  let now = 0;
  const errors: string[] = [];
  let measurements = 0;
  const { measure = memoryAfterCollection, ...others } = options;
  const watch = new LeakWatch({
    // A measurement takes 1 ms, a batch 10: every fourth to sixth one is measured.
    costFactor: 40,
    clock: { ...systemClock, now: () => now },
    measure: () => {
      now++;
      measurements++;
      return measure();
    },
    onError: (error) => errors.push(error.message),
    ...others,
  });
  let foundAt: number | undefined;
  let suspectedAt: number | undefined;
  for (let batch = 1; batch <= batches; batch++) {
    work(batch);
    now += 10;
    watch.batchDone("load");
    if (watch.profiling) suspectedAt ??= batch;
    if (watch.findings.length > 0) foundAt ??= batch;
  }
  watch.close();
  return { watch, errors, foundAt, suspectedAt, measurements };
}

afterEach(() => release());

describe("LeakWatch in this process", () => {
  it.each(Object.keys(leaks) as (keyof typeof leaks)[])("finds and names a real leak: %s", (name) => {
    const { watch, errors, foundAt, suspectedAt } = run(220, () => {
      churn();
      leaks[name]();
    });
    expect(errors).toEqual([]);
    expect(watch.findings).toEqual([
      expect.objectContaining({ stage: "load", operation: `${name} (leaks.cjs:${lineOf(name)})` }),
    ]);
    const [finding] = watch.findings;
    expect(finding!.batches).toBeGreaterThanOrEqual(100);
    expect(finding!.bytesPerBatch).toBeGreaterThan(30_000);
    expect(finding!.bytesPerBatch).toBeLessThan(200_000);
    expect(finding!.grownBytes).toBeCloseTo(finding!.bytesPerBatch * finding!.batches, 0);
    expect(suspectedAt).toBeLessThanOrEqual(165);
    expect(foundAt).toBeLessThanOrEqual(200);
  });

  it("says nothing of 500 batches that give everything back", () => {
    const { watch, suspectedAt, measurements } = run(500, churn);
    expect(measurements).toBeGreaterThan(60);
    expect(suspectedAt).toBeUndefined();
    expect(watch.findings).toEqual([]);
  });

  it("says nothing of a cache that fills in the first fifth", () => {
    const cache = new Map<number, Float32Array>();
    const { watch, suspectedAt } = run(500, (batch) => {
      churn();
      cache.set(batch % 100, new Float32Array(25_000));
    });
    expect(cache.size).toBe(100);
    expect(suspectedAt).toBeUndefined();
    expect(watch.findings).toEqual([]);
  });
});

const MiB = 1024 ** 2;
const flat = { heap: 50 * MiB, external: 0 };

describe("LeakWatch", () => {
  it("keeps measurements below 2 % of the time, however long they take", () => {
    let now = 0;
    let measuring = 0;
    let cost = 0;
    const measure = () => {
      cost = 5 + ((measuring * 7) % 40);
      now += cost;
      measuring += cost;
      return flat;
    };
    const watch = new LeakWatch({ clock: { ...systemClock, now: () => now }, measure });
    for (let i = 0; i < 20_000; i++) {
      now += 3;
      watch.batchDone("merge");
      // What the last one took is waited for after it.
      if (now > 5000) expect((measuring - cost) / now).toBeLessThan(0.02);
    }
    expect(measuring).toBeGreaterThan(500);
  });

  it("does without a site when the profiler can't be started, or fails later", () => {
    for (const startProfiler of [
      () => {
        throw new Error("no inspector");
      },
      () => ({
        sites: () => {
          throw new Error("no inspector");
        },
        stop: () => undefined,
      }),
    ]) {
      let heap = 0;
      const { watch, errors } = run(400, () => (heap += 100_000), {
        measure: () => ({ heap, external: 0 }),
        startProfiler,
      });
      expect(watch.findings).toMatchObject([{ stage: "load", operation: "operation unknown" }]);
      expect(errors).toEqual(["the heap profiler failed: no inspector"]);
    }
  });

  it("stops quietly when memory can't be measured, and when its listener throws as well", () => {
    let calls = 0;
    const measure = () => {
      calls++;
      throw new Error("no collector");
    };
    const { errors } = run(200, () => undefined, { measure });
    expect(errors).toEqual(["the leak watch has stopped: no collector"]);
    expect(calls).toBe(1);
  });

  it("drops a suspicion when the growth ends while it is being profiled", () => {
    let stopped = 0;
    let heap = 0;
    const { watch, suspectedAt } = run(400, (batch) => (heap += batch <= 170 ? 100_000 : 0), {
      measure: () => ({ heap, external: 0 }),
      startProfiler: () => ({ sites: () => new Map(), stop: () => void stopped++ }),
      profiledBatches: 60,
    });
    expect(suspectedAt).toBeLessThan(170);
    expect(stopped).toBe(1);
    expect(watch.findings).toEqual([]);
  });

  it("concludes at the end, stops the profiler, and does nothing afterwards", () => {
    let stopped = 0;
    let heap = 0;
    const { watch, suspectedAt, foundAt } = run(175, () => (heap += 100_000), {
      measure: () => ({ heap, external: 0 }),
      startProfiler: () => ({ sites: () => new Map([["f (a.mjs:1)", heap]]), stop: () => void stopped++ }),
    });
    expect(suspectedAt).toBeDefined();
    expect(foundAt).toBeUndefined();
    expect(stopped).toBe(1);
    expect(watch.findings).toMatchObject([{ operation: "f (a.mjs:1)", bytesPerBatch: 100_000 }]);
    watch.batchDone("load");
    watch.close();
    expect(stopped).toBe(1);
  });

  it("makes one finding a stage, and none for a clean one in between", () => {
    const clock = manualClock();
    let heap = 0;
    const watch = new LeakWatch({
      clock,
      costFactor: 0,
      measure: () => ({ heap, external: 0 }),
      startProfiler: () => ({ sites: () => new Map(), stop: () => undefined }),
    });
    for (const stage of ["load", "merge", "export"]) {
      for (let i = 0; i < 500; i++) {
        if (stage !== "merge") heap += 200_000;
        watch.batchDone(stage);
      }
    }
    expect(watch.findings.map(({ stage }) => stage)).toEqual(["load", "export"]);
  });
});
