import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  defaultGrowthLimits,
  judgeGrowth,
  LeakDetector,
  seededRandom,
  type LeakDetectorOptions,
  type LeakPoint,
  type LeakSuspicion,
} from "../../src/index.js";
import { unevenly } from "../../src/leaks/watch.js";
import { LeakSeries } from "../../src/leaks/series.js";
import { mannKendallScore, theilSenSlope } from "../../src/leaks/trend.js";

const KiB = 1024;
const MiB = 1024 ** 2;

/** All pairs, in the order of the definition. */
function reference(points: readonly LeakPoint[]) {
  const pairs = points.flatMap((b, j) => points.slice(0, j).map((a) => [a, b] as const));
  const slopes = pairs.map(([a, b]) => (b.bytes - a.bytes) / (b.batch - a.batch)).sort((x, y) => x - y);
  const n = slopes.length;
  const slope = n % 2 ? slopes[(n - 1) / 2]! : (slopes[n / 2 - 1]! + slopes[n / 2]!) / 2;
  const s =
    pairs.filter(([a, b]) => b.bytes > a.bytes).length - pairs.filter(([a, b]) => b.bytes < a.bytes).length;
  return { slope, s };
}

const points = (minLength: number, maxBytes: number) =>
  fc
    .uniqueArray(fc.nat(100_000), { minLength, maxLength: 40 })
    .chain((batches) =>
      fc
        .array(fc.nat(maxBytes), { minLength: batches.length, maxLength: batches.length })
        .map((bytes) => batches.sort((a, b) => a - b).map((batch, i) => ({ batch, bytes: bytes[i]! }))),
    );

describe("theilSenSlope and mannKendallScore", () => {
  it("are those of all pairs", () => {
    fc.assert(
      fc.property(fc.oneof(points(2, 5), points(2, 2 ** 40)), (series) => {
        const { slope, s } = reference(series);
        expect(theilSenSlope(series)).toBeCloseTo(slope, 9);
        expect(Math.sign(mannKendallScore(series))).toBe(Math.sign(Math.abs(s) === 1 ? 0 : s));
      }),
    );
  });

  it("has the variance of S over all orders, ties included", () => {
    for (const values of [
      [1, 2, 3, 4, 5, 6],
      [1, 1, 2, 3, 3, 3],
      [1, 1, 1, 1, 2, 2],
    ]) {
      const scores = permutations(values).map(
        (order) => reference(order.map((bytes, batch) => ({ batch, bytes }))).s,
      );
      const variance = scores.reduce((sum, s) => sum + s * s, 0) / scores.length;
      const rising = values.map((bytes, batch) => ({ batch, bytes }));
      expect(mannKendallScore(rising)).toBeCloseTo((reference(rising).s - 1) / Math.sqrt(variance), 12);
    }
  });

  it("is hardly moved by a quarter of wild points", () => {
    const wild = Array.from({ length: 40 }, (_, i) => ({ batch: i, bytes: i % 4 === 3 ? 1e12 : 500 * i }));
    expect(theilSenSlope(wild)).toBeLessThan(1000);
    expect(theilSenSlope([])).toBe(0);
    expect(mannKendallScore([])).toBe(0);
    expect(mannKendallScore([{ batch: 1, bytes: 1 }])).toBe(0);
  });
});

