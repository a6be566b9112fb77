import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenShares } from "../../src/staging/column-shares.js";
import { toColumn } from "../../src/staging/column.js";
import { joinColumns } from "../../src/staging/join-columns.js";

describe("parts of a band", () => {
  it("are joined to the column that the whole band is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("float32" as const, "int16" as const, "float64" as const, "int64" as const),
        fc.constantFrom(0, 0.1, 0.9, 1),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (widths, rows, type, nulls, random) => {
          const next = (): number => random.next().value as number;
          const width = widths.reduce((sum, own) => sum + own, 0);
          const Values = type === "float32" || type === "int16" ? Float32Array : Float64Array;
          const data = new Values(rows * width).map(() => (next() < nulls ? NaN : Math.floor(next() * 99)));
          let left = 0;
          const parts = widths.map((own) => {
            const part = new Values(rows * own);
            for (let row = 0; row < rows; row++) {
              part.set(data.subarray(row * width + left, row * width + left + own), row * own);
            }
            left += own;
            return { width: own, column: toColumn(part, type) };
          });
          expect(joinColumns(parts, rows, new ArrayBuffer(1000))).toEqual(toColumn(data, type));
        },
      ),
    );
  });

  it("become wider for threads that are faster, and cover all columns", () => {
    const shares = evenShares(2, 1001)!;
    expect(shares.ranges()).toEqual([
      [0, 501],
      [501, 1001],
    ]);
    for (let k = 0; k < 50; k++) {
      const [first, second] = shares.ranges() as [[number, number], [number, number]];
      expect([first[0], first[1], second[1]]).toEqual([0, second[0], 1001]);
      const widths = [first[1] - first[0], second[1] - second[0]] as const;
      shares.measured([
        { width: widths[0], milliseconds: widths[0] },
        { width: widths[1], milliseconds: 3 * widths[1] },
      ]);
    }
    const [[, middle]] = shares.ranges() as [[number, number]];
    expect(Math.abs(middle - 750)).toBeLessThan(80);
    expect(evenShares(1, 1000)).toBeUndefined();
    expect(evenShares(2, 100)).toBeUndefined();
  });
});
