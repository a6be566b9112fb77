import fc from "fast-check";
import { Grid, type Affine } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "@quadrat/crs";
import { planResampling, resampleBand, type CoordinateTransform } from "../../src/resample/index.js";
import { outsideRuns } from "../../src/resample/outside.js";
import { memorySource } from "./memory-source.js";

interface Case {
  readonly width: number;
  readonly height: number;
  readonly affine: Affine;
  readonly grid: Grid;
  readonly transform: CoordinateTransform;
  readonly geographicSource: boolean;
}

/** The runs of cells without the pixel that `near` would take: each cell's centre is looked at on its own. */
async function bruteForce(input: Case): Promise<number[]> {
  const { width, height, affine, grid } = input;
  const source = memorySource(width, height, affine, new Float32Array(width * height).fill(1), "float32");
  const plan = planResampling({ ...input, source, method: "near" });
  const values = await resampleBand(plan, 0, grid.height, 1 << 24);
  const runs: number[] = [];
  values.forEach((value, cell) => {
    if (!Number.isNaN(value)) return;
    if (runs.at(-1) === cell) runs[runs.length - 1] = cell + 1;
    else runs.push(cell, cell + 1);
  });
  return runs;
}

function found(input: Case, cuts: readonly number[] = []): number[] {
  const { width, height, affine, grid } = input;
  const source = memorySource(width, height, affine, new Float32Array(width * height), "float32");
  const plan = planResampling({ ...input, source, method: "average" });
  const rows = [...new Set([0, ...cuts.map((cut) => cut % grid.height), grid.height])].sort((p, q) => p - q);
  const runs: number[] = [];
  for (let i = 1; i < rows.length; i++) {
    for (const end of outsideRuns(plan, rows[i - 1]!, rows[i]!)) {
      if (runs.length % 2 === 0 && runs.at(-1) === end) runs.pop();
      else runs.push(end);
    }
  }
  return runs;
}

function between(from: string, to: string): CoordinateTransform {
  return createTransform(parseCrs(from), parseCrs(to));
}

/** A raster in its own CRS under a grid in another: all that a study may meet. */
const studies: Record<string, { grid: Grid; source: string; affine: Affine; width: number; height: number }> =
  {
    "UTM on longitudes": {
      grid: new Grid({ crs: "EPSG:4326", resolution: [0.04, 0.04], bounds: [5, 45, 13, 52] }),
      source: "EPSG:32632",
      affine: { a: 1000, b: 0, c: 300_000, d: 0, e: -1000, f: 5_600_000 },
      width: 400,
      height: 400,
    },
    "the world on an equal-area grid": {
      grid: new Grid({
        crs: "ESRI:54009",
        resolution: [100_000, 100_000],
        bounds: [-18_100_000, -9_100_000, 18_100_000, 9_100_000],
      }),
      source: "EPSG:4326",
      affine: { a: 1, b: 0, c: -180, d: 0, e: -1, f: 90 },
      width: 360,
      height: 180,
    },
    "a part of the world around a pole": {
      grid: new Grid({
        crs: "EPSG:3575",
        resolution: [50_000, 50_000],
        bounds: [-6_000_000, -6_000_000, 6_000_000, 6_000_000],
      }),
      source: "EPSG:4326",
      affine: { a: 0.5, b: 0, c: 20, d: 0, e: -0.5, f: 85 },
      width: 300,
      height: 60,
    },
    "across the date line": {
      grid: new Grid({ crs: "EPSG:3832", resolution: [50_000, 50_000], bounds: [-9e6, -5e6, 9e6, 5e6] }),
      source: "EPSG:4326",
      affine: { a: 0.25, b: 0, c: 160, d: 0, e: -0.25, f: 20 },
      width: 160,
      height: 120,
    },
    "a sinusoidal tile on longitudes": {
      grid: new Grid({ crs: "EPSG:4326", resolution: [0.25, 0.25], bounds: [-180, -90, 180, 90] }),
      source: "+proj=sinu +R=6371007.181",
      affine: { a: 9266, b: 0, c: -7_783_653, d: 0, e: -9266, f: 6_671_703 },
      width: 240,
      height: 120,
    },
  };

describe("outsideRuns", () => {
  it.each(Object.keys(studies))("finds each cell whose centre is not on the raster: %s", async (name) => {
    const { grid, source, ...raster } = studies[name]!;
    const transform = between(grid.crs, source);
    const input = { ...raster, grid, transform, geographicSource: parseCrs(source).isGeographic };
    const expected = await bruteForce(input);
    expect(expected.length).toBeGreaterThan(2);
    expect(found(input)).toEqual(expected);
    expect(found(input, [17, 40, 41])).toEqual(expected);
  });

  it("transforms few centres", () => {
    const { grid, source, ...raster } = studies["UTM on longitudes"]!;
    let points = 0;
    const exact = between(grid.crs, source);
    const transform: CoordinateTransform = {
      identity: false,
      transform(xs, ys) {
        points += xs.length;
        exact.transform(xs, ys);
      },
    };
    const input = { ...raster, grid, transform, geographicSource: false };
    const plan = planResampling({
      ...input,
      source: memorySource(raster.width, raster.height, raster.affine, new Float32Array(160_000), "float32"),
      method: "average",
    });
    points = 0;
    outsideRuns(plan, 0, grid.height);
    expect(points).toBeLessThan(0.2 * grid.size);
  });

  const affine = (turn: number, pixel: number): Affine => {
    const [cos, sin] = [Math.cos(turn) * pixel, Math.sin(turn) * pixel];
    return { a: cos, b: sin, c: -10, d: sin, e: -cos, f: 8 };
  };
  const bent = (bend: number): CoordinateTransform => ({
    identity: false,
    transform(xs, ys) {
      for (let i = 0; i < xs.length; i++) {
        const [x, y] = [xs[i]!, ys[i]!];
        xs[i] = x + bend * y * y;
        ys[i] = y - bend * x * x;
      }
    },
  });

  it("finds them for rasters that are turned, of any size, under curved lines", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          turn: fc.double({ min: 0, max: Math.PI / 2, noNaN: true }),
          pixel: fc.constantFrom(0.05, 0.3, 1, 5),
          width: fc.integer({ min: 1, max: 60 }),
          height: fc.integer({ min: 1, max: 60 }),
          cell: fc.constantFrom(0.1, 0.25, 0.6),
          columns: fc.integer({ min: 1, max: 150 }),
          rows: fc.integer({ min: 1, max: 60 }),
          bend: fc.constantFrom(0, 0.005, 0.02),
          identity: fc.boolean(),
        }),
        async ({ turn, pixel, width, height, cell, columns, rows, bend, identity }) => {
          const bounds = [-15, 10 - rows * cell, -15 + columns * cell, 10] as const;
          const input = {
            width,
            height,
            affine: affine(identity ? 0 : turn, pixel),
            grid: new Grid({ crs: "a", resolution: [cell, cell], bounds }),
            transform: identity ? { identity: true, transform: () => undefined } : bent(bend),
            geographicSource: false,
          };
          expect(found(input)).toEqual(await bruteForce(input));
        },
      ),
      { numRuns: 100 },
    );
  });
});
