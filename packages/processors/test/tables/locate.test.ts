import { Axis, Grid } from "@quadrat/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellIndex, cellOf, sqlCellOf } from "../../src/tables/locate.js";
import { useBench } from "./support.js";

const bench = useBench();

/** An axis on short decimals, in units of 10^-decimals, and coordinates on and around its edges. */
const decimalAxis = fc
  .record({
    origin: fc.integer({ min: -2_000_000, max: 2_000_000 }),
    step: fc.integer({ min: 1, max: 300_000 }),
    decimals: fc.integer({ min: 0, max: 4 }),
    count: fc.integer({ min: 1, max: 5000 }),
    down: fc.boolean(),
    places: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -2, max: 2 })), { minLength: 1, maxLength: 20 }),
  })
  .map(({ origin, step, decimals, count, down, places }) => {
    const end = origin + step * count;
    const [first, last] = down ? [end, origin] : [origin, end];
    const units = places.map(([pick, offset]) => origin + step * (pick % (count + 1)) + offset);
    return { origin, step, decimals, count, down, first, last, units };
  });

/** The rule in exact integers: the cell east or south of an edge, the last cell at the end. */
function exactIndex(
  unit: number,
  { origin, step, count, down }: { origin: number; step: number; count: number; down: boolean },
): number {
  const along = down ? origin + step * count - unit : unit - origin;
  if (along < 0 || along > step * count) return -1;
  return Math.min(Number(BigInt(along) / BigInt(step)), count - 1);
}

describe("the cell of a coordinate", () => {
  it("is exact for decimal coordinates on decimal axes, on edges too", () => {
    fc.assert(
      fc.property(decimalAxis, (setup) => {
        const decimal = (unit: number): number => Number(`${unit}e-${setup.decimals}`);
        const axis = new Axis(decimal(setup.first), decimal(setup.last), setup.count);
        for (const unit of setup.units) expect(cellIndex(axis, decimal(unit))).toBe(exactIndex(unit, setup));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with the edges of any axis", () => {
    const coordinate = fc.double({ min: -1e7, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(
        coordinate,
        coordinate,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.nat(),
        (a, b, count, pick) => {
          fc.pre(Math.abs(a - b) > 1);
          const axis = new Axis(a, b, count);
          const index = pick % count;
          const down = a > b;
          const edge = axis.edge(index);
          expect(cellIndex(axis, edge)).toBe(index);
          expect(cellIndex(axis, axis.centre(index))).toBe(index);
          if (index > 0) expect(cellIndex(axis, nextTo(edge, down ? 1 : -1))).toBe(index - 1);
        },
      ),
    );
  });

  it("is the east and south one on inner edges, the last one on the outer ones", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [-125, -56, -32, 40] });
    expect(cellOf(grid, -65.5, -10.5)).toBe(101 * 186 + 119);
    expect(cellOf(grid, -32, -56)).toBe(grid.size - 1);
    expect(cellOf(grid, -125, 40)).toBe(0);
    expect(cellOf(grid, -125.0001, 40)).toBe(-1);
    expect(cellOf(grid, Number.NaN, 0)).toBe(-1);
  });

  it("is the same in SQL, bit for bit", async () => {
    const grids = [
      new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [-180, -90, 180, 90] }),
      new Grid({ crs: "EPSG:4326", resolution: [1 / 120, 1 / 120], bounds: [5, 45, 11, 51] }),
      new Grid({
        crs: "EPSG:3035",
        resolution: [25_000, 10_000],
        bounds: [5_750_000, 1_500_000, 6_650_000, 2_100_000],
      }),
      new Grid({
        crs: "EPSG:4326",
        resolution: [0.0416666666666667, 0.7],
        bounds: [5.741666666666667, 1 / 3, 6.533333333333333, 7.1],
      }),
    ];
    for (const grid of grids) {
      const points = samplePoints(grid);
      const list = points.map(([x, y]) => `('${x}'::DOUBLE, '${y}'::DOUBLE)`).join(", ");
      const from = `SELECT * FROM (VALUES ${list}) t(x, y)`;
      const rows = await bench.store.rows<{ x: number; y: number; cell: bigint | null }>(
        sqlCellOf(grid, from, ["x", "y"]),
      );
      expect(rows).toHaveLength(points.length);
      for (const { x, y, cell } of rows) expect(cell === null ? -1 : Number(cell)).toBe(cellOf(grid, x, y));
      expect(rows.some(({ cell }) => cell === null)).toBe(true);
    }
  });
});

/** Points on edges, a last bit beside them, in between and outside. */
function samplePoints(grid: Grid): [number, number][] {
  const along = (axis: Axis): number[] =>
    Array.from({ length: 40 }, (_, k) => Math.floor((k * axis.count) / 39)).flatMap((index) => {
      const edge = axis.edge(index);
      return [edge, nextTo(edge, 1), nextTo(edge, -1), edge + axis.step * 0.37];
    });
  const xs = along(grid.x);
  const ys = along(grid.y);
  return xs.flatMap((x, i) =>
    [0, 7, 50].map((shift) => [x, ys[(i + shift) % ys.length]!] as [number, number]),
  );
}

/** The neighbouring double, up or down. */
function nextTo(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0] = bits[0]! + BigInt(value > 0 ? direction : -direction);
  return new Float64Array(bits.buffer)[0]!;
}
