import { readFileSync } from "node:fs";
import { Grid, type Bounds } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import { countSource, joinTotals, type SourceTotal } from "../../src/conservation/source-total.js";
import { sumOf } from "../../src/conservation/exact-sum.js";
import { planSource, resampleBand } from "../../src/resample/index.js";
import { planFor } from "../../src/staging/plan.js";
import { memorySource } from "../resample/memory-source.js";

interface Case {
  readonly crs: string;
  readonly width: number;
  readonly height: number;
  readonly affine: readonly [a: number, c: number, e: number, f: number];
  readonly grid: { readonly crs: string; readonly resolution: [number, number]; readonly bounds: Bounds };
  /** By numpy and GEOS, see make_totals.py. */
  readonly total: number;
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/conservation/totals.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Case>>;

function rasterOf({ width, height, affine: [a, c, e, f] }: Case, change = (value: number): number => value) {
  const data = Float64Array.from({ length: width * height }, (_, i) => {
    const [col, row] = [i % width, Math.floor(i / width)];
    return (col * 7 + row * 13) % 41 === 0 ? NaN : change(((col * 31 + row * 17) % 1000) / 8);
  });
  return memorySource(width, height, { a, b: 0, c, d: 0, e, f }, data, "float64");
}

/** The total by bands of so many rows, with or without the cells of the bands being computed. */
async function totalOf(one: Case, bandRows: number, resampled: boolean, source = rasterOf(one)) {
  const grid = new Grid(one.grid);
  const { plan } = planFor(source, one.crs, grid, "sum");
  const counter = countSource(source, one.crs, plan);
  const through = planSource(plan, { source: counter.source, reducer: undefined });
  const totals: SourceTotal[] = [];
  for (let row = 0; row < grid.height; row += bandRows) {
    const end = Math.min(grid.height, row + bandRows);
    counter.begin(row, end);
    if (resampled) await resampleBand(through, row, end, 4096, { dataType: "float64" });
    totals.push(await counter.end(4096));
  }
  return joinTotals(totals);
}

describe("the total of a raster inside a grid", () => {
  it.each(Object.entries(cases))("is that of numpy and GEOS: %s", async (_, one) => {
    const { parts, unknown } = await totalOf(one, 1000, false);
    expect(unknown).toBeUndefined();
    const isAligned = one.crs === one.grid.crs;
    // Both outlines have corners instead of curves: ours deviate by a ten-millionth of a pixel.
    expect(Math.abs(sumOf([parts]).value / one.total - 1)).toBeLessThan(isAligned ? 1e-13 : 1e-8);
  });

  it.each(Object.entries(cases))(
    "has the same bits by any bands, read along or alone: %s",
    async (_, one) => {
      const expected = sumOf([(await totalOf(one, 1000, false)).parts]).value;
      for (const rows of [1, 3, 7]) {
        for (const resampled of [true, false]) {
          const { parts } = await totalOf(one, rows, resampled);
          expect(sumOf([parts]).value).toBe(expected);
        }
      }
    },
  );

  it("reads no pixel again that the cells are computed from", async () => {
    const one = cases["beside"]!;
    const source = rasterOf(one);
    await totalOf(one, 1000, true, source);
    const alone = rasterOf(one);
    const { plan } = planFor(alone, one.crs, new Grid(one.grid), "sum");
    await resampleBand(plan, 0, plan.grid.height, 4096, { dataType: "float64" });
    expect(source.reads).toEqual(alone.reads);
  });

  it("is not known with infinite pixels", async () => {
    for (const name of ["beside", "zone"]) {
      const one = cases[name]!;
      const source = rasterOf(one, (value) => (value === 62.5 ? Infinity : value));
      expect((await totalOf(one, 4, false, source)).unknown).toBe("the raster has infinite values");
    }
  });

  it("is not known where the outline of the grid leaves the raster's coordinate system", async () => {
    const one = { ...cases["degrees"]!, crs: "+proj=ortho +lat_0=50 +lon_0=10 +R=6370997" };
    const grid = {
      crs: "EPSG:4326",
      resolution: [10, 10] as [number, number],
      bounds: [-180, -90, 180, 90] as Bounds,
    };
    const source = rasterOf({ ...one, affine: [90_000, -6_000_000, -90_000, 6_000_000] });
    expect((await totalOf({ ...one, grid }, 5, false, source)).unknown).toMatch(/outline of the grid/);
  });
});
