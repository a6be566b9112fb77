import { Grid } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import { planFor } from "../../src/staging/plan.js";
import { memorySource } from "./memory-source.js";

/** Luxembourg in pixels of 30 arc seconds. */
const pixel = 1 / 120;
const source = memorySource(
  96,
  90,
  { a: pixel, b: 0, c: 5.7, d: 0, e: -pixel, f: 50.2 },
  new Float64Array(96 * 90).fill(7),
  "float64",
);

const methodOn = (resolution: readonly [number, number], bounds: readonly [number, number, number, number]) =>
  planFor(source, "EPSG:4326", new Grid({ crs: "EPSG:4326", resolution, bounds }), { type: "continuous" })
    .plan.method;

describe("the method of continuous values where none is given", () => {
  it.each([
    [360, 180],
    [360, 90],
    [180, 180],
    [240, 90],
    [120, 90],
    [1, 1],
  ])("is average for cells of %d by %d degrees, up to the whole globe", (x, y) => {
    expect(methodOn([x, y], [-180, -90, x === 240 ? 300 : 180, 90])).toBe("average");
  });

  it.each([
    [2 * pixel, 2 * pixel, "average"],
    [2 * pixel, pixel / 4, "average"],
    [pixel / 4, 2 * pixel, "average"],
    [pixel, pixel, "bilinear"],
    [pixel / 2, pixel / 3, "bilinear"],
  ])("of cells of %d by %d degrees is %s", (x, y, method) => {
    expect(methodOn([x, y], [5.8, 49.6, 5.8 + 20 * x, 49.6 + 20 * y])).toBe(method);
  });

  it.each([
    [2000, "average"],
    [400, "bilinear"],
  ])("follows the cells of %d m under a small raster, not those of the whole continent", (size, method) => {
    const grid = new Grid({ crs: "EPSG:3035", resolution: [size, size], bounds: [1e6, 0, 9e6, 8e6] });
    expect(planFor(source, "EPSG:4326", grid, { type: "continuous" }).plan.method).toBe(method);
  });
});
