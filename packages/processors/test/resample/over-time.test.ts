import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overTime } from "../../src/resample/time/statistics.js";

type Statistic = Parameters<typeof overTime>[0];

/** A statistic of the values of one cell. */
function of(statistic: Statistic, values: readonly number[], complete = false): number {
  const over = overTime(statistic, 1);
  for (const value of values) over.add(Float64Array.of(value));
  return over.finish(complete)[0]!;
}

const all: readonly Statistic[] = ["mean", "sum", "min", "max", "stdev"];

describe("statistics over time", () => {
  it("skip steps without a value, and have none where no step has one", () => {
    expect(all.map((statistic) => of(statistic, [NaN, 3, NaN, 1]))).toEqual([2, 4, 1, 3, 1]);
    expect(all.map((statistic) => of(statistic, [NaN, NaN]))).toEqual([NaN, NaN, NaN, NaN, NaN]);
    expect(all.map((statistic) => of(statistic, [7]))).toEqual([7, 7, 7, 7, 0]);
  });

  it("have none where a step has none if they are to be complete", () => {
    expect(all.map((statistic) => of(statistic, [NaN, 3], true))).toEqual([NaN, NaN, NaN, NaN, NaN]);
    expect(all.map((statistic) => of(statistic, [1, 3], true))).toEqual([2, 4, 1, 3, 1]);
  });

  it("are infinite where numpy's are", () => {
    const statistics: readonly Statistic[] = ["mean", "sum", "min", "max"];
    const each = (values: readonly number[]): number[] => statistics.map((one) => of(one, values));
    expect(each([1, Infinity, 2])).toEqual([Infinity, Infinity, 1, Infinity]);
    expect(each([-Infinity, 1, NaN])).toEqual([-Infinity, -Infinity, -Infinity, 1]);
    expect(each([Infinity, 1, -Infinity])).toEqual([NaN, NaN, -Infinity, Infinity]);
    expect(each([1e308, 1e308])).toEqual([Infinity, Infinity, 1e308, 1e308]);
  });

  it("lose no digits in many steps", () => {
    // As math.fsum and statistics.pstdev of Python do.
    expect(of("sum", new Array<number>(36_500).fill(0.1))).toBe(3650);
    expect(of("mean", new Array<number>(36_500).fill(0.1))).toBe(0.1);
    expect(of("sum", [1e16, 1, -1e16])).toBe(1);
    expect(of("stdev", [2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect(
      of(
        "stdev",
        [2, 4, 4, 4, 5, 5, 7, 9].map((value) => value + 1e9),
      ),
    ).toBe(2);
    expect(of("stdev", new Array<number>(1000).fill(0.1))).toBe(0);
  });

  it("are the same for any number of cells as for one", () => {
    for (const cells of [1, 2, 8191, 8193, 20_001]) {
      const together = overTime("sum", cells);
      const bands = [1e16, 0.1, NaN, -1e16, 3e-9].map((value, step) =>
        Float64Array.from({ length: cells }, (_, i) => (i % 11 === step ? NaN : value * (1 + (i % 7)))),
      );
      for (const band of bands) together.add(band);
      const found = together.finish(false);
      for (const cell of [0, 1, 7, 8190, 8191, 8192, 16_385, 20_000].filter((i) => i < cells)) {
        const one = bands.map((band) => band[cell]!);
        expect(found[cell]).toBe(exactly(one));
        expect(of("sum", one)).toBe(found[cell]);
      }
    }
  });

  it("compute each cell by itself", () => {
    const cell = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6 }), fc.constant(NaN)), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 9 }),
        fc.constantFrom(...all),
        (cells, statistic) => {
          const together = overTime(statistic, cells.length);
          for (let step = 0; step < 5; step++)
            together.add(Float64Array.from(cells, (values) => values[step]!));
          expect([...together.finish(false)]).toEqual(cells.map((values) => of(statistic, values)));
        },
      ),
    );
  });
});

/** Knuth's exact sum of two numbers, value by value. */
function exactly(values: readonly number[]): number {
  let [sum, lost] = [0, 0];
  for (const value of values.filter((one) => !Number.isNaN(one))) {
    const next = sum + value;
    const part = next - sum;
    lost += sum - (next - part) + (value - part);
    sum = next;
  }
  return sum + lost;
}
