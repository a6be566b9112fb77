import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { Grid, type RasterData } from "@quadrat/core";
import { describe, expect, it, vi } from "vitest";
import { planResampling } from "../../src/resample/index.js";
import { kernelFinisher } from "../../src/resample/separable/kernel-finisher.js";
import { withRings, type RingFinisher } from "../../src/resample/separable/ring-finisher.js";
import { resampleSeparable } from "../../src/resample/separable/separable.js";
import { memorySource } from "./memory-source.js";
import { oddPixels, pixelCases } from "./odd-pixels.js";

const cases = fc.record({
  method: fc.constantFrom("bilinear" as const, "cubic" as const, "cubicspline" as const, "lanczos" as const),
  ratio: fc.constantFrom(1, 2, 3, 4),
  columns: fc.integer({ min: 20, max: 41 }),
  rows: fc.integer({ min: 3, max: 9 }),
  shift: fc.constantFrom(0, 0.25, 0.3, -1.7),
  globe: fc.boolean(),
  ...pixelCases,
  pixels: fc.integer({ min: 400, max: 5000 }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Every kernel has cases of its own, whatever else is drawn. */
const ofEachKernel = [true, false].flatMap((single) =>
  (["bilinear", "cubic", "cubicspline", "lanczos"] as const).flatMap((method) =>
    ([1, 2] as const).flatMap((ratio) =>
      ([0, 0.25, 0.3] as const).map((shift): [Case] => {
        const seed = Array.from({ length: 97 }, (_, i) => ((i * 31) % 97) / 97);
        const shape = { columns: 40, rows: 9, globe: false, pixels: 5000 };
        return [{ single, method, ratio, shift, specials: 0, seed, ...shape }];
      }),
    ),
  ),
);

describe("separable kernels", () => {
  it("give the bits that rings give", async () => {
    let taken = 0;
    const k = kernels();
    const names = [
      ...(["across32_2_1", "across32_4_1", "across32_4_2", "across32", "across64"] as const),
      ...(["down", "downTwo", "downCounted"] as const),
    ];
    const calls = names.map((name) => vi.spyOn(k, name));
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const [width, height] = [c.columns * c.ratio, c.rows * c.ratio];
        const data = oddPixels(c, width * height);
        const size = c.globe ? 360 / width : 0.5;
        const affine = { a: size, b: 0, c: -180, d: 0, e: -0.5, f: 40 };
        const source = memorySource(width, height, affine, data, c.single ? "float32" : "float64");
        const left = -180 + c.shift * size;
        const top = 40 + c.shift * 0.5;
        const grid = new Grid({
          crs: "a",
          resolution: [c.ratio * size, c.ratio * 0.5],
          bounds: [left, top - height * 0.5, left + width * size, top],
        });
        const plan = planResampling({
          source,
          grid,
          method: c.method,
          transform: { identity: true, transform: () => undefined },
          geographicSource: c.globe,
        });
        const finisher = kernelFinisher(c.method, plan.axes!.main);
        const resampled = async (use: RingFinisher): Promise<Uint8Array> => {
          const out: RasterData = new Float64Array(grid.width * grid.height).fill(NaN);
          await resampleSeparable(source, withRings(use), 0, grid.height, c.pixels, out);
          return new Uint8Array(out.map((value) => (value === value ? value : NaN)).buffer);
        };
        const vectors: RingFinisher["vectors"] = (block, capacity) => {
          const made = finisher.vectors?.(block, capacity);
          if (made) taken++;
          return made;
        };
        const whole = await resampled({ ...finisher, vectors });
        const rings = await resampled({
          stages: finisher.stages,
          start: (r, block) => finisher.start(r, block),
        });
        expect(Buffer.compare(whole, rings)).toBe(0);
      }),
      { numRuns: 300, examples: ofEachKernel },
    );
    expect(taken).toBeGreaterThan(100);
    expect(names.filter((_, i) => calls[i]!.mock.calls.length < 20)).toEqual([]);
  });
});
