import { describe, expect, it } from "vitest";
import { Bins } from "../../src/overview/bins.js";
import { Quantiles } from "../../src/overview/ranks.js";

const shares = [0.25, 0.5, 0.75];

/** Quantiles as a table's passes find them, and how many passes it took. */
function found(values: readonly number[]): { quantiles: number[]; passes: number } {
  const [min, max] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const bins = new Bins({ min, max });
  for (const value of values) bins.add(value);
  const quantiles = new Quantiles(shares, values.length, bins);
  let passes = 0;
  for (; !quantiles.search.done; passes++) {
    quantiles.search.begin();
    for (const value of values) quantiles.search.add(value);
    quantiles.search.add(NaN);
    quantiles.search.end();
  }
  return { quantiles: quantiles.values(), passes };
}

/** R's type 7. */
function expected(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const place = (sorted.length - 1) * share;
    const low = sorted[Math.floor(place)]!;
    return low + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - low);
  });
}

let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
}
const many = (count: number, value: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i));

describe("quantiles found in passes", () => {
  it.each<[string, number[]]>([
    ["one value", [3]],
    ["two values", [1, 2]],
    ["equal values", many(1000, () => 7)],
    ["few values", [5, 1, 4, 1, 5, 9, 2, 6]],
    ["uniform ones", many(200_001, () => random())],
    ["nearly all of them equal", many(50_000, (i) => (i % 1000 === 0 ? random() : 0))],
    ["one far from all others", [1e12, ...many(60_000, () => random())]],
    ["a range that doubles can hardly divide", many(60_000, (i) => 1 + (i % 5) * Number.EPSILON)],
    ["negative and huge ones", many(30_000, () => (random() - 0.5) * 1e300)],
    ["a heavy tail", many(100_000, () => 1 / random() ** 3)],
  ])("are those of sorted values: %s", (_, values) => {
    const { quantiles, passes } = found(values);
    expect(quantiles).toEqual(expected(values));
    expect(passes).toBeLessThan(6);
  });
});
