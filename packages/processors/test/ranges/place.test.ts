import { Grid } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { coverAny } from "../../src/ranges/cells/cover-any.js";
import { Coverer } from "../../src/ranges/cells/cover.js";
import { shiftsOf } from "../../src/ranges/rasterise.js";
import { examine } from "../../src/ranges/shapes/examine.js";
import { createPlacer } from "../../src/ranges/shapes/place.js";

type Points = readonly (readonly [number, number])[];

/** The covered area of polygons in cells of a grid, and the cells' fractions: by signed deltas, or by trapezoids. */
function cover(rings: readonly Points[], crs: string, grid: Grid, how: "deltas" | "trapezoids" = "deltas") {
  const starts = rings.reduce<number[]>((list, ring) => [...list, list.at(-1)! + ring.length], [0]);
  const all = rings.flat();
  const examined = examine({
    xs: Float64Array.from(all, ([x]) => x),
    ys: Float64Array.from(all, ([, y]) => y),
    starts: Int32Array.from(starts),
    outlines: undefined,
  });
  const placer = createPlacer(crs, grid, 1e-5);
  const placed = placer.place(examined.rings, examined.fills);
  const cells = new Map<number, number>();
  const { isSimple } = examined;
  if (!placed) return { cells, area: 0, isSimple };
  const take = (row: number, from: number, to: number, fraction: number): void => {
    for (let column = from; column < to; column++) {
      const cell = row * grid.width + column;
      cells.set(cell, (cells.get(cell) ?? 0) + fraction);
    }
  };
  const coverer = new Coverer(grid);
  for (const shift of shiftsOf(placed.shape, grid, placer.turn)) {
    if (how === "deltas") coverer.cover(placed.shape, placed.fills, shift, take);
    else coverAny(placed.shape, grid, shift, coverer, take);
  }
  const [x, y] = grid.resolution;
  return { cells, area: [...cells.values()].reduce((sum, one) => sum + one, 0) * x * y, isSimple };
}

const box = (west: number, south: number, east: number, north: number): Points => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
];

/** Of a belt between two parallels on the ellipsoid of WGS 84, in square metres for each degree of longitude. */
function beltArea(south: number, north: number): number {
  const [a, f] = [6378137, 1 / 298.257223563];
  const e = Math.sqrt(f * (2 - f));
  const q = (latitude: number): number => {
    const s = Math.sin((latitude * Math.PI) / 180);
    return (1 - e * e) * (s / (1 - e * e * s * s) + Math.atanh(e * s) / e);
  };
  return ((a * a * Math.PI) / 180 / 2) * (q(north) - q(south));
}

const mollweide = new Grid({
  crs: "ESRI:54009",
  resolution: [100_000, 100_000],
  bounds: [-18_100_000, -9_100_000, 18_100_000, 9_100_000],
});
const equalArea = new Grid({
  crs: "EPSG:6933",
  resolution: [100_000, 100_000],
  bounds: [-17_400_000, -7_400_000, 17_400_000, 7_400_000],
});
const europe = new Grid({
  crs: "EPSG:3035",
  resolution: [50_000, 50_000],
  bounds: [900_000, 900_000, 7_400_000, 7_400_000],
});

describe("polygons keep their area on grids of equal area", () => {
  it.each([
    ["a box", [box(10, 40, 30, 50)], 20 * beltArea(40, 50)],
    [
      "a box with a hole that turns the same way",
      [box(0, 35, 40, 60), box(10, 40, 30, 50)],
      40 * beltArea(35, 60) - 20 * beltArea(40, 50),
    ],
  ])("%s, on all of them", (_, rings, area) => {
    for (const grid of [equalArea, europe])
      expect(cover(rings, "EPSG:4326", grid).area / area).toBeCloseTo(1, 6);
    // Mollweide is made for the sphere: areas are those of the ellipsoid's latitudes.
    expect(Math.abs(cover(rings, "EPSG:4326", mollweide).area / area - 1)).toBeLessThan(0.01);
  });

  it.each([
    ["across the antimeridian, written beyond 180", box(170, -20, 200, 10), 30 * beltArea(-20, 10)],
    ["the whole globe", box(-180, -60, 180, 60), 360 * beltArea(-60, 60)],
  ])("%s", (_, ring, area) => {
    expect(cover([ring], "EPSG:4326", equalArea).area / area).toBeCloseTo(1, 6);
    expect(Math.abs(cover([ring], "EPSG:4326", mollweide).area / area - 1)).toBeLessThan(0.01);
  });
});

describe("a polygon around a pole", () => {
  const ring = Array.from({ length: 360 }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / 360;
    return [2e6 * Math.cos(angle), 2e6 * Math.sin(angle)];
  });
  const degrees = new Grid({ crs: "EPSG:4326", resolution: [5, 5], bounds: [-180, -90, 180, 90] });

  it.each([
    ["EPSG:3031", 35],
    ["EPSG:3413", 0],
  ] as const)("of %s contains it on a grid in degrees", (crs, row) => {
    for (const points of [ring, ring.toReversed()]) {
      const { cells } = cover([points], crs, degrees);
      for (let column = 0; column < 72; column++) expect(cells.get(row * 72 + column)).toBeCloseTo(1, 12);
      expect(cells.size).toBeLessThan(72 * 5);
    }
  });
});

describe("trapezoids", () => {
  it("cover as much as signed deltas", () => {
    let state = 5;
    const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-10, -10, 10, 10] });
    for (let round = 0; round < 50; round++) {
      const count = 3 + Math.floor(next() * 30);
      const [x, y] = [next() * 16 - 8, next() * 16 - 8];
      const star = Array.from({ length: count }, (_, i): [number, number] => {
        const [angle, radius] = [(2 * Math.PI * (i + next() * 0.9)) / count, 0.5 + next() * 6];
        return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
      });
      const hole = star.map(([px, py]): [number, number] => [x + (px - x) / 3, y + (py - y) / 3]);
      const [deltas, trapezoids] = [
        cover([star, hole], "EPSG:4326", grid),
        cover([star, hole], "EPSG:4326", grid, "trapezoids"),
      ];
      if (!deltas.isSimple) continue;
      for (const cell of new Set([...deltas.cells.keys(), ...trapezoids.cells.keys()]))
        expect(trapezoids.cells.get(cell) ?? 0).toBeCloseTo(deltas.cells.get(cell) ?? 0, 9);
    }
  });
});
