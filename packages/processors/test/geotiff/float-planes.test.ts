import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floatPlanes } from "../../src/geotiff/float-planes.js";
import { floatBits } from "../../src/geotiff/nodata.js";
import { undoFloatPredictor, undoFloatPredictorInto } from "../../src/geotiff/predictor.js";

/** Stored rows with what their floats are, by the byte-wise code that any sample size takes. */
const blocks = fc
  .record({
    width: fc.integer({ min: 1, max: 5 }).map((n) => 16 * n),
    rows: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    nodata: fc.constantFrom(undefined, { low: -9999, high: -9998 }, { low: 1e-20, high: 1e30 }),
  })
  .map(({ width, rows, seed, nodata }) => {
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
  });

describe("the floating-point predictor", () => {
  it("is undone 16 bytes at a time as byte by byte", () => {
    const property = fc.property(blocks, fc.nat(), ({ width, rows, stored, blank, words }, cut) => {
      const planes = floatPlanes(width, rows, 8)!;
      planes.stored.set(stored);
      const from = cut % rows;
      const views = planes.undo(from, rows, blank);
      for (let row = from; row < rows; row++)
        expect(views[row]).toEqual(words.subarray(row * width, (row + 1) * width));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("is undone four bytes at a time as byte by byte, into any part of a window", () => {
    const property = fc.property(
      blocks,
      fc.tuple(fc.nat(), fc.nat(), fc.nat()),
      ({ width, rows, stored, blank, words }, [x, y, z]) => {
        const part = {
          left: x % width,
          right: width - (y % (width - (x % width))),
          top: z % rows,
          bottom: rows,
        };
        const stride = width + 3;
        const out = new Int32Array(stride * rows + 5).fill(7);
        undoFloatPredictorInto(stored, width, part, { words: out, at: 2, stride, blank });
        const expected = new Int32Array(out.length).fill(7);
        for (let row = part.top, to = 2; row < part.bottom; row++, to += stride)
          expected.set(words.subarray(row * width + part.left, row * width + part.right), to);
        expect(out).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
