import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenAxis, type EvenAxis } from "../src/cf/spacing.js";

/** Degrees and metres: steps that grids have, as numerator and denominator, and the half steps at which their edges lie. */
const steps = [
  ...[
    [1, 12],
    [1, 120],
    [1, 24],
    [1, 3],
    [2, 3],
    [1, 20],
    [1, 10],
    [1, 4],
    [1, 1],
    [5, 2],
    [3, 8],
  ],
  ...[
    [25_000, 1],
    [12_500, 1],
    [1000, 1],
  ],
] as const satisfies readonly (readonly number[])[];

function axisOf(centres: readonly number[], type: "float32" | "float64"): EvenAxis {
  const values = Float64Array.from(centres, (value) => (type === "float32" ? Math.fround(value) : value));
  const axis = evenAxis(values, { type, quantum: 0 }, undefined);
  if ("fault" in axis) throw new Error(axis.fault);
  return axis;
}

describe("edges and steps of coordinates", () => {
  it("are those that were meant, however their type rounds them", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...steps),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: 20, max: 400 }),
        fc.constantFrom("float32" as const, "float64" as const),
        fc.boolean(),
        ([numerator, denominator], halves, count, type, isReversed) => {
          const step = ((isReversed ? -1 : 1) * numerator) / denominator;
          const edge = (halves * numerator) / (2 * denominator);
          const axis = axisOf(
            Array.from({ length: count }, (_, i) => edge + (i + 0.5) * step),
            type,
          );
          const size = Math.abs(step);
          expect(Math.abs(axis.edge - edge) / size).toBeLessThan(1e-9);
          expect(Math.abs(count * (axis.step - step)) / size).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("are never farther from the coordinates than their type rounds", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -180, max: 100, noNaN: true }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (edge, step, count) => {
          const axis = axisOf(
            Array.from({ length: count }, (_, i) => edge + (i + 0.5) * step),
            "float32",
          );
          const tolerance = 2 * 2 ** -22 * 180;
          expect(Math.abs(axis.edge - edge)).toBeLessThan(tolerance);
          expect(Math.abs(axis.edge + count * axis.step - (edge + count * step))).toBeLessThan(tolerance);
        },
      ),
    );
  });

  it("of a twelfth of a degree in float32 are not rounded to four decimals", () => {
    const axis = axisOf(
      Array.from({ length: 36 }, (_, i) => -179 + i / 12),
      "float32",
    );
    expect(axis.edge).toBeCloseTo(-179 - 1 / 24, 10);
    expect(axis.step).toBeCloseTo(1 / 12, 12);
  });
});
