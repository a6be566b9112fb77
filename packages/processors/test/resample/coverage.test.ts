import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slot } from "../../src/resample/outlines/cell-slots.js";
import { accumulate, addRing, leastShare } from "../../src/resample/outlines/coverage.js";
import { signedArea, type Ring } from "../../src/resample/outlines/ring.js";

const coordinate = (size: number) =>
  fc.oneof(fc.double({ min: 0, max: size, noNaN: true }), fc.integer({ min: 0, max: size }));

/** Where a slot has its left and top. */
const corner = 64;

/** Two rings of up to 8 points in boxes of the same size, at places of their own. */
const pairs = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 4 }) })
  .chain(({ rows, columns }) => {
    const ring = fc.record({
      left: fc.integer({ min: 0, max: 9000 }),
      top: fc.integer({ min: 0, max: 9000 }),
      points: fc.array(fc.tuple(coordinate(columns), coordinate(rows)), { minLength: 3, maxLength: 8 }),
    });
    return fc.record({ rows: fc.constant(rows), columns: fc.constant(columns), rings: fc.tuple(ring, ring) });
  });

describe("the coverage kernel", () => {
  it("gives the bits of addRing and accumulate, or says that a ring reaches beyond its box", () => {
    const k = kernels();
    const room = k.arena.take(1 << 15);
    const { buffer } = k.arena.view(Uint8Array, room.at, room.bytes)();
    const integers = new Int32Array(buffer);
    const numbers = new Float64Array(buffer);
    const [slots, pair, shares] = [8192, 16384, 24576].map((offset) => room.at + offset) as [
      number,
      number,
      number,
    ];
    const covers = { 1: k.cover1x1, 2: k.cover2x2, 3: k.cover3x3, 4: k.cover4x4 };
    let compared = 0;
    const count = 8;
    fc.assert(
      fc.property(pairs, ({ rows, columns, rings }) => {
        const cover =
          rows === columns
            ? covers[rows as 1 | 2 | 3 | 4]
            : (...at: [number, number, number]) => k.cover(rows, columns, ...at);
        const expected = rings.map(({ left, top, points }, cell) => {
          const at = slots + cell * slot.bytes;
          const ring: Ring = { xs: new Float64Array(count), ys: new Float64Array(count), count };
          for (let k = 0; k < count; k++) {
            const [x, y] = points[Math.min(k, points.length - 1)]!;
            const address = room.at + 16 * (cell * count + k);
            numbers[address >> 3] = ring.xs[k] = left + x;
            numbers[(address >> 3) + 1] = ring.ys[k] = top + y;
            integers[(at >> 2) + k] = address;
          }
          numbers[(at + corner) >> 3] = left;
          numbers[(at + corner + 8) >> 3] = top;
          const area = signedArea(ring);
          const deltas = new Float64Array(rows * (columns + 1));
          const found = new Float64Array(rows * columns);
          const sign = area < 0 ? -1 : 1;
          addRing(deltas, ring.xs, ring.ys, 0, count, 0, 0, sign, left, columns, top, rows);
          accumulate(deltas, columns, rows, Float64Array.of(leastShare * Math.min(1, Math.abs(area))), found);
          return found;
        });
        integers.set([slots, slots + slot.bytes, 4 * count], pair >> 2);
        cover(pair, pair + 12, shares);
        const flags = (shares + 16 * rows * columns) >> 2;
        for (const [cell, found] of expected.entries()) {
          if (integers[flags + 2 * cell] !== 0) continue;
          const first = (shares >> 3) + cell * rows * columns;
          compared++;
          expect([...numbers.subarray(first, first + rows * columns)]).toEqual([...found]);
        }
      }),
      { numRuns: 300 },
    );
    room.release();
    // Most rings are within their boxes.
    expect(compared).toBeGreaterThan(400);
  });
});
