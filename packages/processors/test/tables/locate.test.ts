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

/** Grids of longitudes that begin anywhere, in units of 10^-decimals, and longitudes on and around their edges. */
const aroundTheGlobe = fc
  .record({
    decimals: fc.integer({ min: 0, max: 2 }),
    west: fc.integer({ min: -250, max: 250 }),
    step: fc.constantFrom(1, 2, 5, 9, 10, 45),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    whole: fc.boolean(),
    places: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })), {
      minLength: 1,
      maxLength: 20,
    }),
  })
  .map(({ decimals, west, step, share, whole, places }) => {
    const scale = 10 ** decimals;
    const most = (360 * scale) / step;
    const columns = whole ? most : Math.max(1, Math.floor(share * most));
    const first = west * scale;
    const decimal = (unit: number): number => Number(`${unit}e-${decimals}`);
    const grid = new Grid({
      crs: "EPSG:4326",
      resolution: [decimal(step), 1],
      bounds: [decimal(first), 0, decimal(first + step * columns), 1],
    });
    const units = places
      .map(([pick, offset, turns]) => first + step * (pick % (columns + 1)) + offset + turns * 360 * scale)
      .filter((unit) => Math.abs(unit) <= 540 * scale);
    return { grid, west: first, step, columns, decimals, units };
  });

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

  it("is that of the same place on the globe, in exact integers modulo 360", () => {
    fc.assert(
      fc.property(aroundTheGlobe, ({ grid, west, step, columns, decimals, units }) => {
        const turn = 360 * 10 ** decimals;
        for (const unit of units) {
          const along = (((unit - west) % turn) + turn) % turn;
          const given = unit - west >= 0 && unit - west < step * columns ? unit - west : along;
          // The eastern edge, as it is written; otherwise unless it is another place on the grid.
          const written = unit - west === step * columns;
          const edge = written || (along === (step * columns) % turn && step * columns < turn);
          const expected = edge ? columns - 1 : given < step * columns ? Math.floor(given / step) : -1;
          expect([unit, cellOf(grid, Number(`${unit}e-${decimals}`), 0.5)]).toEqual([unit, expected]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is found from 160 to 210, from 0 to 360 and from -200 to -150, at their edges too", () => {
    const columnOf = (west: number, east: number, x: number): number =>
      cellOf(new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [west, 0, east, 10] }), x, 5);
    expect([175, -175, -165, -150, 160, 159.9, -149.9].map((x) => columnOf(160, 210, x))).toEqual([
      1, 2, 3, 4, 0, -1, -1,
    ]);
    expect([0, 180, -180, 360, -0.5, 359.5, -360].map((x) => columnOf(0, 360, x))).toEqual([
      0, 18, 18, 35, 35, 35, 0,
    ]);
    expect([165, -165, 160, 180, -180, -150, 159, -149].map((x) => columnOf(-200, -150, x))).toEqual([
      0, 3, 0, 2, 2, 4, -1, -1,
    ]);
    expect([180, -180, 179.9, 540].map((x) => columnOf(-180, 180, x))).toEqual([35, 0, 35, 0]);
    expect([185, -175, 190, -170].map((x) => columnOf(-180, 190, x))).toEqual([36, 0, 36, 1]);
  });

  it("is not moved where x is not a longitude, and by 400 where it is in grads", () => {
    const at = (crs: string, x: number): number =>
      cellOf(new Grid({ crs, resolution: [10, 10], bounds: [190, 0, 220, 10] }), x, 5);
    expect(at("EPSG:3035", -165)).toBe(-1);
    expect(at("EPSG:4807", -195)).toBe(1);
  });

  it("is the same in SQL, bit for bit", async () => {
    const grids = [
      new Grid({ crs: "EPSG:4326", resolution: [0.1, 10], bounds: [0, -90, 360, 90] }),
      new Grid({ crs: "EPSG:4326", resolution: [0.7, 10], bounds: [160, -90, 209, 90] }),
      new Grid({ crs: "EPSG:4326", resolution: [0.3, 10], bounds: [-200.1, -90, -150, 90] }),
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
      for (const { x, y, cell } of rows)
        expect([x, y, cell === null ? -1 : Number(cell)]).toEqual([x, y, cellOf(grid, x, y)]);
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
