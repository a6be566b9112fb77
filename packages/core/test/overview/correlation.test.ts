import { describe, expect, it } from "vitest";
import { PairSums, type Correlations } from "../../src/overview/correlation.js";
import { mapShape } from "../../src/overview/map-shape.js";
import { inSample, sampleShare } from "../../src/overview/sample.js";

function of(rows: readonly (readonly number[])[], predictors?: readonly number[]): Correlations {
  const size = rows[0]!.length;
  const all = Array.from({ length: size }, (_, column) => column);
  const sums = new PairSums(
    all.map(() => 1000),
    predictors ?? all,
  );
  for (const row of rows) sums.add((column) => row[column]!);
  return sums.result(
    all.map((column) => `c${column}`),
    false,
  );
}

/** Pearson's r by its definition. */
function pearson(xs: readonly number[], ys: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const sum = (f: (i: number) => number): number => xs.reduce((total, _, i) => total + f(i), 0);
  const product = sum((i) => (xs[i]! - mx) * (ys[i]! - my));
  return product / Math.sqrt(sum((i) => (xs[i]! - mx) ** 2) * sum((i) => (ys[i]! - my) ** 2));
}

const rows = Array.from({ length: 500 }, (_, i) => {
  const [a, b] = [1000 + Math.sin(i) * 5, 1000 + Math.cos(i * 1.7) * 3];
  return [a, b, a + 0.4 * b + Math.sin(i * 3.1), i % 7 === 0 ? NaN : 1000 - a];
});

describe("correlations", () => {
  it("are Pearson's, of the rows in which both have a value", () => {
    const { r, n } = of(rows);
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ] as const) {
      const both = rows.filter((row) => !Number.isNaN(row[i]!) && !Number.isNaN(row[j]!));
      expect(r[i * 4 + j]).toBeCloseTo(
        pearson(
          both.map((row) => row[i]!),
          both.map((row) => row[j]!),
        ),
        9,
      );
      expect(r[j * 4 + i]).toBe(r[i * 4 + j]);
      expect(n[i * 4 + j]).toBe(both.length);
    }
    expect([r[0], r[15]]).toEqual([1, 1]);
  });

  it("are undefined with a constant", () => {
    const { r, inflation } = of(rows.map(([a]) => [a!, 5]));
    expect([r[1], r[3]]).toEqual([NaN, NaN]);
    expect(inflation.vif).toBeUndefined();
  });
});

describe("variance inflation", () => {
  it("is 1 / (1 - R²)", () => {
    const two = of(rows.map(([a, , c]) => [a!, c!]));
    const expected = 1 / (1 - two.r[1]! ** 2);
    expect(two.inflation.vif!.map((one) => one / expected)).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(1, 9),
    ]);
  });

  it("is infinite for columns that determine each other, and only for these", () => {
    const { inflation } = of(rows.map(([a, b, c]) => [a!, b!, c!, a! + 2 * b!]));
    expect(inflation.vif![0]).toBe(Infinity);
    expect(inflation.vif![1]).toBe(Infinity);
    expect(inflation.vif![3]).toBe(Infinity);
    expect(inflation.vif![2]).toBeGreaterThan(1);
    expect(inflation.vif![2]).toBeLessThan(100);
  });

  it("is of predictors alone, from the rows in which these have a value", () => {
    const { inflation } = of(rows, [0, 1, 2]);
    const alone = of(rows.map((row) => row.slice(0, 3)));
    expect(inflation).toEqual(alone.inflation);
    expect(inflation.rows).toBe(500);
    expect(of(rows).inflation.rows).toBe(rows.filter((row) => !Number.isNaN(row[3]!)).length);
  });
});

describe("a sample", () => {
  it("has about the share of the cells that it should have, wherever they are", () => {
    for (const start of [0, 1e6, 5e9]) {
      const count = Array.from({ length: 20_000 }, (_, i) => inSample(start + i, 0.1)).filter(Boolean).length;
      expect(count / 20_000).toBeCloseTo(0.1, 1);
    }
    expect(sampleShare(4_000_000, 10)).toBe(1);
    expect(sampleShare(4_000_000, 300)).toBeLessThan(0.01);
  });
});

describe("the shape of maps", () => {
  it("keeps to its bounds, and cuts no finer than cells", () => {
    expect(mapShape({ width: 118, height: 52 }, 6)).toEqual({ cells: 1, width: 118, height: 52 });
    for (const [width, height, columns] of [
      [43_200, 21_600, 1],
      [3600, 1800, 10],
      [1, 5_000_000, 3],
      [7, 7, 400],
      [3000, 10, 300],
    ] as const) {
      const shape = mapShape({ width, height }, columns);
      expect(shape.width * shape.height).toBeLessThanOrEqual(
        Math.min(120_000, Math.max(900, 360_000 / columns)),
      );
      expect(shape.cells * shape.width).toBeGreaterThanOrEqual(width);
      expect(shape.cells * (shape.width - 1)).toBeLessThan(width);
    }
  });
});
