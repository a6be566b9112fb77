import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Grid } from "@quadrat/core";
import type { MaskConfig } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { polygonMask } from "../../src/mask/polygon-mask.js";

const fixtures = new URL("../fixtures/ranges/", import.meta.url);
const path = fileURLToPath(new URL("polygons.geojson", fixtures));
const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-10, -10, 10, 10] });

/** What GDAL, through rasterio, and GEOS make of the same polygons. */
const expected = (await readFile(new URL("expected.csv", fixtures), "utf8"))
  .trimEnd()
  .split("\n")
  .slice(1)
  .map(
    (line) => line.split(",").map(Number) as [cell: number, centre: number, touched: number, share: number],
  );

const cellsWhere = (test: (row: (typeof expected)[number]) => boolean): number[] =>
  expected.filter(test).map(([cell]) => cell);

async function cellsOf(config: Partial<MaskConfig>): Promise<number[]> {
  const { mask } = await polygonMask({ path, ...config }, grid, new AbortController().signal);
  return [...mask.runs()].flatMap(({ first, end }) =>
    Array.from({ length: end - first }, (_, index) => first + index),
  );
}

describe("a mask of polygons", () => {
  it("has the cells whose centres are in any of them", async () => {
    const centre = cellsWhere((row) => row[1] > 0);
    expect(await cellsOf({})).toEqual(centre);
    expect(await cellsOf({ rule: "centre" })).toEqual(centre);
  });

  it("has the cells that any of them touches", async () => {
    expect(await cellsOf({ rule: "touched" })).toEqual(cellsWhere((row) => row[2] > 0));
  });

  it.each([0.25, 0.5, 1])("has the cells that they cover together by %s", async (threshold) => {
    const cells = await cellsOf({ rule: "coverage", threshold });
    // Where the fraction is the threshold, rounding decides.
    const near = new Set(cellsWhere((row) => Math.abs(row[3] - threshold) < 1e-9));
    const sure = (cell: number): boolean => !near.has(cell);
    expect(cells.filter(sure)).toEqual(cellsWhere((row) => row[3] >= threshold).filter(sure));
  });

  it.each(["centre", "touched", "coverage"] as const)(
    "by the rule %s has the fractions of its cells that GEOS finds",
    async (rule) => {
      const config = { path, rule, coverage: true };
      const { mask, coverage } = await polygonMask(config, grid, new AbortController().signal);
      let partial = 0;
      mask.each(0, grid.height, (row, from, to) => {
        for (let column = from; column < to; column++) {
          const share = expected[row * grid.width + column]![3];
          expect(coverage!.at(row, column)).toBeCloseTo(share, 12);
          if (share > 0 && share < 1) partial++;
        }
      });
      expect(partial).toBeGreaterThan(20);
      const part = coverage!.rows(5, 9);
      mask.rows(5, 9).each(0, 4, (row, from) => {
        expect(part.at(row, from)).toBe(coverage!.at(row + 5, from));
      });
    },
  );

  it("knows the fractions of its cells only where they are wanted", async () => {
    const { coverage } = await polygonMask({ path }, grid, new AbortController().signal);
    expect(coverage).toBeUndefined();
  });

  it("has the polygons for which a condition holds", async () => {
    const some = await cellsOf({ where: "zone = 16" });
    expect(some.length).toBeGreaterThan(0);
    expect(some.every((cell) => expected[cell]![1] > 0)).toBe(true);
    expect(some.length).toBeLessThan((await cellsOf({})).length);
  });
});
