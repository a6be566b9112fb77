import { readFileSync } from "node:fs";
import { Grid, type ResamplingMethod } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "@quadrat/crs";
import { planResampling } from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";
import { compare, resampleAll } from "./tables.js";

interface Raster {
  readonly width: number;
  readonly height: number;
  readonly affine: readonly [number, number, number, number, number, number];
  readonly values: readonly (number | null)[];
}

interface Layout {
  readonly name: string;
  readonly bounds: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly results: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Made by make.py beside them. */
function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/resample/${name}.json`, import.meta.url), "utf8")) as T;
}

function numbers(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? NaN);
}

function resample(
  raster: Raster,
  crs: string,
  gridCrs: string,
  { bounds, size }: Layout,
  method: ResamplingMethod,
) {
  const [a, b, c, d, e, f] = raster.affine;
  const source = memorySource(
    raster.width,
    raster.height,
    { a, b, c, d, e, f },
    numbers(raster.values),
    "float64",
  );
  const [xmin, ymin, xmax, ymax] = bounds;
  const grid = new Grid({
    crs: gridCrs,
    bounds,
    resolution: [(xmax - xmin) / size[0], (ymax - ymin) / size[1]],
  });
  const own = parseCrs(crs);
  const transform = createTransform(parseCrs(gridCrs), own);
  return resampleAll(
    planResampling({ source, grid, method, transform, geographicSource: own.isGeographic }),
    200,
    5,
  );
}

describe("GDAL's results", () => {
  const { crs, rasters, cases } = fixture<{
    crs: string;
    rasters: Record<string, Raster>;
    cases: readonly (Layout & { raster: string; crs: string })[];
  }>("gdal");
  const exactMethods = new Set(["near", "min", "max", "med", "q1", "q3"]);

  for (const layout of cases) {
    // GDAL drops the fraction of the centre's position when it widens the Lanczos kernel, and does not end a B-spline
    // at its radius on one side; see docs/resampling.md.
    const widened = !/0.3 pixels|1.03 pixels|same pixels/.test(layout.name);
    const methods = Object.keys(layout.results).filter((method) => !(widened && method === "lanczos"));
    describe(layout.name, () => {
      it.each(methods as ResamplingMethod[])("%s", async (method) => {
        const got = await resample(rasters[layout.raster]!, crs, layout.crs, layout, method);
        const result = compare(got, numbers(layout.results[method]!));
        expect(result.nullsDiffer).toBe(0);
        expect(result.both).toBeGreaterThan(0);
        if (exactMethods.has(method)) expect(result.unequal).toBe(0);
        else expect(result.worst).toBeLessThan(widened && method === "cubicspline" ? 0.15 : 1e-5);
      });
    });
  }
});

describe("areas of real outlines, by GEOS", () => {
  const cases = fixture<readonly (Layout & { crs: string; gridCrs: string; raster: Raster })[]>("exact");

  for (const layout of cases) {
    describe(layout.name, () => {
      it.each(["average", "rms", "sum", "min", "max", "med"] as const)("%s", async (method) => {
        const got = await resample(layout.raster, layout.crs, layout.gridCrs, layout, method);
        const result = compare(got, numbers(layout.results[method]!));
        expect(result.nullsDiffer).toBe(0);
        if (["average", "rms", "sum"].includes(method)) expect(result.worst).toBeLessThan(2e-3);
        else expect(result.unequal).toBe(0);
      });

      it.each(["count", "coverage", "variance", "stdev", "variety"] as const)("%s", async (method) => {
        const got = await resample(layout.raster, layout.crs, layout.gridCrs, layout, method);
        const result = compare(got, numbers(layout.results[method]!));
        expect(result.nullsDiffer).toBe(0);
        if (method === "count" || method === "variety") expect(result.unequal).toBe(0);
        else expect(result.worst).toBeLessThan({ coverage: 1e-5, stdev: 2e-3, variance: 0.1 }[method]);
      });

      it("mode", async () => {
        const got = await resample(layout.raster, layout.crs, layout.gridCrs, layout, "mode");
        const want = numbers(layout.results.mode!);
        expect(compare(got, want, (cell) => !Number.isNaN(want[cell]!))).toMatchObject({
          nullsDiffer: 0,
          unequal: 0,
        });
      });
    });
  }
});

describe("poles, the antimeridian and the edges of projections, by counting the parts of pixels that PROJ puts in a cell", () => {
  const cases = fixture<readonly (Layout & { crs: string; gridCrs: string; raster: Raster })[]>("globe");

  it.each(cases.map((layout) => [layout.name, layout] as const))("%s", async (_name, layout) => {
    const { raster, crs, gridCrs, size } = layout;
    const want = numbers(layout.results.sum!);
    const covered = numbers(layout.results.covered!);
    const ones = { ...raster, values: raster.values.map(() => 1) };
    const sum = await resample(raster, crs, gridCrs, layout, "sum");
    const area = await resample(ones, crs, gridCrs, layout, "sum");
    expect(sum).toHaveLength(size[0] * size[1]);
    for (let cell = 0; cell < want.length; cell++) {
      // A side along n pixels, when it runs along the lines on which they are counted, is known to n / 48 by that.
      const uncertain = 0.1 * (1 + Math.sqrt(covered[cell]!));
      expect(Math.abs((area[cell]! || 0) - covered[cell]!)).toBeLessThan(uncertain);
      if (covered[cell]! > 1) expect(Math.abs(sum[cell]! - want[cell]!) / 150).toBeLessThan(uncertain);
      if (covered[cell]! > 0.01) expect(sum[cell]).not.toBeNaN();
      if (covered[cell] === 0) expect(area[cell]! || 0).toBeLessThan(0.02);
    }
    const total = (values: Float64Array) => values.reduce((a, b) => a + (b || 0), 0);
    expect(total(area) / total(covered)).toBeCloseTo(1, 2);
  });
});
