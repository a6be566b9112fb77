import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "../src/index.js";
import type { Kernel } from "../src/projections/projection.js";
import { arcTangent, logarithm } from "../src/vectors/functions.js";
import { inVectors, type VectorCode } from "../src/vectors/lane.js";

/** What a formula makes of points, NaN where it leaves them to the kernel. */
function evaluate(code: VectorCode, xs: Float64Array, ys: Float64Array): [Float64Array, Float64Array] {
  const nothing: Kernel = (x, y, start, end) => {
    x.fill(NaN, start, end);
    y.fill(NaN, start, end);
  };
  const kernel = inVectors(nothing, code);
  for (let k = 0; k < 20; k++) kernel(new Float64Array(1024), new Float64Array(1024), 0, 1024);
  const [x, y] = [xs.slice(), ys.slice()];
  for (let i = 0; i < x.length; i += 1000) kernel(x, y, i, Math.min(i + 1000, x.length));
  return [x, y];
}

const special = [
  0,
  -0,
  1,
  -1,
  0.4375,
  0.6875,
  1.1875,
  2.4375,
  1e-30,
  -1e-9,
  1e-300,
  2 ** -27,
  1e17,
  Infinity,
  NaN,
];
const count = 200_001;

describe("functions in vectors", () => {
  it("give the arc tangents that Math.atan2 gives, to the bit", () => {
    const random = generator();
    const value = (): number => {
      const kind = random();
      if (kind < 0.1) return special[Math.floor(random() * special.length)]!;
      return (random() - 0.5) * (kind < 0.4 ? 10 ** (20 * random() - 10) : 2);
    };
    const ys = Float64Array.from({ length: count }, value);
    const xs = Float64Array.from({ length: count }, value);
    const [angles] = evaluate((f, [x, y]) => [arcTangent(f, y!, x!), x!], xs, ys);
    const made = indices.filter((i) => angles[i] === angles[i]);
    expect(made.length).toBeGreaterThan(0.85 * count);
    expect(made.filter((i) => !Object.is(angles[i], Math.atan2(ys[i]!, xs[i]!)))).toEqual([]);
  });

  it("give the logarithms that Math.log gives, to the bit, where they give any", () => {
    const random = generator();
    const xs = Float64Array.from({ length: count }, (_, i) =>
      i % 100 === 0 ? 1 + (i / count) * 1e-5 : 0.98 + 0.5 * random(),
    );
    const [logarithms] = evaluate((f, [x, y]) => [logarithm(f, x!), y!], xs, new Float64Array(count));
    const made = indices.filter((i) => logarithms[i] === logarithms[i]);
    expect(made.length).toBeGreaterThan(0.7 * count);
    expect(made.filter((i) => !Object.is(logarithms[i], Math.log(xs[i]!)))).toEqual([]);
  });
});

const indices = Array.from({ length: count }, (_, i) => i);

describe.each([
  ["EPSG:4326", "EPSG:32633", [-180, -90, 180, 90]],
  ["EPSG:4326", "EPSG:32633", [12, 40, 18, 60]],
  ["EPSG:4326", "EPSG:3035", [-40, 20, 60, 80]],
  ["EPSG:4258", "EPSG:27700", [-9, 49, 3, 61]],
  ["EPSG:3035", "EPSG:4326", [-5e6, -9e6, 15e6, 16e6]],
  ["EPSG:3035", "EPSG:32633", [2e6, 1e6, 7e6, 6e6]],
  ["EPSG:3573", "EPSG:4326", [-9e6, -9e6, 9e6, 9e6]],
  ["EPSG:2163", "EPSG:4326", [-9e6, -9e6, 9e6, 9e6]],
  ["EPSG:32633", "EPSG:3857", [0, 0, 1e6, 9e6]],
] as const)("a transform of %s to %s", (from, to, [left, bottom, right, top]) => {
  it("gives many points the bits that it gives few", () => {
    const side = 217;
    const xs = new Float64Array(side * side);
    const ys = new Float64Array(side * side);
    for (let i = 0; i < xs.length; i++) {
      xs[i] = left + ((right - left) * (i % side)) / (side - 1);
      ys[i] = top - ((top - bottom) * Math.floor(i / side)) / (side - 1);
    }
    const [a, c, e, f] = [0.37, 5, -0.21, 17];
    const many = [xs.slice(), ys.slice()] as const;
    const placed = [xs.slice(), ys.slice()] as const;
    const transform = createTransform(parseCrs(from), parseCrs(to));
    transform.onto(a, c, e, f)(...placed);
    transform.transform(...many);
    const few = [xs, ys] as const;
    for (let i = 0; i < xs.length; i += 1000) {
      const part = [xs.subarray(i, i + 1000), ys.subarray(i, i + 1000)] as const;
      createTransform(parseCrs(from), parseCrs(to)).transform(...part);
    }
    const differing = (one: number, other: number): boolean => !Object.is(one, other);
    expect(many[0].filter((x, i) => differing(x, few[0][i]!))).toHaveLength(0);
    expect(many[1].filter((y, i) => differing(y, few[1][i]!))).toHaveLength(0);
    expect(placed[0].filter((x, i) => differing(x, (few[0][i]! - c) / a))).toHaveLength(0);
    expect(placed[1].filter((y, i) => differing(y, (few[1][i]! - f) / e))).toHaveLength(0);
  });
});

function generator(): () => number {
  let state = 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
