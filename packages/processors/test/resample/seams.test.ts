import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Grid, type Affine, type RasterSource } from "@quadrat/core";
import { resamplingMethods, type ResamplingMethod } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { planWith, resampleAll } from "./tables.js";
import { memorySource } from "./memory-source.js";

/** Made by make_seams.py beside it: what PROJ puts into a cell of 48 x 48 points of every pixel. */
interface Case {
  readonly name: string;
  readonly crs: string;
  readonly affine: readonly [number, number, number, number, number, number];
  readonly shape: readonly [number, number];
  readonly gridCrs: string;
  readonly bounds: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly sum: readonly number[];
  readonly covered: readonly number[];
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/resample/seams.json", import.meta.url), "utf8"),
) as readonly Case[];

function rasterOf(
  { crs, affine: [a, b, c, d, e, f], shape: [width, height] }: Omit<Case, "gridCrs" | "bounds" | "size">,
  value: (column: number, row: number) => number,
): RasterSource {
  const affine: Affine = { a, b, c, d, e, f };
  const data = Float64Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return { ...memorySource(width, height, affine, data, "float64"), crs };
}

const varied = (column: number, row: number): number => ((7 * column + 11 * row) % 23) + 1;
const ones = (): number => 1;

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + (value || 0), 0);
}

describe("sources that cut the globe open, by counting the parts of pixels that PROJ puts in a cell", () => {
  it.each(cases.map((layout) => [layout.name, layout.gridCrs, layout] as const))(
    "%s onto %s",
    async (_name, _crs, layout) => {
      const { gridCrs, bounds, size } = layout;
      const [xmin, ymin, xmax, ymax] = bounds;
      const resolution = [(xmax - xmin) / size[0], (ymax - ymin) / size[1]] as const;
      const grid = new Grid({ crs: gridCrs, bounds, resolution });
      const sum = await resampleAll(planWith(rasterOf(layout, varied), grid, "sum"));
      const area = await resampleAll(planWith(rasterOf(layout, ones), grid, "sum"));
      for (let cell = 0; cell < grid.size; cell++) {
        // A side along n pixels, when it runs along the lines on which they are counted, is known to n / 96 by that, on either side.
        const uncertain = 0.03 * (1 + Math.sqrt(layout.covered[cell]!));
        expect(Math.abs((area[cell]! || 0) - layout.covered[cell]!)).toBeLessThan(uncertain);
        expect(Math.abs((sum[cell]! || 0) - layout.sum[cell]!) / 24).toBeLessThan(uncertain);
      }
      expect(total(area) / total(layout.covered)).toBeCloseTo(1, 3);
      expect(total(sum) / total(layout.sum)).toBeCloseTo(1, 3);
    },
  );
});

/** Every source once. */
const sources = cases.filter(({ gridCrs }) => gridCrs === "EPSG:4326");

async function onto(
  source: RasterSource,
  west: number,
  step: readonly [number, number],
  method: ResamplingMethod,
) {
  const grid = new Grid({ crs: "EPSG:4326", bounds: [west, -90, west + 360, 90], resolution: step });
  return { grid, values: await resampleAll(planWith(source, grid, method)) };
}

/** The largest difference between two grids' cells in the same place, of the largest value, or of 1 if all are smaller. */
function difference(one: Awaited<ReturnType<typeof onto>>, other: Awaited<ReturnType<typeof onto>>): number {
  const { grid } = one;
  const shift = Math.round((other.grid.bounds[0] - grid.bounds[0]) / grid.resolution[0]);
  const largest = one.values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 1);
  let worst = 0;
  for (let cell = 0; cell < grid.size; cell++) {
    const column = ((((cell % grid.width) - shift) % grid.width) + grid.width) % grid.width;
    const value = one.values[cell]!;
    const there = other.values[Math.floor(cell / grid.width) * grid.width + column]!;
    expect([cell, Number.isNaN(there)]).toEqual([cell, Number.isNaN(value)]);
    if (!Number.isNaN(value)) worst = Math.max(worst, Math.abs(value - there) / largest);
  }
  return worst;
}

const steps = [
  [10, 10],
  [20, 30],
  [7.5, 5],
  [40, 15],
  [90, 45],
  [120, 60],
  [180, 90],
  [360, 30],
] as const;

describe("global grids that begin elsewhere", () => {
  it.each(sources.map((source) => [source.name, source] as const))(
    "have the same values in the same cells: %s",
    async (_name, layout) => {
      for (const step of steps) {
        // Sides of more than a third of the globe, or of a conic, are drawn to less.
        const close = step[0] > 120 || layout.name === "Albers" ? 1e-4 : 1e-6;
        const first = await onto(rasterOf(layout, varied), -180, step, "sum");
        for (const turns of [-1, 1, 2, 7]) {
          const west = -180 + turns * step[0];
          if (west + 360 > 570) continue;
          const other = await onto(rasterOf(layout, varied), west, step, "sum");
          expect([step, west, difference(first, other) < close]).toEqual([step, west, true]);
        }
      }
    },
  );

  it.each(resamplingMethods.filter((method) => method !== "fractions"))("by %s", async (method) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.constantFrom([10, 10] as const, [20, 15] as const),
        fc.integer({ min: -18, max: 18 }),
        fc.boolean(),
        async (layout, step, turns, holes) => {
          const value = (column: number, row: number): number =>
            holes && (column * 5 + row * 3) % 7 === 0 ? NaN : varied(column, row);
          const source = rasterOf(layout, value);
          const one = await onto(source, -180, step, method);
          const other = await onto(source, -180 + turns * step[0], step, method);
          expect(difference(one, other)).toBeLessThan(layout.name === "Albers" ? 1e-4 : 1e-6);
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("a centre on the seam", () => {
  const step = 2_003_750.834;
  const plate = {
    crs: "+proj=eqc +datum=WGS84 +units=m",
    affine: [step, 0, -10 * step, 0, -step, 5 * step] as const,
  };

  it("takes the pixel in the east, whichever way its longitude is written", async () => {
    const source = rasterOf(
      { ...sources[0]!, ...plate, affine: [...plate.affine], shape: [20, 10] },
      (column) => column,
    );
    const valueAt = async (longitude: number): Promise<number> => {
      const bounds = [longitude - 5, 0, longitude + 5, 10] as const;
      const grid = new Grid({ crs: "EPSG:4326", bounds, resolution: [10, 10] });
      return (await resampleAll(planWith(source, grid, "near")))[0]!;
    };
    expect([await valueAt(180), await valueAt(-180), await valueAt(540), await valueAt(170)]).toEqual([
      0, 0, 0, 19,
    ]);
  });
});

describe("cells wider than half the globe", () => {
  it("have all of it, wherever it is cut", async () => {
    for (const layout of sources) {
      for (const west of [-180, 0, 70, -200]) {
        const { values } = await onto(rasterOf(layout, ones), west, [360, 180], "sum");
        expect([layout.name, west, Math.abs(values[0]! / total(layout.covered) - 1) < 1e-3]).toEqual([
          layout.name,
          west,
          true,
        ]);
      }
    }
  });
});
