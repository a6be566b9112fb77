import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
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

  it("finds the box of a ring's pixels, and whether it is within", () => {
    const k = kernels();
    const room = k.arena.take(1 << 12);
    const { buffer } = k.arena.view(Uint8Array, room.at, room.bytes)();
    const [integers, numbers] = [new Int32Array(buffer), new Float64Array(buffer)];
    const at = room.at + 1024;
    const tolerance = 1e-6;
    // On a pixel's edge, or off it by less or more than the tolerance.
    const place = fc
      .record({
        edge: fc.integer({ min: -5, max: 5 }),
        by: fc.constantFrom(0, 4e-7, -4e-7, 3e-6, -3e-6, 0.3, 0.7),
      })
      .map(({ edge, by }) => edge + by);
    const call = vi.spyOn(k, "findBoxes");
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 8 }), (points) => {
        for (const [i, [x, y]] of points.entries()) {
          numbers.set([x, y], (room.at + 16 * i) >> 3);
          integers[(at >> 2) + i] = room.at + 16 * i;
        }
        integers[(at + slot.pointBytes) >> 2] = 4 * points.length;
        k.findBoxes(at, at + slot.bytes, tolerance);
        const along = (axis: 0 | 1) => {
          const values = points.map((point) => point[axis]);
          const [low, high] = [Math.min(...values), Math.max(...values)];
          const [from, to] = [Math.floor(low + tolerance), Math.ceil(high - tolerance)];
          return { from, to, within: from <= low && high <= to && low < high };
        };
        const [x, y] = [along(0), along(1)];
        const box = (at + slot.box) >> 2;
        expect([...integers.subarray(box, box + 4)]).toEqual([x.from, y.from, x.to, y.to].map((n) => n + 0));
        expect([...numbers.subarray((at + corner) >> 3, ((at + corner) >> 3) + 2)]).toEqual([x.from, y.from]);
        expect(integers[(at + slot.within) >> 2]).toBe(x.within && y.within ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
    expect(call.mock.calls.length).toBe(1000);
    room.release();
  });
});
