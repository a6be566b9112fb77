import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { Grid } from "@quadrat/core";
import { describe, expect, it, vi } from "vitest";
import { planResampling } from "../../src/resample/index.js";
import type { Accumulator } from "../../src/resample/methods/accumulator.js";
import { accumulator } from "../../src/resample/methods/accumulators.js";
import { areaWorker } from "../../src/resample/outlines/area-worker.js";
import { outlines } from "../../src/resample/outlines/outlines.js";
import { resampleCells } from "../../src/resample/windows/cells.js";
import { memorySource } from "./memory-source.js";
import { typedCases, typedPixels } from "./odd-pixels.js";

const cases = fc.record({
  method: fc.constantFrom("mode" as const, "q1" as const, "med" as const, "q3" as const),
  ratio: fc.constantFrom(0.3, 1, 1.4, 2),
  angle: fc.constantFrom(0.001, 0.1, 1, 3),
  columns: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 30 }),
  shift: fc.constantFrom(0, 0.5, -1.7),
  ...typedCases,
});

describe("the kernels for cells in boxes of pixels", () => {
  it("give the bits of the accumulators", { timeout: 60_000 }, async () => {
    const k = kernels();
    const names = [
      ...(["mode32InBoxes", "mode64InBoxes", "modeOfClassesInBoxes"] as const),
      ...(["quantile32InBoxes", "quantile64InBoxes"] as const),
    ];
    const calls = names.map((name) => vi.spyOn(k, name));
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const [width, height] = [61, 43];
        const affine = { a: 1, b: 0, c: -180, d: 0, e: -1, f: 40 };
        const source = memorySource(width, height, affine, typedPixels(c, width * height), c.type);
        const [left, top] = [-170 + c.shift, 30 + c.shift];
        const grid = new Grid({
          crs: "a",
          resolution: [c.ratio, c.ratio],
          bounds: [left, top - c.rows * c.ratio, left + c.columns * c.ratio, top],
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
        const plan = planResampling({ source, grid, method: c.method, transform, geographicSource: false });
        const resampled = async (use: Accumulator): Promise<Uint8Array> => {
          const worker = areaWorker(outlines(grid, plan.map, plan.tolerance), use);
          const out = new Float64Array(grid.size).fill(NaN);
          await resampleCells(source, worker, [0, grid.width], 0, grid.height, 1e6, out);
          return new Uint8Array(out.map((value) => (value === value ? value : NaN)).buffer);
        };
        const { inBoxes, ...plain } = accumulator(c.method, c.type);
        expect(inBoxes).toBeDefined();
        const expected = await resampled(plain);
        expect(Buffer.compare(await resampled(accumulator(c.method, c.type)), expected)).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(names.filter((_, i) => calls[i]!.mock.calls.length < 20)).toEqual([]);
  });
});
