import fc from "fast-check";
import { Grid } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import { planResampling, resampleFractions, type CoordinateTransform } from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";

const identity: CoordinateTransform = { identity: true, transform: () => undefined };
/** A transform that changes nothing but does not say so, so that cells are followed by their outlines. */
const unspoken: CoordinateTransform = { identity: false, transform: () => undefined };
const affine = { a: 1, b: 0, c: 0, d: 0, e: -1, f: 12 };

interface Layout {
  readonly cell: readonly [number, number];
  readonly bounds: readonly [number, number, number, number];
}

async function listsOf(
  values: readonly number[],
  { cell, bounds }: Layout,
  transform: CoordinateTransform,
  band: number,
): Promise<Map<number, number>[]> {
  const source = memorySource(12, 12, affine, Float32Array.from(values), "uint8", { width: 5, height: 3 });
  const grid = new Grid({ crs: "a", resolution: cell, bounds });
  const plan = planResampling({ source, grid, method: "fractions", transform, geographicSource: false });
  const found: Map<number, number>[] = [];
  for (let row = 0; row < grid.height; row += band) {
    const lists = await resampleFractions(plan, row, Math.min(grid.height, row + band), 60);
    const isThere = (cell: number): boolean =>
      !lists.validity || ((lists.validity[cell >> 3]! >> (cell & 7)) & 1) === 1;
    for (const [cell, list] of lists.lists.entries()) {
      const [from, to] = isThere(cell) ? [lists.offsets[list]!, lists.offsets[list + 1]!] : [0, 0];
      const entries = Array.from({ length: to - from }, (_, k) => {
        return [lists.parts[from + k]!, lists.values[from + k]!] as const;
      });
      expect(entries.map(([part]) => part)).toEqual(entries.map(([part]) => part).sort((a, b) => a - b));
      found.push(new Map(entries));
    }
  }
  return found;
}

const layouts: readonly Layout[] = [
  { cell: [2, 2], bounds: [0, 0, 12, 12] },
  { cell: [3, 2], bounds: [-3, -2, 15, 14] },
  { cell: [4, 3], bounds: [0, 0, 12, 12] },
  { cell: [1, 1], bounds: [2, 2, 10, 10] },
  { cell: [2.5, 1.5], bounds: [-1, 0, 14, 12] },
  { cell: [40, 40], bounds: [-10, -10, 30, 30] },
];

describe("resampleFractions", () => {
  it("finds the same in rows of whole pixels, in rows, and by outlines: what pixel by pixel can be counted", async () => {
    const value = fc.constantFrom(1, 1, 1, 2, 200, NaN);
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 144, maxLength: 144 }),
        fc.constantFrom(...layouts),
        fc.constantFrom(1, 2, 5),
        async (values, layout, band) => {
          const { cell, bounds } = layout;
          const [left, bottom, right, top] = bounds;
          const rows = await listsOf(values, layout, identity, band);
          const outlined = await listsOf(values, layout, unspoken, band);
          const across = Math.round((right - left) / cell[0]);
          expect(rows.length).toBe(across * Math.round((top - bottom) / cell[1]));
          for (const [index, list] of rows.entries()) {
            const west = left + (index % across) * cell[0];
            const north = top - Math.floor(index / across) * cell[1];
            const areas = new Map<number, number>();
            for (const [pixel, one] of values.entries()) {
              const [x, y] = [pixel % 12, 12 - Math.floor(pixel / 12)];
              const width = Math.max(0, Math.min(west + cell[0], x + 1) - Math.max(west, x));
              const height = Math.max(0, Math.min(north, y) - Math.max(north - cell[1], y - 1));
              if (one === one && width * height > 0) areas.set(one, (areas.get(one) ?? 0) + width * height);
            }
            for (const found of [list, outlined[index]!]) {
              expect([...found.keys()].sort()).toEqual([...areas.keys()].sort());
              for (const [part, area] of areas)
                expect(Math.abs(found.get(part)! - area / (cell[0] * cell[1]))).toBeLessThan(1e-12);
            }
          }
        },
      ),
      { numRuns: 120 },
    );
  });
});
