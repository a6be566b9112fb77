import { describe, expect, it } from "vitest";
import { createTransform, parseCrs, placeOf } from "../src/index.js";
import { fixture, transformed } from "./support.js";

interface Place {
  readonly crs: string;
  readonly box: readonly [west: number, south: number, east: number, north: number];
  readonly at: readonly [number, number];
  readonly to: readonly [number, number];
}

const wgs84 = parseCrs("EPSG:4326");

/** Degrees. Heights are left out on both ways, so that the way back ends a centimetre from the start. */
const [forward, backward] = [1e-9, 1e-7];

describe("the shift at the place of the data", () => {
  it.each(fixture<Place[]>("places"))("is PROJ's for $crs at $at", ({ crs, box, at, to }) => {
    const source = parseCrs(crs);
    for (const [from, target, start, end, tolerance] of [
      [source, wgs84, at, to, forward],
      [wgs84, source, to, at, backward],
    ] as const) {
      const [place] = transformed(createTransform(from, target, box), [start]);
      expect(Math.hypot(place![0] - end[0], place![1] - end[1])).toBeLessThan(tolerance);
    }
  });

  it("is that of the whole area of use without a place, and for a place that holds all of it", () => {
    const nad27 = parseCrs("EPSG:4267");
    const [anywhere] = transformed(createTransform(nad27, wgs84), [[-122, 37]]);
    const globe = [-180, -90, 180, 90] as const;
    expect(transformed(createTransform(nad27, wgs84, globe), [[-122, 37]])).toEqual([anywhere]);
    const california = createTransform(nad27, wgs84, [-123, 36, -121, 38]);
    const [[x, y]] = transformed(california, [[-122, 37]]) as [[number, number]];
    expect(Math.hypot(x - anywhere![0], y - anywhere![1]) * 111_000).toBeGreaterThan(10);
    expect(california.warnings.join()).toMatch(/EPSG:1175\), accurate to about 7 m/);
  });

  it.each<[string, readonly [number, number, number, number]]>([
    ["a point", [-120, 37, -120, 37]],
    ["a part of a meridian", [-120, 36, -120, 37]],
    ["a part of a parallel", [-121, 37, -120, 37]],
  ])("may be that of %s", (_what, box) => {
    const { warnings } = createTransform(parseCrs("EPSG:4267"), wgs84, box);
    expect(warnings.join()).toContain("(EPSG:1175)");
  });

  it.each<[string, string, boolean]>([
    ["EPSG:4267", "EPSG:4326", true],
    ["EPSG:4326", "EPSG:4267", true],
    ["EPSG:26711", "EPSG:4326", true],
    ["EPSG:4267", "EPSG:26711", false],
    ["EPSG:4258", "EPSG:4326", false],
    ["EPSG:4289", "EPSG:4326", false],
    ["+proj=longlat +ellps=clrk66 +towgs84=-8,160,176", "EPSG:4326", false],
    ["+proj=longlat +ellps=clrk66", "EPSG:4326", false],
  ])("is asked for between %s and %s only where it matters: %j", (from, to, byPlace) => {
    const [one, other] = [parseCrs(from), parseCrs(to)];
    expect(createTransform(one, other).byPlace).toBe(byPlace);
    // What is said of it may not depend on the place itself.
    expect(createTransform(one, other, [-121, 37, -120, 38]).byPlace).toBe(byPlace);
  });

  it("decides nothing else", () => {
    for (const { crs, box } of fixture<Place[]>("places")) {
      const source = parseCrs(crs);
      const [here, anywhere] = [createTransform(source, wgs84, box), createTransform(source, wgs84)];
      const [[x, y]] = [[(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] as const];
      const moved = [here, anywhere].map((transform) => transformed(transform, [[x, y]]));
      if (!here.byPlace) expect(moved[0]).toEqual(moved[1]);
    }
  });
});

describe("the place of cells", () => {
  const place = (crs: string, bounds: readonly [number, number, number, number]): readonly number[] =>
    placeOf(
      {
        width: 1,
        height: 1,
        affine: {
          a: bounds[2] - bounds[0],
          b: 0,
          c: bounds[0],
          d: 0,
          e: bounds[1] - bounds[3],
          f: bounds[3],
        },
      },
      parseCrs(crs),
    )!.map((value) => Number(value.toFixed(9)));

  it.each<[string, [number, number, number, number], number[]]>([
    ["EPSG:4326", [5, 45, 10, 50], [5, 45, 10, 50]],
    ["EPSG:4326", [170, -20, 190, -10], [170, -20, -170, -10]],
    ["EPSG:4326", [0, -90, 360, 90], [-180, -90, 180, 90]],
    ["EPSG:4326", [230, 30, 250, 40], [-130, 30, -110, 40]],
  ])("in %s within %j", (crs, bounds, expected) => {
    expect(place(crs, bounds)).toEqual(expected);
  });

  it("goes round a pole", () => {
    const [west, , east, north] = place("EPSG:3413", [-1e6, -1e6, 1e6, 1e6]);
    expect([west, east]).toEqual([-180, 180]);
    expect(north).toBe(90);
  });

  it("is nowhere where the system has none", () => {
    const affine = { a: 1, b: 0, c: 1e9, d: 0, e: -1, f: 1e9 };
    expect(placeOf({ width: 1, height: 1, affine }, parseCrs("EPSG:3035"))).toBeUndefined();
  });
});
