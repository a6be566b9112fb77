import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cellRanges,
  committedCells,
  joinedCells,
  rowGroupRows,
  vectorRows,
} from "../../src/grid/cell-range.js";

describe("ranges of cells", () => {
  it("have lengths that are multiples of one another", () => {
    const lengths = [vectorRows, rowGroupRows, joinedCells, committedCells];
    for (const [i, length] of lengths.slice(1).entries()) expect(length % lengths[i]!).toBe(0);
  });

  it("cover the cells once, and end at multiples of their length", () => {
    const cases = fc.record({
      size: fc.integer({ min: 0, max: 5000 }),
      length: fc.integer({ min: 1, max: 700 }),
      from: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(cases, ({ size, length, from }) => {
        const ranges = [...cellRanges(size, length, from)];
        let next = from;
        for (const { first, end } of ranges) {
          expect(first).toBe(next);
          expect(end).toBeGreaterThan(first);
          expect(end === size || end % length === 0).toBe(true);
          next = end;
        }
        expect(next).toBe(Math.max(from, size));
      }),
    );
  });
});
