import { kernels, type WasmGlobal } from "@quadrat/kernels";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KernelStep } from "../src/chain.js";
import { createTransform, parseCrs } from "../src/index.js";
import { projectionMethods } from "../src/projections/registry.js";
import * as plain from "./plain-steps.js";
import { fixture, projectionOf, transformed } from "./support.js";

const k = kernels();
const room = 1024;
const memory = (at: WasmGlobal, length = room): Float64Array =>
  k.arena.view(Float64Array, at.value, length)();

afterEach(() => {
  vi.restoreAllMocks();
});

/** Numbers that follow one another at random, the same in each run. */
function generator(): () => number {
  let state = 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

type Points = readonly [xs: Float64Array, ys: Float64Array];

/** Points of which some have odd coordinates. */
function points(count: number, random: () => number, [width, height]: readonly [number, number]): Points {
  const odd = [
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1e300,
    1e-300,
    Math.PI,
    -Math.PI,
    -Math.PI / 2,
    // Degrees: a pole, and just beyond one, by what rounding explains and by more.
    90,
    -90 - 3e-8,
    90 + 2e-7,
  ];
  const coordinate = (size: number): number =>
    random() < 0.02 ? odd[Math.floor(random() * odd.length)]! : (random() - 0.5) * size;
  return [
    Float64Array.from({ length: count }, () => coordinate(width)),
    Float64Array.from({ length: count }, () => coordinate(height)),
  ];
}

/** What a kernel makes of points. */
function byKernel(step: (count: number) => void, [xs, ys]: Points): Points {
  memory(k.coordinateXs).set(xs);
  memory(k.coordinateYs).set(ys);
  step(xs.length);
  return [memory(k.coordinateXs).slice(0, xs.length), memory(k.coordinateYs).slice(0, xs.length)];
}

function byPlain(point: plain.PlainPoint, [xs, ys]: Points): Points {
  const there = Array.from(xs, (x, i) => point(x, ys[i]!) ?? [NaN, NaN]);
  return [Float64Array.from(there, ([x]) => x), Float64Array.from(there, ([, y]) => y)];
}

/** The points of which the two differ in any bit; NaN is NaN. */
function differing(one: Points, other: Points): number[] {
  return [...one[0].keys()].filter((i) => one.some((values, axis) => !Object.is(values[i], other[axis]![i])));
}

const counts = [1, 2, 3, 64, 511, 1023, 1024];
const turn = Math.PI / 180;

describe("the kernel", () => {
  const [unit, origin, wrap] = [turn, 0.31, 0.2];
  const [a, c, e, f] = [0.37, 5, -0.21, 17];
  const frame: plain.Frame = [0.3048, -0.3048, 5e5, -1e7, 6378137];
  const globe = [1200, 200] as const;
  const radians = [30, 5] as const;
  const metres = [5e7, 5e7] as const;

  it.each<[string, (count: number) => void, plain.PlainPoint, readonly [number, number]]>([
    ["readLongitudes", (n) => k.readLongitudes(n, unit, origin), plain.readLongitudes(unit, origin), globe],
    [
      "writeLongitudes",
      (n) => k.writeLongitudes(n, unit, origin, wrap),
      plain.writeLongitudes(unit, origin, wrap),
      radians,
    ],
    ["readProjected", (n) => k.readProjected(n, ...frame), plain.readProjected(...frame), metres],
    ["writeProjected", (n) => k.writeProjected(n, ...frame), plain.writeProjected(...frame), [6, 6]],
    ["fromCentralMeridian", (n) => k.fromCentralMeridian(n, origin), (x, y) => [x + origin, y], radians],
    [
      "toCentralMeridian",
      (n) => k.toCentralMeridian(n, origin),
      (x, y) => [plain.halfTurn(x - origin), y],
      radians,
    ],
    // Half a turn to the east and to the west are two ends of a map: each stays what it is.
    ["toCentralMeridian", (n) => k.toCentralMeridian(n, 0), (x, y) => [plain.halfTurn(x), y], radians],
    ["toPixels", (n) => k.toPixels(n, a, c, e, f), plain.toPixels(a, c, e, f), metres],
  ])("%s gives the bits that plain arithmetic gives", (_, kernel, point, sizes) => {
    const random = generator();
    for (let run = 0; run < 50; run++) {
      for (const count of counts) {
        const given = points(count, random, sizes);
        expect(differing(byKernel(kernel, given), byPlain(point, given))).toEqual([]);
      }
    }
  });

  it.each([
    "EPSG:3035",
    "EPSG:2163",
    "EPSG:9311",
    "+proj=laea +lat_0=0 +ellps=WGS84",
    "+proj=laea +lat_0=-89 +R=6e6",
  ])("inverseLambertAzimuthal gives the bits that Math gives: %s", (code) => {
    const used = vi.spyOn(k, "inverseLambertAzimuthal");
    const { parameters, datum } = parseCrs(code).definition;
    const { inverse } = projectionMethods["laea"]!.create({ parameters, ellipsoid: datum.ellipsoid });
    const random = generator();
    let placed = 0;
    for (let run = 0; run < 100; run++) {
      const count = counts[run % counts.length]!;
      const given = points(count, random, run % 2 === 0 ? [4.2, 4.2] : [0.5, 0.5]);
      const made = byKernel((inverse as KernelStep).kernel, given);
      const [, terms, sineCentre, cosineCentre, width, height, farthest] = used.mock.lastCall!;
      const authalic = [...memory(k.authalicSeries, terms)];
      const point = plain.inverseLambertAzimuthal({
        ...{ authalic, sineCentre, cosineCentre, width, height, farthest },
      });
      expect(differing(made, byPlain(point, given))).toEqual([]);
      placed += made[0].filter((x) => x === x).length;
    }
    expect(used).toHaveBeenCalledTimes(100);
    expect(placed).toBeGreaterThan(10_000);
  });

  // Its sines, cosines and logarithms are its own: they differ from those of V8 in the last bit now and then.
  it.each(["EPSG:32633", "EPSG:27700", "+proj=tmerc +lat_0=-40 +R=6371000"])(
    "transverseMercator gives what Math gives within 10 nanometres: %s",
    (code) => {
      const used = vi.spyOn(k, "transverseMercator");
      const { parameters, datum } = parseCrs(code).definition;
      const { forward } = projectionMethods["tmerc"]!.create({ parameters, ellipsoid: datum.ellipsoid });
      const random = generator();
      let placed = 0;
      let equal = 0;
      for (let run = 0; run < 200; run++) {
        const given = points(counts[run % counts.length]!, random, run % 2 === 0 ? [6.3, 3.2] : [0.1, 3]);
        const made = byKernel((forward as KernelStep).kernel, given)
          .map((values) => [...values])
          .flat();
        const [, terms, scale, originY, halfWidth, steepest] = used.mock.lastCall!;
        const [conformal, plane] = [[...memory(k.conformalSeries, terms)], [...memory(k.planeSeries, 6)]];
        const point = plain.transverseMercator({
          ...{ conformal, plane, scale, originY, halfWidth, steepest },
        });
        const expected = byPlain(point, given)
          .map((values) => [...values])
          .flat();
        const { a } = datum.ellipsoid;
        const off = expected.filter(
          (value, i) => !Object.is(value, made[i]) && !(Math.abs(value - made[i]!) * a < 1e-8),
        );
        expect(off).toEqual([]);
        placed += made.filter((value) => value === value).length;
        equal += made.filter((value, i) => value === expected[i]).length;
      }
      expect(used).toHaveBeenCalledTimes(200);
      expect(placed).toBeGreaterThan(20_000);
      expect(equal / placed).toBeGreaterThan(0.5);
    },
  );
});

describe("PROJ's numbers, in any place of many points", () => {
  const references =
    fixture<{ crs: string; rows: (readonly [number, number, number, number])[] }[]>("projections");
  const systems = references.flatMap(({ crs: code, rows }) => {
    const crs = parseCrs(code);
    const { projection } = crs.definition;
    return projection === "tmerc" || projection === "laea" ? [{ code, crs, projection, rows }] : [];
  });

  it.each(systems)("are those of $code", ({ crs, projection, rows }) => {
    const forwards = vi.spyOn(k, "transverseMercator");
    const inverses = vi.spyOn(k, "inverseLambertAzimuthal");
    const { forward, inverse } = projectionOf(crs);
    // 2501 points, three blocks: each row is at even and odd places.
    const many = Array.from(
      { length: 2501 },
      (_, i) => rows[(i + Math.floor(i / rows.length)) % rows.length]!,
    );
    const there = transformed(
      forward,
      many.map(([lon, lat]) => [lon, lat]),
    );
    // The fixture is rounded to a tenth of a millimetre.
    const metres = crs.definition.unitFactor;
    const away = many.map(([, , x, y], i) => Math.hypot(there[i]![0] - x, there[i]![1] - y) * metres);
    expect(Math.max(...away)).toBeLessThan(1e-4);
    const back = transformed(
      inverse,
      many.map(([, , x, y]) => [x, y]),
    );
    const rowsBack = transformed(
      inverse,
      rows.map(([, , x, y]) => [x, y]),
    );
    const alone = new Map(rows.map((row, i) => [row, rowsBack[i]!]));
    expect(
      many.filter((row, i) => !alone.get(row)!.every((value, axis) => Object.is(value, back[i]![axis]))),
    ).toEqual([]);
    const polar = Math.abs(crs.definition.parameters["lat_0"] ?? 0) === 90;
    expect(forwards).toHaveBeenCalledTimes(projection === "tmerc" ? 3 : 0);
    expect(inverses).toHaveBeenCalledTimes(projection === "laea" && !polar ? 4 : 0);
  });

  it("are those of ten systems", () => {
    expect(systems.length).toBeGreaterThanOrEqual(10);
  });
});

describe.each([
  ["EPSG:4326", "EPSG:32633", [-180, -90, 180, 90]],
  ["EPSG:4326", "EPSG:32633", [12, 40, 18, 60]],
  ["EPSG:4326", "EPSG:3035", [-40, 20, 60, 80]],
  ["EPSG:4258", "EPSG:27700", [-9, 49, 3, 61]],
  ["EPSG:3035", "EPSG:4326", [-5e6, -9e6, 15e6, 16e6]],
  ["EPSG:3035", "EPSG:32633", [2e6, 1e6, 7e6, 6e6]],
  ["EPSG:3573", "EPSG:4326", [-9e6, -9e6, 9e6, 9e6]],
  ["EPSG:2163", "EPSG:4326", [-9e6, -9e6, 9e6, 9e6]],
  ["EPSG:32633", "EPSG:3857", [0, 0, 1e6, 9e6]],
] as const)("a transform of %s to %s", (from, to, [left, bottom, right, top]) => {
  it("gives a point the same image among many points, among few, and alone between others", () => {
    const side = 217;
    const xs = new Float64Array(side * side);
    const ys = new Float64Array(side * side);
    for (let i = 0; i < xs.length; i++) {
      xs[i] = left + ((right - left) * (i % side)) / (side - 1);
      ys[i] = top - ((top - bottom) * Math.floor(i / side)) / (side - 1);
    }
    const [a, c, e, f] = [0.37, 5, -0.21, 17];
    const many = [xs.slice(), ys.slice()] as const;
    const placed = [xs.slice(), ys.slice()] as const;
    const transform = createTransform(parseCrs(from), parseCrs(to));
    transform.onto(a, c, e, f)(...placed);
    transform.transform(...many);
    const few = [xs.slice(), ys.slice()] as const;
    // Its tables are in the place of ours.
    const other = createTransform(parseCrs("EPSG:4326"), parseCrs("EPSG:32601"));
    for (let i = 0; i < xs.length; i += 999) {
      other.transform(xs.slice(i, i + 999), ys.slice(i, i + 999));
      transform.transform(few[0].subarray(i, i + 999), few[1].subarray(i, i + 999));
    }
    expect(differing(many, few)).toEqual([]);
    for (let i = 0; i < xs.length; i += 97) {
      const alone = [xs.slice(i, i + 1), ys.slice(i, i + 1)] as const;
      transform.transform(...alone);
      expect([alone[0][0], alone[1][0]]).toEqual([many[0][i], many[1][i]]);
    }
    expect(differing(placed, [many[0].map((x) => (x - c) / a), many[1].map((y) => (y - f) / e)])).toEqual([]);
  });
});
