import { describe, expect, it } from "vitest";
import { parseCrs } from "../src/index.js";
import { degreesApart, fixture, projectionOf, transformed } from "./support.js";

interface Globe {
  readonly crs: string;
  /** A hexadecimal digit for four points of the globe: whether PROJ has a place, and whether it comes back from there. */
  readonly finite: string;
  readonly returns: string;
  /** longitude, latitude, then PROJ's x and y, and PROJ's way back from these; within the area of use */
  readonly rows: readonly (readonly [
    lon: number,
    lat: number,
    x: number,
    y: number,
    backLon: number,
    backLat: number,
  ])[];
}

const globes = fixture<Globe[]>("globe");

// As in fixtures/crs/make_reference.py.
const step = 5;
const rows = 180 / step + 1;
const points = Array.from({ length: 360 / step + 1 }, (_, i) => i).flatMap((i) =>
  Array.from({ length: rows }, (__, j): [number, number] => [step * i - 180, step * j - 90]),
);

/** See projections.test.ts. */
const crudeInverse = new Set(["laea", "cea", "eqearth"]);

describe("points on the globe, every 5 degrees", () => {
  it("are tested on 60 systems", () => {
    expect(globes.length).toBeGreaterThanOrEqual(60);
    expect(new Set(globes.map(({ crs }) => parseCrs(crs).definition.projection)).size).toBeGreaterThan(20);
  });

  it.each(globes)("$crs: within the area of use they are where PROJ has them, there and back", (globe) => {
    const crs = parseCrs(globe.crs);
    const { forward, inverse } = projectionOf(crs);
    const there = transformed(
      forward,
      globe.rows.map(([lon, lat]) => [lon, lat]),
    );
    const metres = crs.definition.unitFactor;
    const away = globe.rows.map(([, , x, y], i) => Math.hypot(there[i]![0] - x, there[i]![1] - y) * metres);
    const inner = globe.rows.filter(([, lat]) => Math.abs(lat) < 89.9);
    const back = transformed(
      inverse,
      inner.map(([, , x, y]) => [x, y]),
    );
    const apart = inner.map(([, , , , lon, lat], i) => degreesApart(back[i]!, [lon, lat]));
    expect(globe.rows.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...away)).toBeLessThan(1e-3);
    expect(Math.max(...apart)).toBeLessThan(crudeInverse.has(crs.definition.projection) ? 2e-8 : 1e-8);
  });

  it.each(globes)("$crs: only what comes back in PROJ, or is next to it, has a place", (globe) => {
    const crs = parseCrs(globe.crs);
    const { forward, inverse } = projectionOf(crs);
    const places = transformed(forward, points);
    const invented = points.filter((_, i) => !Number.isNaN(places[i]![0]) && !isNear(globe.returns, i));
    expect(invented).toEqual([]);
    const placed = points.flatMap((point, i) =>
      Number.isNaN(places[i]![0]) ? [] : [{ point, place: places[i]! }],
    );
    const back = transformed(
      inverse,
      placed.map(({ place }) => place),
    );
    // The parallels of an equal-area map crowd at its poles: float64 keeps 3e-6 degrees there. Robinson's table, in single
    // precision, has steps of metres every 5 degrees, at the edge too.
    const robinson = crs.definition.projection === "robin";
    const lost = placed.filter(
      ({ point }, i) =>
        !(robinson && Math.abs(point[0]) === 180) &&
        !(degreesApart(back[i]!, point) < (robinson ? 1e-4 : 1e-5)),
    );
    expect(lost).toEqual([]);
    expect(placed.length).toBeGreaterThan(0);
  });
});

/** Whether a point, or one of the eight around it, is marked. */
function isNear(marks: string, index: number): boolean {
  const row = index % rows;
  return [-rows, 0, rows].some((column) =>
    [-1, 0, 1].some((beside) => {
      const other = index + column + beside;
      if (row + beside < 0 || row + beside >= rows || other < 0 || other >= points.length) return false;
      return (parseInt(marks[other >> 2]!, 16) & (8 >> (other & 3))) !== 0;
    }),
  );
}
