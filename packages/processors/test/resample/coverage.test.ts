import { Grid } from "@quadrat/core/base";
import { createTransform, parseCrs } from "@quadrat/crs";
import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { planResampling, resampleBand } from "../../src/resample/index.js";
import { slot } from "../../src/resample/outlines/cell-slots.js";
import { accumulate, addRing, leastFraction } from "../../src/resample/outlines/coverage.js";
import { signedArea, type Ring } from "../../src/resample/outlines/ring.js";
import { memorySource } from "./memory-source.js";

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

const sliver = (width: number): { left: number; top: number; points: [number, number][] } => ({
  ...{ left: 0, top: 0 },
  points: [
    [0, 0],
    [width, 0],
    [width, 1],
    [0, 1],
  ],
});

/** Rings that leave out or cover so little of a pixel that it counts as a whole one or as none, or nearly so. */
const slivers = [
  [sliver(1 + 5e-7), sliver(1 + 2e-6)],
  [sliver(1 - 5e-13), sliver(1 - 2e-12)],
  [sliver(1 - 5e-15), sliver(2)],
] satisfies [unknown, unknown][];

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
          accumulate(
            deltas,
            columns,
            rows,
            Float64Array.of(leastFraction * Math.min(1, Math.abs(area))),
            found,
          );
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
      { numRuns: 300, examples: slivers.map((rings) => [{ rows: 1, columns: 2, rings }]) },
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
    room.release();
  });

  it("covers nearly all cells of a raster in another system", async () => {
    const k = kernels();
    const names = ["cover1x1", "cover2x2", "cover3x3", "cover4x4", "cover"] as const;
    const calls = names.map((name) => vi.spyOn(k, name));
    const boxes = vi.spyOn(k, "findBoxes");
    const [width, height] = [400, 300];
    const pixels = Float32Array.from({ length: width * height }, (_, i) => i % 251);
    const affine = { a: 0.01, b: 0, c: 9, d: 0, e: -0.01, f: 49 };
    const source = memorySource(width, height, affine, pixels, "float32");
    const bounds = [4_321_000, 2_600_000, 4_521_000, 2_800_000] as const;
    // Up to 2 x 2, to 3 x 3 and to 4 x 4 pixels.
    for (const metres of [800, 1500, 2000]) {
      for (const spy of [boxes, ...calls]) spy.mockClear();
      const grid = new Grid({ crs: "EPSG:3035", resolution: [metres, metres], bounds });
      const transform = createTransform(parseCrs("EPSG:3035"), parseCrs("EPSG:4326"));
      const plan = planResampling({ source, grid, method: "average", transform, geographicSource: true });
      const values = await resampleBand(plan, 0, grid.height, 1 << 20);
      expect(values.filter((value) => value === value)).toHaveLength(grid.size);
      // Pairs of cells: the three numbers of each are 12 bytes.
      const covered = calls.flatMap(({ mock }) =>
        mock.calls.map((call) => ((call.at(-2) as number) - (call.at(-3) as number)) / 6),
      );
      const cells = covered.reduce((sum, count) => sum + count, 0);
      expect(boxes.mock.calls.reduce((sum, [from, end]) => sum + (end - from) / slot.bytes, 0)).toBe(
        grid.size,
      );
      expect(cells, `${metres} m`).toBeGreaterThan(0.97 * grid.size);
    }
  });
});
