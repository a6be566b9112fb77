import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCrs } from "../src/index.js";
import { degreesApart, fixture, projectionOf, transformed } from "./support.js";

interface Domain {
  readonly crs: string;
  readonly forward: string;
  readonly inverse: string;
}

// As in fixtures/crs/make_reference.py.
const longitudes = [-180, -179.9, -140, -90, -60, -20, 0, 20, 60, 90, 140, 179.9, 180];
const latitudes = [-90, -89.99, -80, -50, -20, 0, 20, 50, 80, 89.99, 90];
const plane = [-2.5e7, -2.0038e7, -1.8e7, -1.4e7, -9.1e6, -5e6, 0, 5e6, 9.1e6, 1.4e7, 1.8e7, 2.0038e7, 2.5e7];

const domains = fixture<Domain[]>("domains");

/** Maps that repeat to the east and west: x beyond the edge of the world comes back in from the other side, as in PROJ. */
const periodic = new Set(["merc", "webmerc", "cea", "eqc", "mill"]);

function pairs(firsts: readonly number[], seconds: readonly number[]): [number, number][] {
  return firsts.flatMap((first) => seconds.map((second): [number, number] => [first, second]));
}

describe("places outside the domain", () => {
  it.each(domains)("$crs: none has coordinates that PROJ gives none", ({ crs, forward, inverse }) => {
    const projection = projectionOf(parseCrs(crs));
    for (const [points, transform, proj] of [
      [pairs(longitudes, latitudes), projection.forward, forward],
      [pairs(plane, plane), projection.inverse, inverse],
    ] as const) {
      expect(points).toHaveLength(proj.length);
      const invented = transformed(transform, points).flatMap(([x], i) =>
        Number.isNaN(x) || proj[i] === "1" ? [] : [points[i]],
      );
      expect(invented).toEqual([]);
    }
  });

  it.each(domains)(
    "$crs: coordinates that we do not give lead nowhere in PROJ either",
    ({ crs: code, forward }) => {
      // Only the poles of Mercator (PROJ: 242 528 681 m) and the far pole of a polar map (PROJ: 1e23 m), and what is
      // further than 74.6 degrees from the central meridian of a transverse Mercator.
      const crs = parseCrs(code);
      const { projection, parameters } = crs.definition;
      const points = pairs(longitudes, latitudes);
      const withheld = transformed(projectionOf(crs).forward, points).flatMap(([x], i) =>
        Number.isNaN(x) && forward[i] === "1" ? [points[i]!] : [],
      );
      for (const [lon, lat] of withheld) {
        if (projection === "tmerc")
          expect(degreesApart([lon, lat], [parameters["lon_0"]!, lat])).toBeGreaterThan(74);
        else expect(Math.abs(lat)).toBe(90);
      }
      if (["laea", "cea", "aea", "moll", "eck4", "sinu", "robin", "eqearth", "igh"].includes(projection)) {
        expect(withheld).toEqual([]);
      }
    },
  );

  it.each(domains.map(({ crs }) => crs))("%s: whatever has a place returns from it", (code) => {
    const crs = parseCrs(code);
    const { forward, inverse } = projectionOf(crs);
    const { projection } = crs.definition;
    const coordinate = fc.double({ min: -2.2e7, max: 2.2e7, noNaN: true });
    const world = periodic.has(projection) ? worldWidth(code) : Infinity;
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const [place] = transformed(inverse, [[x, y]]);
        if (Number.isNaN(place![0])) {
          expect(place![1]).toBeNaN();
          return;
        }
        expect(Math.abs(place![0])).toBeLessThanOrEqual(180);
        expect(Math.abs(place![1])).toBeLessThanOrEqual(90);
        if (Math.abs(place![1]) > 89.999) return;
        const [there] = transformed(forward, [place!]);
        // On a map that repeats, the place may come back once round the world.
        const aside = Math.abs(there![0] - x);
        const off = Math.min(aside, Math.abs(aside - world));
        expect(Math.hypot(off, there![1] - y)).toBeLessThan(projection === "tmerc" ? 1.5 : 2e-3);
      }),
      { numRuns: 500 },
    );
  });

  it("what is no place on Earth has no coordinates", () => {
    const { forward } = projectionOf(parseCrs("EPSG:3035"));
    const places = transformed(forward, [
      [10, 90.001],
      [10, -91],
      [580, 50],
      [NaN, 50],
      [10, NaN],
      [Infinity, 50],
    ]);
    expect(places.flat().every(Number.isNaN)).toBe(true);
  });

  it("an edge may be missed by rounding", () => {
    const { forward, inverse } = projectionOf(parseCrs("ESRI:54009"));
    const [[east]] = transformed(forward, [[180, 0]]) as [[number, number]];
    const [[lon]] = transformed(inverse, [[east + 1e-7, 0]]) as [[number, number]];
    expect(lon).toBe(180);
    expect(transformed(inverse, [[east + 1, 0]])[0]).toEqual([NaN, NaN]);
  });
});

function worldWidth(code: string): number {
  const { forward } = projectionOf(parseCrs(code));
  const [[west], [east]] = transformed(forward, [
    [-180, 0],
    [180, 0],
  ]) as [[number, number], [number, number]];
  return east - west;
}
