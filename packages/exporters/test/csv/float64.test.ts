import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeFloat64 } from "../../src/csv/float64.js";
import { float64OfBits, scientific, textOf } from "../support/decimals.js";

const text = (value: number): string => textOf((out, at) => writeFloat64(out, at, value));

describe("float64 as text", () => {
  it("has the digits of Python's repr", () => {
    const lines = readFileSync(new URL("../fixtures/numbers-float64.txt", import.meta.url), "utf8")
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThan(4000);
    const different = lines.filter((line) => {
      const [pattern, wanted] = line.split(" ");
      return scientific(text(float64OfBits(BigInt(`0x${pattern}`)))) !== wanted;
    });
    expect(different).toEqual([]);
  });

  const doubles = fc.oneof(
    fc.double({ noNaN: true }),
    fc.bigInt({ min: 1n, max: 0x7fefffffffffffffn }).map(float64OfBits),
    // the range that is written without the runtime's help
    fc
      .tuple(fc.integer({ min: 1023 - 20, max: 1023 + 55 }), fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }))
      .map(([exponent, mantissa]) => float64OfBits((BigInt(exponent) << 52n) | mantissa)),
    fc
      .tuple(fc.integer({ min: 1, max: 2046 }), fc.integer({ min: -2, max: 2 }))
      .map(([exponent, offset]) => float64OfBits((BigInt(exponent) << 52n) + BigInt(offset))),
    fc
      .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 12 }))
      .map(([n, k]) => n / 10 ** k),
    fc.tuple(fc.integer({ min: 0, max: 2 ** 50 }), fc.constantFrom(2, 4, 8, 16)).map(([n, d]) => n + 1 / d),
  );

  it("is String(value)", () => {
    fc.assert(
      fc.property(doubles, (value) => text(value) === String(value)),
      { numRuns: 20_000 },
    );
  });

  it("writes the centres of every cell of a grid as String does", () => {
    for (const cells of [0.1, 0.25, 0.5, 1 / 3, 1 / 12, 1 / 120].map((size) => Math.round(360 / size))) {
      for (let i = 0; i < cells; i++) {
        const centre = ((2 * i + 1) * 180) / cells - 180;
        if (text(centre) !== String(centre)) expect(text(centre)).toBe(String(centre));
      }
    }
    for (let metre = 0; metre < 100_000; metre += 7) expect(text(metre * 93.5)).toBe(String(metre * 93.5));
  });
});
