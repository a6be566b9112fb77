import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBlockWriter, textBound } from "../../src/csv/block.js";
import { shortestFloat32, writeFloat32 } from "../../src/csv/float32.js";
import { float32OfBits, scientific, textOf } from "../support/decimals.js";

const write = createBlockWriter();

/** As it is exported: by the kernel, or exactly where the kernel declines. */
function text(value: number): string {
  const values = Float32Array.of(value);
  const block = {
    rows: 1,
    columns: [{ kind: "float32", values, validity: undefined, offsets: undefined }],
  } as const;
  const out = new Uint8Array(textBound(block));
  return new TextDecoder().decode(out.subarray(0, write(block, out, 0) - 1));
}

/** A rational `numerator / denominator`. */
type Rational = readonly [bigint, bigint];
const less = (a: Rational, b: Rational): boolean => a[0] * b[1] < b[0] * a[1];
const distance = (a: Rational, b: Rational): Rational => {
  const difference = a[0] * b[1] - b[0] * a[1];
  return [difference < 0n ? -difference : difference, a[1] * b[1]];
};

/** A positive double, exactly. */
function rational(value: number): Rational {
  let denominator = 1n;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2 ** 32;
    denominator <<= 32n;
  }
  return [BigInt(scaled), denominator];
}

function decimal(digits: bigint, power: number): Rational {
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

/** What reads as the float32 with these bits: between the points halfway to its neighbours, those too if it is even. */
function readsAs(pattern: number, candidate: Rational): boolean {
  const [below, value, above] = [pattern - 1, pattern, pattern + 1].map(float32OfBits);
  // Halves of sums of two float32 are exact in double precision; the largest has 2^128 above it.
  const low = rational((below! + value!) / 2);
  const high = rational((value! + (above === Infinity ? 2 ** 128 : above!)) / 2);
  if (pattern % 2 === 0) return !less(candidate, low) && !less(high, candidate);
  return less(low, candidate) && less(candidate, high);
}

const patterns = fc.oneof(
  fc.integer({ min: 1, max: 0x7f7fffff }),
  fc.integer({ min: 1, max: 0x7fffff }), // subnormal
  fc
    .tuple(fc.integer({ min: 90, max: 170 }), fc.integer({ min: 0, max: 0x7fffff }))
    .map(([e, m]) => e * 2 ** 23 + m),
  fc
    .tuple(fc.integer({ min: 1, max: 254 }), fc.integer({ min: -2, max: 2 }))
    .map(([e, m]) => e * 2 ** 23 + m),
);

describe("float32 as text", () => {
  it("has NumPy's digits", () => {
    const lines = readFileSync(new URL("../fixtures/numbers-float32.txt", import.meta.url), "utf8")
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThan(3000);
    const different = lines.filter((line) => {
      const [pattern, wanted] = line.split(" ");
      return scientific(text(float32OfBits(Number.parseInt(pattern!, 16)))) !== wanted;
    });
    expect(different).toEqual([]);
  });

  it("is the shortest decimal that reads back, and the closest of these", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const value = float32OfBits(pattern);
        const [digits, exponent] = scientific(text(value)).split("e") as [string, string];
        const power = Number(exponent) - digits.length + 1;
        const written = decimal(BigInt(digits), power);
        expect(readsAs(pattern, written)).toBe(true);

        const exact = rational(value);
        const floor = (step: number): bigint => {
          const [n, d] = decimal(1n, step);
          return (exact[0] * d) / (exact[1] * n);
        };
        for (const shorter of [floor(power + 1), floor(power + 1) + 1n]) {
          if (shorter > 0n) expect(readsAs(pattern, decimal(shorter, power + 1))).toBe(false);
        }
        for (const other of [floor(power), floor(power) + 1n]) {
          const candidate = decimal(other, power);
          if (!readsAs(pattern, candidate)) continue;
          expect(less(distance(candidate, exact), distance(written, exact))).toBe(false);
        }
      }),
      { numRuns: 4000 },
    );
  });

  it("is the same with and without exact arithmetic", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const value = float32OfBits(pattern);
        const { digits, point } = shortestFloat32(value);
        expect(scientific(text(value))).toBe(`${digits}e${point - 1}`);
        expect(text(value)).toBe(textOf((out, at) => writeFloat32(out, at, value)));
      }),
      { numRuns: 4000 },
    );
  });

  it("has ECMAScript's notation", () => {
    fc.assert(
      fc.property(patterns, fc.boolean(), (pattern, negative) => {
        const value = float32OfBits(pattern) * (negative ? -1 : 1);
        // The double nearest to the text has the text as its own shortest decimal, there being at most 9 digits.
        expect(text(value)).toBe(String(Number(text(value))));
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    [0, "0"],
    [-0, "0"],
    [Infinity, "Infinity"],
    [-Infinity, "-Infinity"],
    [0.1, "0.1"],
    [-12.5, "-12.5"],
    [2 ** 24, "16777216"],
    [2097152.25, "2097152.2"],
    [2097152.75, "2097152.8"],
    [1e-6, "0.000001"],
    [1e-7, "1e-7"],
    [1e20, "100000000000000000000"],
    [1e21, "1e+21"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [2 ** -149, "1e-45"],
    [-9999, "-9999"],
    [999.9999, "999.9999"],
    [0.30000001192092896, "0.3"],
  ])("writes %d as %s", (value, wanted) => {
    expect(text(Math.fround(value))).toBe(wanted);
  });
});
