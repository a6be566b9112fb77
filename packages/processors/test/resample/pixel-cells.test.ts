import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { Grid, type RasterData } from "@quadrat/core";
import { describe, expect, it, vi } from "vitest";
import { planResampling } from "../../src/resample/index.js";
import { accumulator } from "../../src/resample/methods/accumulators.js";
import type { PixelMethod } from "../../src/resample/methods/pixel-kernels.js";
import { areaWorker, rectangles } from "../../src/resample/outlines/area-worker.js";
import type { AxisPair } from "../../src/resample/separable/axis-spans.js";
import { areaFinisher, extremeFinisher } from "../../src/resample/separable/area-finisher.js";
import { pixelFinisher } from "../../src/resample/separable/pixel-finisher.js";
import { withRings, type RingFinisher } from "../../src/resample/separable/ring-finisher.js";
import { resampleSeparable } from "../../src/resample/separable/separable.js";
import { resampleCells } from "../../src/resample/windows/cells.js";
import { memorySource } from "./memory-source.js";
import { typedCases, typedPixels } from "./odd-pixels.js";

const methods = ["mode", "q1", "med", "q3", "min", "max", "rms"] as const;

const cases = fc.record({
  method: fc.constantFrom(...methods),
  /** Pixels of a cell, across and down. */
  across: fc.constantFrom(1, 2, 2, 2, 3, 2.4, 4.8, 7),
  down: fc.constantFrom(1, 2, 2, 2, 3, 2.4, 5.5),
  columns: fc.integer({ min: 5, max: 23 }),
  rows: fc.integer({ min: 2, max: 6 }),
  shift: fc.constantFrom(0, 0, 2, -3, 0.25, -1.7),
  globe: fc.boolean(),
  ...typedCases,
  pixels: fc.integer({ min: 200, max: 5000 }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Every kernel has a case of its own, whatever else is drawn. */
const aCaseEach = methods.flatMap((method) =>
  (["float32", "float64", "uint8"] as const).flatMap((type) =>
    ([2, 2.4] as const).map((size): [Case] => [
      {
        ...{ method, type, across: size, down: size, columns: 23, rows: 6, shift: 0, globe: false },
        ...{ different: 5, specials: 0.1, pixels: 5000 },
        seed: Array.from({ length: 97 }, (_, i) => ((37 * i) % 97) / 97),
      },
    ]),
  ),
);

function setting(c: Case) {
  const [width, height] = [Math.ceil(c.columns * c.across), Math.ceil(c.rows * c.down)];
  const size = c.globe ? 360 / width : 0.5;
  const affine = { a: size, b: 0, c: -180, d: 0, e: -0.5, f: 40 };
  const source = memorySource(width, height, affine, typedPixels(c, width * height), c.type);
  const left = -180 + c.shift * size;
  const top = 40 + c.shift * 0.5;
  const grid = new Grid({
    crs: "a",
    resolution: [c.across * size, c.down * 0.5],
    bounds: [left, top - c.rows * c.down * 0.5, left + c.columns * c.across * size, top],
  });
  const transform = { identity: true, transform: () => undefined };
  const plan = planResampling({ source, grid, method: c.method, transform, geographicSource: c.globe });
  return { source, grid, axes: plan.axes!.main };
}

function ringsOf(method: PixelMethod, axes: AxisPair): RingFinisher | undefined {
  if (method === "rms") return areaFinisher(method, axes);
  return method === "min" || method === "max" ? extremeFinisher(method, axes) : undefined;
}

/** What resamples cell by cell, or from rings. */
async function plainly(
  c: Case,
  { source, grid, axes }: ReturnType<typeof setting>,
  out: RasterData,
): Promise<void> {
  const rings = ringsOf(c.method, axes);
  if (rings) return resampleSeparable(source, withRings(rings), 0, grid.height, c.pixels, out);
  const worker = areaWorker(rectangles(axes), accumulator(c.method, c.type));
  return resampleCells(source, worker, [0, grid.width], 0, grid.height, c.pixels, out);
}

describe("the kernels that look at every pixel of a cell", () => {
  it("give the bits of accumulators and rings", { timeout: 120_000 }, async () => {
    const k = kernels();
    const names = [
      ...([
        "mode32",
        "mode64",
        "modeOfClasses",
        "modeOfPairs",
        "quantile32",
        "quantile64",
        "quantileOfPairs",
      ] as const),
      ...(["minimum32", "minimum64", "minimumOfPairs", "maximum32", "maximum64", "maximumOfPairs"] as const),
      ...(["rms32", "rms64", "rmsOfPairs"] as const),
    ];
    const calls = names.map((name) => vi.spyOn(k, name));
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const set = setting(c);
        const bits = async (resample: (out: RasterData) => Promise<void>): Promise<Uint8Array> => {
          const out = new Float64Array(set.grid.size).fill(NaN);
          await resample(out);
          return new Uint8Array(out.map((value) => (value === value ? value : NaN)).buffer);
        };
        const finisher = pixelFinisher(c.method, set.axes, set.source)!;
        const found = await bits((out) =>
          resampleSeparable(set.source, finisher, 0, set.grid.height, c.pixels, out),
        );
        const expected = await bits((out) => plainly(c, set, out));
        expect(Buffer.compare(found, expected)).toBe(0);
      }),
      { numRuns: 1500, examples: aCaseEach },
    );
    expect(names.filter((_, i) => calls[i]!.mock.calls.length === 0)).toEqual([]);
  });

  it("refuse a value that is not one of the classes", async () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => (i === 37 ? 256 : i % 5));
    const source = memorySource(8, 8, { a: 1, b: 0, c: 0, d: 0, e: -1, f: 8 }, data, "uint8");
    const grid = new Grid({ crs: "a", resolution: [4, 4], bounds: [0, 0, 8, 8] });
    const transform = { identity: true, transform: () => undefined };
    const plan = planResampling({ source, grid, method: "mode", transform, geographicSource: false });
    const finisher = pixelFinisher("mode", plan.axes!.main, source)!;
    await expect(resampleSeparable(source, finisher, 0, 2, 1000, new Float32Array(4))).rejects.toThrow(
      "a source of whole numbers from 0 to 255 has the value 256",
    );
  });

  it("are left out where cells have too many pixels", () => {
    const source = memorySource(
      200,
      200,
      { a: 1, b: 0, c: 0, d: 0, e: -1, f: 200 },
      new Float32Array(1),
      "float32",
    );
    const grid = new Grid({ crs: "a", resolution: [50, 50], bounds: [0, 0, 200, 200] });
    const transform = { identity: true, transform: () => undefined };
    const plan = planResampling({ source, grid, method: "med", transform, geographicSource: false });
    expect(pixelFinisher("med", plan.axes!.main, source)).toBeDefined();
    expect(pixelFinisher("mode", plan.axes!.main, source)).toBeUndefined();
  });
});