describe("judgeGrowth", () => {
  it("sees growth only where slope, score and size allow it, and says by how much", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        points(12, MiB),
        fc.integer({ min: -20 * KiB, max: 60 * KiB }),
        fc.integer({ min: 1, max: 2000 }),
        (noise, rate, every) => {
          const series = noise.map(({ bytes }, i) => ({
            batch: i * every,
            bytes: 50 * MiB + bytes + rate * i * every,
          }));
          const growth = judgeGrowth(series, defaultGrowthLimits);
          if (!growth) return;
          seen++;
          const { slope } = reference(series);
          expect(growth.bytesPerBatch).toBeCloseTo(slope, 6);
          expect(growth.batches).toBe((series.length - 1) * every);
          expect(growth.grownBytes).toBe(growth.bytesPerBatch * growth.batches);
          expect(slope).toBeGreaterThanOrEqual(KiB);
          expect(growth.grownBytes).toBeGreaterThanOrEqual(4 * MiB);
          expect(mannKendallScore(series)).toBeGreaterThanOrEqual(4);
          // Independent of where memory stands.
          expect(
            judgeGrowth(
              series.map(({ batch, bytes }) => ({ batch, bytes: bytes + 7 * MiB })),
              defaultGrowthLimits,
            ),
          ).toEqual(growth);
        },
      ),
      { numRuns: 500, seed: 20 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it.each<[string, Partial<typeof defaultGrowthLimits>]>([
    ["minPoints", { minPoints: 33 }],
    ["minScore", { minScore: 8.1 }],
    ["minBytesPerBatch", { minBytesPerBatch: 200 * KiB + 1 }],
    ["minGrownBytes", { minGrownBytes: 31 * 200 * KiB + 1 }],
  ])("keeps to %s", (_, limits) => {
    const line = Array.from({ length: 32 }, (_, batch) => ({ batch, bytes: batch * 200 * KiB }));
    expect(judgeGrowth(line, defaultGrowthLimits)).toEqual({
      bytesPerBatch: 200 * KiB,
      batches: 31,
      grownBytes: 31 * 200 * KiB,
    });
    expect(judgeGrowth(line, { ...defaultGrowthLimits, ...limits })).toBeUndefined();
  });
});

/** The first suspicion of a stage that has `bytes(batch)` in use, every so many batches measured. */
function observe(
  batches: number,
  every: number,
  bytes: (batch: number) => number,
  options: LeakDetectorOptions = {},
): (LeakSuspicion & { at: number }) | undefined {
  const detector = new LeakDetector(options);
  for (let batch = every, n = 0; batch <= batches; batch += Math.round(every * unevenly(++n))) {
    const suspicion = detector.observe(batch, 100 * MiB + bytes(batch), { stage: "load", operation: "read" });
    expect(detector.verdict("load")).toBe(suspicion);
    if (suspicion) return { ...suspicion, at: batch };
  }
  return undefined;
}

const seeds = fc.integer();
const every = fc.constantFrom(2, 5, 17);
const noisy = (seed: number, bytes: number): (() => number) => {
  const random = seededRandom(seed);
  return () => (random() - 0.5) * 2 * bytes;
};

describe("LeakDetector", () => {
  it("finds a leak under noise of ten batches' growth, soon and of the right size", () => {
    fc.assert(
      fc.property(seeds, every, fc.integer({ min: 50, max: 5000 }), (seed, step, rateKiB) => {
        const rate = rateKiB * KiB;
        const noise = noisy(seed, 10 * rate);
        const found = observe(2000, step, (batch) => rate * batch + noise());
        expect(found).toMatchObject({ stage: "load", operation: "read" });
        expect(found!.at).toBeLessThanOrEqual(Math.max(320, 30 * step));
        expect(found!.bytesPerBatch / rate).toBeGreaterThan(0.7);
        expect(found!.bytesPerBatch / rate).toBeLessThan(1.3);
      }),
    );
  });

  it("finds a leak that begins late, in the newest window, and a slow one, over the whole stage", () => {
    const late = observe(5000, 5, (batch) => Math.max(0, batch - 3000) * 100 * KiB);
    expect(late?.at).toBeGreaterThan(3050);
    expect(late?.at).toBeLessThan(3150);
    const noise = noisy(1, 256 * KiB);
    const slow = observe(5000, 5, (batch) => batch * 4 * KiB + noise());
    expect(slow?.at).toBeGreaterThan(1000);
    expect(slow?.batches).toBeGreaterThan(900);
  });

  const innocent: [string, fc.Arbitrary<(batch: number) => number>][] = [
    ["noise", fc.tuple(seeds, fc.constantFrom(MiB, 1000 * MiB)).map(([seed, size]) => noisy(seed, size))],
    [
      "a step",
      fc
        .record({ seed: seeds, at: fc.nat(1000), size: fc.nat(1000), noise: fc.constantFrom(0, 0.2) })
        .map(({ seed, at, size, noise }) => {
          const random = noisy(seed, noise * MiB);
          return (batch) => (batch >= at ? size * MiB : 0) + random();
        }),
    ],
    [
      "a sawtooth",
      fc.tuple(fc.integer({ min: 2, max: 90 }), fc.integer({ min: 1, max: 500 })).map(
        ([period, size]) =>
          (batch) =>
            ((batch % period) / period) * size * MiB,
      ),
    ],
    [
      "a cache that fills to a plateau",
      fc
        .record({
          seed: seeds,
          full: fc.integer({ min: 1, max: 110 }),
          size: fc.integer({ min: 1, max: 500 }),
        })
        .map(({ seed, full, size }) => {
          const random = noisy(seed, 0.1 * MiB);
          return (batch) => Math.min(1, batch / full) * size * MiB + random();
        }),
    ],
    [
      "a warm-up that dies away",
      fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 100 })).map(
        ([life, size]) =>
          (batch) =>
            (1 - Math.exp(-batch / life)) * size * MiB,
      ),
    ],
    ["memory that shrinks", fc.constant((batch) => -batch * 50 * KiB)],
    ["growth that does not matter", fc.constant((batch) => batch * 900)],
  ];
  it.each(innocent)("raises no alarm for %s", (_, shape) => {
    fc.assert(
      fc.property(shape, every, (bytes, step) => {
        expect(observe(1000, step, bytes)).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  it("keeps stages apart, and starts anew when told to forget", () => {
    const detector = new LeakDetector();
    const grow = (from: number, to: number) => {
      for (let batch = from; batch <= to; batch += 5) {
        detector.observe(batch, batch * MiB, { stage: "leaky" });
        expect(detector.observe(batch, 5 * MiB, { stage: "clean" })).toBeUndefined();
      }
    };
    grow(5, 200);
    expect(detector.verdict("leaky")).toMatchObject({ stage: "leaky", bytesPerBatch: MiB });
    expect(detector.verdict("clean")).toBeUndefined();
    detector.forget("leaky");
    expect(detector.verdict("leaky")).toBeUndefined();
    detector.observe(205, 205 * MiB, { stage: "leaky" });
    expect(detector.verdict("leaky")).toBeUndefined();
  });
});

describe("LeakSeries", () => {
  it("keeps a bounded number of points, in order, with the newest and the start among them", () => {
    const options = {
      settleBatches: 50,
      settlePoints: 3,
      windowBatches: 1000,
      windowPoints: 16,
      capacity: 32,
    };
    const series = new LeakSeries(options);
    for (let batch = 1; batch <= 50_000; batch++) {
      series.add({ batch, bytes: batch });
      series.add({ batch, bytes: 0 });
      series.add({ batch: batch + 0.5, bytes: NaN });
      for (const window of series.windows) expect(window.length).toBeLessThanOrEqual(33);
    }
    const [recent, whole] = series.windows;
    expect(recent!.every(({ batch, bytes }) => batch === bytes)).toBe(true);
    expect(recent![0]!.batch).toBeGreaterThan(48_000);
    expect(recent!.at(-1)!.batch).toBeGreaterThan(49_960);
    expect(whole![0]!.batch).toBe(51);
    expect(whole!.at(-1)!.batch).toBeGreaterThan(46_000);
    expect(whole!.length).toBeGreaterThan(16);
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}
