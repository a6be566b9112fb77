import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { Grid, type RasterData } from "@quadrat/core";
import { describe, expect, it, vi } from "vitest";
import { resampleCells, type CellWorker } from "../../src/resample/windows/cells.js";
import { kernelBlock } from "../../src/resample/points/kernel-block.js";
import { kernelRadius } from "../../src/resample/points/kernel-sums.js";
import { planResampling } from "../../src/resample/index.js";
import { kernelWorker } from "../../src/resample/points/point-worker.js";
import { memorySource } from "./memory-source.js";
import { oddPixels, pixelCases } from "./odd-pixels.js";

const cases = fc.record({
  method: fc.constantFrom("bilinear" as const, "cubic" as const, "cubicspline" as const, "lanczos" as const),
  ratioX: fc.constantFrom<number>(0.3, 1, 1.5, 2, 3.3),
  ratioY: fc.constantFrom(0.7, 1, 1.3, 2.5),
  angle: fc.constantFrom(0, 0, 0.01, 1, 3),
  columns: fc.integer({ min: 1, max: 70 }),
  rows: fc.integer({ min: 1, max: 50 }),
  /** The last is a turn of a globe. */
  shift: fc.constantFrom(0, 0.5, 0.3, -1.7, 61.3),
  globe: fc.boolean(),
  ...pixelCases,
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Every kernel has a case of its own, whatever else is drawn. */
const aCaseEach = [true, false].flatMap((single) =>
  (["bilinear", "cubic"] as const).flatMap((method) =>
    ([0.7, 1, 2.5] as const).map((ratioY): [Case] => [
      {
        // Two pixels by two lie under a bilinear kernel only where cells are smaller than pixels.
        ...{ method, ratioX: ratioY < 1 ? 0.3 : 1, ratioY, angle: 0.01, columns: 30, rows: 15 },
        ...(ratioY === 1 ? { shift: 61.3, globe: true } : { shift: 0.3, globe: false }),
        ...{ single, specials: 0, seed: Array.from({ length: 97 }, (_, i) => i / 97) },
      },
    ]),
  ),
);

describe("kernels around any points, all cells of a block at once", () => {
  it("give the bits that they give cell by cell", { timeout: 120_000 }, async () => {
    const k = kernels();
    const names = [
      ...(["bilinear2x2of32", "bilinear2x2of64", "bilinear32", "bilinear64"] as const),
      ...(["cubic32", "cubic64"] as const),
    ];
    const calls = names.map((name) => vi.spyOn(k, name));
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const [width, height] = [61, 43];
        const data = oddPixels(c, width * height);
        const size = c.globe ? 360 / width : 1;
        const affine = { a: size, b: 0, c: -180, d: 0, e: -1, f: 40 };
        const source = memorySource(width, height, affine, data, c.single ? "float32" : "float64");
        const [left, top] = [-180 + c.shift * size, 40 + c.shift];
        const grid = new Grid({
          crs: "a",
          resolution: [c.ratioX * size, c.ratioY],
          bounds: [left, top - c.rows * c.ratioY, left + c.columns * c.ratioX * size, top],
        });
        const [cosine, sine] = [Math.cos(c.angle), Math.sin(c.angle)];
        const transform = {
          identity: false,
          transform(xs: Float64Array, ys: Float64Array) {
            for (let i = 0; i < xs.length; i++) {
              const [x, y] = [xs[i]! - left, ys[i]! - top];
              xs[i] = left + cosine * x - sine * y;
              ys[i] = top + sine * x + cosine * y;
            }
          },
        };
        const plan = planResampling({ source, grid, method: c.method, transform, geographicSource: c.globe });
        const resampled = async (worker: CellWorker): Promise<Uint8Array> => {
          const out: RasterData = new Float64Array(grid.width * grid.height).fill(NaN);
          await resampleCells(source, worker, [0, grid.width], 0, grid.height, 1e6, out);
          return new Uint8Array(out.map((value) => (value === value ? value : NaN)).buffer);
        };
        const worker = kernelWorker(grid, plan.map, c.method, plan.scale, plan.tolerance);
        const cellByCell = await resampled({ ...worker, atOnce: undefined });
        expect(Buffer.compare(await resampled(worker), cellByCell)).toBe(0);
      }),
      { numRuns: 150, examples: aCaseEach },
    );
    expect(names.filter((_, i) => calls[i]!.mock.calls.length === 0)).toEqual([]);
  });

  it("are made in vectors where cells have few pixels", () => {
    const wide = { x: 0.5, y: 0.5, plain: false };
    expect(kernelBlock("cubic", kernelRadius("cubic", wide), 1e-6)).toBeDefined();
    const block = kernelBlock("bilinear", kernelRadius("bilinear", wide), 1e-6)!;
    const window = { col: 0, row: 0, width: 8, height: 8 };
    const data = Float32Array.from({ length: 64 }, (_, i) => i);
    expect(block.load({ data, window }, 0, 0)).toBe(true);
    const values = block.values(Float64Array.of(4, 4.25, 0.5), Float64Array.of(4, 4.75, 4));
    expect(values.subarray(0, 3)).toEqual(Float64Array.of(31.5, 37.75, NaN));
    expect(block.load({ data, window }, 360, -90)).toBe(true);
    const turned = block.values(Float64Array.of(-356, -355.75), Float64Array.of(94, 94.75));
    expect(turned.subarray(0, 2)).toEqual(Float64Array.of(31.5, 37.75));
  });
});
