import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Axis, Grid, isQuadratError } from "../../src/index.js";
import { DuckDbStore } from "../../src/host.js";

const world = { crs: "EPSG:4326", bounds: [-180, -90, 180, 90] } as const;

describe("Axis", () => {
  it("prints centres as a person would write them, over a whole 0.1 degree globe", () => {
    const axis = new Axis(-180, 180, 3600);
    for (let i = 0; i < 3600; i++) {
      const tenths = -1800 + i;
      expect(axis.centre(i)).toBe(Number(`${tenths * 10 + 5}e-2`));
    }
    expect(axis.centre(3599)).toBe(179.95);
    expect(axis.edge(0)).toBe(-180);
    expect(axis.edge(3600)).toBe(180);
  });

  it("is the double nearest to the exact rational for decimal ends", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_000_000, max: 2_000_000 }),
        fc.integer({ min: 1, max: 500_000 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(),
        (origin, step, decimals, count, pick) => {
          const power = 10 ** decimals;
          const axis = new Axis(origin / power, (origin + step * count) / power, count);
          const index = pick % count;
          const exact = Number(`${2n * BigInt(origin) + BigInt(step) * BigInt(2 * index + 1)}`) / (2 * power);
          expect(axis.centre(index)).toBe(exact);
        },
      ),
    );
  });

  it("hides the noise of ends that are no short decimals", () => {
    const axis = new Axis(5.741666666666667, 6.533333333333333, 19);
    expect(axis.centre(0)).toBe(5.7625);
    expect(axis.centre(1)).toBe(5.80416666666667);
  });
});

describe("Grid", () => {
  it("counts cells by the nearest whole number", () => {
    const grid = new Grid({ ...world, resolution: [0.008333333333333333, 0.008333333333333333] });
    expect([grid.width, grid.height, grid.grown]).toEqual([43200, 21600, false]);
  });

  it("grows to the east and south until cells are whole", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.4, 0.4], bounds: [0, 0, 1, 1] });
    expect(grid.grown).toBe(true);
    expect(grid.bounds).toEqual([0, -0.2, 1.2, 1]);
  });

  it.each([
    [{ ...world, resolution: [0, 1] as const }, /resolution/],
    [{ ...world, resolution: [1, Number.NaN] as const }, /resolution/],
    [{ crs: "EPSG:4326", resolution: [1, 1] as const, bounds: [10, 0, -10, 5] as const }, /bounds/],
    [{ ...world, resolution: [1e-7, 1e-7] as const }, /2\^53/],
  ])("refuses %j", (spec, message) => {
    const build = (): Grid => new Grid(spec);
    expect(build).toThrow(message);
    expect(build).toThrow(expect.toSatisfy(isQuadratError));
  });

  it("gives SQL the same coordinates, bit for bit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quadrat-grid-"));
    const store = await DuckDbStore.open(join(folder, "grid.duckdb"), {
      memoryBytes: 2e8,
      threads: 1,
      temporaryDirectory: folder,
    });
    try {
      for (const grid of [
        new Grid({ ...world, resolution: [0.5, 0.7] }),
        new Grid({ ...world, resolution: [1 / 3, 1 / 3] }),
        new Grid({
          crs: "EPSG:4326",
          resolution: [0.041666666666666664, 0.041666666666666664],
          bounds: [5.741666666666667, 49.441666666666667, 6.533333333333333, 50.191666666666667],
        }),
        new Grid({
          crs: "EPSG:6933",
          resolution: [25_025.26, 25_025.26],
          bounds: [-17367530.44, -7307375.92, 17367530.44, 7307375.92],
        }),
      ]) {
        const { x, y } = grid.sqlCentre("range");
        const rows = await store.rows<{ x: number; y: number }>(
          `SELECT ${x} AS x, ${y} AS y FROM range(${grid.size})`,
        );
        const expected = rows.map((_, cell) => ({
          x: grid.x.centre(cell % grid.width),
          y: grid.y.centre(Math.floor(cell / grid.width)),
        }));
        expect(rows.every((row, i) => row.x === expected[i]!.x && row.y === expected[i]!.y)).toBe(true);
      }
    } finally {
      await store.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe("the resolution of a grid", () => {
  it("is the decimal that was asked for, without the noise of a division", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.0003, 0.0003], bounds: [5.9, 49.6, 6.2, 49.9] });
    expect(grid.resolution).toEqual([0.0003, 0.0003]);
    expect(JSON.stringify(grid)).toContain('"resolution":[0.0003,0.0003]');
    const grown = new Grid({ crs: "EPSG:4326", resolution: [0.7, 0.3], bounds: [0, 0, 10, 10] });
    expect([grown.grown, ...grown.resolution]).toEqual([true, 0.7, 0.3]);
  });

  it("is that of the cells where the bounds hold another", () => {
    const grid = new Grid({
      crs: "EPSG:4326",
      resolution: [0.0083333333, 0.0083333333],
      bounds: [0, 0, 100, 10],
    });
    expect(grid.resolution[0]).toBeCloseTo(1 / 120, 15);
    expect(grid.resolution[0]).not.toBe(0.0083333333);
  });
});
