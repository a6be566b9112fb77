import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { floatPlanes } from "../src/pixels/float-planes.js";
import { fixture, readWhole } from "./helpers.js";
import { floatBits } from "../src/pixels/nodata.js";
import { undoFloatPredictor } from "../src/pixels/predictor.js";

interface BlockSpec {
  readonly width: number;
  readonly rows: number;
  readonly seed: number;
  readonly nodata: { readonly low: number; readonly high: number } | undefined;
}

/** Stored rows with what their floats are, by the byte-wise code that any sample size takes. */
const blocks = fc
  .record({
    width: fc.integer({ min: 1, max: 90 }),
    rows: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    nodata: fc.constantFrom(undefined, { low: -9999, high: -9998 }, { low: 1e-20, high: 1e30 }),
  })
  .map(blockOf);

function blockOf({ width, rows, seed, nodata }: BlockSpec) {
  const stored = new Uint8Array(4 * width * rows);
  for (let i = 0, state = seed; i < stored.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    stored[i] = state >>> 16;
  }
  // Two bands, the other of which is empty, go the general way.
  const pairs = new Uint8Array(2 * stored.length);
  stored.forEach((byte, i) => (pairs[2 * i] = byte));
  const floats = undoFloatPredictor(pairs, 4, { width, rows, stride: 2, band: 0 });
  const values = new Float32Array(floats.buffer);
  const words = new Int32Array(floats.buffer);
  values.forEach((value, i) => {
    if (nodata && value >= nodata.low && value <= nodata.high) words[i] = 0x7fc00000;
  });
  return { width, rows, stored, blank: floatBits(nodata)!, words };
}

describe("the floating-point predictor", () => {
  const undone = (
    { width, rows, stored, blank, words }: ReturnType<typeof blockOf>,
    [x, y, z]: readonly [number, number, number],
    decodedThere: boolean,
  ): void => {
    const part = {
      left: x % width,
      right: width - (y % (width - (x % width))),
      top: z % rows,
      bottom: rows,
    };
    const stride = width + 3;
    const out = new Int32Array(stride * rows + 5).fill(7);
    const planes = floatPlanes(width, rows, 8);
    if (decodedThere) planes.stored()!.set(stored);
    planes.undo(decodedThere ? planes.stored()! : stored.slice(), part, { words: out, at: 2, stride, blank });
    const expected = new Int32Array(out.length).fill(7);
    for (let row = part.top, to = 2; row < part.bottom; row++, to += stride)
      expected.set(words.subarray(row * width + part.left, row * width + part.right), to);
    expect(out).toEqual(expected);
  };

  it("is undone by the kernel as byte by byte, into any part of a window", () => {
    const kernel = vi.spyOn(kernels(), "undoFloatPlanes");
    const cuts = fc.tuple(fc.nat(), fc.nat(), fc.nat());
    fc.assert(fc.property(blocks, cuts, fc.boolean(), undone), { numRuns: 400 });
    expect(kernel.mock.calls.length).toBe(400);
  });

  it.each(["float32_tiled_deflate_3", "float32_big_strips_lzw_3"])(
    "is undone by the kernel in every block of a file: %s",
    async (name) => {
      const kernel = vi.spyOn(kernels(), "undoFloatPlanes");
      kernel.mockClear();
      const { width, height } = await readWhole(fixture(`layouts/${name}.tif`));
      const values = kernel.mock.calls.reduce((sum, [from, end]) => sum + (end - from) / 4, 0);
      expect(values).toBeGreaterThanOrEqual(width * height);
    },
  );

  it("has both ends of the nodata value's range blank", () => {
    const spec = { width: 37, rows: 5, seed: 9 };
    const { words } = blockOf({ ...spec, nodata: undefined });
    const positive = [...new Float32Array(words.buffer)].filter((value) => value > 1e-30 && value < 1e30);
    const [low, high] = [positive[3]!, positive[7]!].sort((a, b) => a - b) as [number, number];
    const block = blockOf({ ...spec, nodata: { low, high } });
    expect(block.words.filter((word) => word === 0x7fc00000).length).toBeGreaterThanOrEqual(2);
    undone(block, [0, 0, 0], false);
  });

  it("is undone some rows at a time where blocks are large", () => {
    const kernel = vi.spyOn(kernels(), "undoFloatPlanes");
    kernel.mockClear();
    undone(
      blockOf({ width: 701, rows: 400, seed: 5, nodata: { low: -9999, high: -9998 } }),
      [13, 700, 3],
      false,
    );
    expect(kernel.mock.calls.length).toBe(Math.ceil(397 / 23));
  });
});
