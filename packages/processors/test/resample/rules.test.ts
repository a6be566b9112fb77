import fc from "fast-check";
import { Grid, isQuadratError, type Affine, type DataType, type ResamplingMethod } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import {
  bandEnd,
  cellsGrow,
  defaultMethod,
  planResampling,
  resampleBand,
  resultType,
  type CoordinateTransform,
} from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";
import { resampleAll } from "./tables.js";

const identity: CoordinateTransform = { identity: true, transform: () => undefined };
/** A transform that changes nothing but does not say so. */
const unspoken: CoordinateTransform = { identity: false, transform: () => undefined };
const northUp: Affine = { a: 1, b: 0, c: 0, d: 0, e: -1, f: 4 };
const grid4 = (resolution: number) =>
  new Grid({ crs: "a", resolution: [resolution, resolution], bounds: [0, 0, 4, 4] });

function source(values: readonly number[], dataType: DataType = "float64", affine = northUp, width = 4) {
  return memorySource(width, values.length / width, affine, Float64Array.from(values), dataType);
}

function run(
  values: readonly number[],
  grid: Grid,
  method: ResamplingMethod,
  options: { transform?: typeof identity; dataType?: DataType; affine?: typeof northUp } = {},
) {
  const { transform = identity, dataType = "float64", affine = northUp } = options;
  return resampleAll(
    planResampling({
      source: source(values, dataType, affine),
      grid,
      method,
      transform,
      geographicSource: false,
    }),
  );
}

const counting = Array.from({ length: 16 }, (_, i) => i);

describe.each([
  ["columns and rows apart", identity],
  ["cell by cell", unspoken],
] as const)("the rules, %s", (_name, transform) => {
  it("near takes the pixel to the east and south on ties, whichever way the rows run", async () => {
    const southUp: Affine = { a: 1, b: 0, c: 0, d: 0, e: 1, f: 0 };
    const flipped = [12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3];
    expect([...(await run(counting, grid4(2), "near", { transform }))]).toEqual([5, 7, 13, 15]);
    expect([...(await run(flipped, grid4(2), "near", { transform, affine: southUp }))]).toEqual([
      5, 7, 13, 15,
    ]);
  });

  it("mode takes the smallest of the values whose areas tie", async () => {
    const values = [7, 3, 9, 9, 3, 7, 2, 9, 5, 5, 1, 8, 6, 6, 4, 2];
    expect([...(await run(values, grid4(2), "mode", { transform }))]).toEqual([3, 9, 5, 1]);
    expect([...(await run(values, grid4(2), "mode", { transform, dataType: "uint8" }))]).toEqual([
      3, 9, 5, 1,
    ]);
  });

  it("mode goes by area, not by the number of pixels", async () => {
    const grid = new Grid({ crs: "a", resolution: [1.5, 1], bounds: [0.75, 3, 2.25, 4] });
    expect([...(await run([1, 2, 1, 0, ...Array<number>(12).fill(0)], grid, "mode", { transform }))]).toEqual(
      [2],
    );
  });

  it("med is the lower of the two middle values, q1 and q3 the ranks of a quarter and three quarters", async () => {
    const values = [4, 1, 0, 0, 3, 2, 0, 0, ...Array<number>(8).fill(0)];
    expect((await run(values, grid4(2), "med", { transform }))[0]).toBe(2);
    expect((await run(values, grid4(2), "q1", { transform }))[0]).toBe(1);
    expect((await run(values, grid4(2), "q3", { transform }))[0]).toBe(3);
  });

  it("zero is a value, NaN is none, and a cell without a value is null", async () => {
    const values = [NaN, NaN, 0, NaN, NaN, NaN, NaN, NaN, 1, NaN, 2, 2, 3, NaN, 2, 2];
    for (const method of ["average", "sum", "min", "max", "med", "mode", "q1", "q3", "rms"] as const) {
      const got = await run(values, grid4(2), method, { transform });
      expect(got[0]).toBeNaN();
      expect(got[1]).toBe(0);
    }
    expect((await run(values, grid4(2), "average", { transform }))[2]).toBe(2);
    expect((await run(values, grid4(2), "sum", { transform }))[2]).toBe(4);
    expect((await run(values, grid4(2), "rms", { transform }))[2]).toBeCloseTo(Math.sqrt(5), 14);
  });

  it("statistics are NULL without a value, and exact for a single one", async () => {
    const values = [NaN, NaN, 1, NaN, NaN, NaN, NaN, 1, 5, NaN, 2, 3, 7, 7, 3, 2];
    const expected = {
      count: [NaN, 2, 3, 4],
      coverage: [NaN, 0.5, 0.75, 1],
      variance: [NaN, 0, 8 / 9, 0.25],
      stdev: [NaN, 0, Math.sqrt(8) / 3, 0.5],
      variety: [NaN, 1, 2, 2],
    } as const;
    for (const dataType of ["float64", "uint8"] as const) {
      for (const method of ["count", "coverage", "variance", "stdev", "variety"] as const) {
        const got = [...(await run(values, grid4(2), method, { transform, dataType }))];
        expect(got[0], method).toBeNaN();
        expect(got.slice(1), method).toEqual(
          expected[method].slice(1).map((value) => expect.closeTo(value, 14) as number),
        );
      }
    }
  });

  it("coverage is of the whole cell, also outside of the raster", async () => {
    const grid = new Grid({ crs: "a", resolution: [3, 3], bounds: [-2, -2, 4, 4] });
    const got = await run(counting, grid, "coverage", { transform });
    expect([...got]).toEqual([3 / 9, 1, 1 / 9, 3 / 9].map((value) => expect.closeTo(value, 12) as number));
    expect(got[1]).toBe(1);
  });

  it("variance keeps its digits where values are large and alike, whatever the first one is", async () => {
    const quarters = [0, 1, 2, 1, 0, 0, 1, 3, 2, 2, 1, 0, 1, 1, 2, 3];
    for (const first of [1e9, 0]) {
      const values = quarters.map((quarter, i) => (i === 0 ? first : 1e9 + quarter / 4));
      const own = values.map((value) => value - 1e9);
      const mean = own.reduce((a, b) => a + b, 0) / 16;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 16;
      const [got] = await run(values, grid4(4), "variance", { transform });
      expect(Math.abs(got! - variance) / variance).toBeLessThan(1e-12);
    }
  });

  it("sum shares a value by area when cells shrink", async () => {
    const got = await run(counting, grid4(0.5), "sum", { transform });
    expect([got[0], got[2], got[8 * 7 + 7]]).toEqual([0, 0.25, 15 / 4]);
  });

  it("a cell across the raster's border has the values of what lies inside", async () => {
    const grid = new Grid({ crs: "a", resolution: [3, 3], bounds: [-2, -2, 4, 4] });
    expect((await run(counting, grid, "average", { transform }))[0]).toBeCloseTo((0 + 4 + 8) / 3, 12);
    expect((await run(counting, grid, "sum", { transform }))[0]).toBeCloseTo(12, 12);
    expect((await run(counting, grid, "max", { transform }))[3]).toBe(15);
  });

  it("a cell that only adjoins the raster is null", async () => {
    const grid = new Grid({ crs: "a", resolution: [1, 1], bounds: [-1, 0, 4, 4] });
    for (const method of ["average", "min", "mode", "med", "sum", "near", "bilinear"] as const) {
      const got = await run(counting, grid, method, { transform });
      expect([got[0], got[5]]).toEqual([NaN, NaN]);
      expect(got[1]).not.toBeNaN();
    }
  });
});

describe("sum", () => {
  it("keeps the total of a raster that the grid covers", async () => {
    const bent: CoordinateTransform = {
      identity: false,
      transform(xs, ys) {
        for (let i = 0; i < xs.length; i++) {
          const [x, y] = [xs[i]!, ys[i]!];
          xs[i] = x + 0.3 * Math.sin(y);
          ys[i] = y + 0.2 * Math.cos(x);
        }
      },
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(identity, unspoken, bent),
        fc.double({ min: 0.13, max: 7, noNaN: true }),
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 16, maxLength: 16 }),
        async (transform, resolution, skew, values) => {
          const affine: Affine = { a: 1, b: skew, c: -2, d: skew, e: -1, f: 2 };
          const size = Math.ceil(14 / resolution) * resolution;
          const grid = new Grid({
            crs: "a",
            resolution: [resolution, resolution],
            bounds: [-7, 7 - size, -7 + size, 7],
          });
          const got = await run(values, grid, "sum", { transform, affine });
          const total = values.reduce((a, b) => a + b, 0);
          expect(Math.abs(got.reduce((a, b) => a + (b || 0), 0) - total)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("average", () => {
  it("of equal values is that value, cell by cell", async () => {
    const turned: CoordinateTransform = {
      identity: false,
      transform(xs, ys) {
        for (let i = 0; i < xs.length; i++)
          [xs[i], ys[i]] = [0.8 * xs[i]! - 0.6 * ys[i]!, 0.6 * xs[i]! + 0.8 * ys[i]!];
      },
    };
    const got = await run(Array<number>(16).fill(0.1), grid4(0.7), "average", { transform: turned });
    for (const value of got) expect(Number.isNaN(value) || value === 0.1).toBe(true);
    expect(got.some((value) => value === 0.1)).toBe(true);
  });
});

describe("med", () => {
  it("is refused by name where a cell has more pixels than can be kept", async () => {
    const side = 4200;
    const data = new Float32Array(side * side);
    const large = memorySource(side, side, { a: 1, b: 0, c: 0, d: 0, e: -1, f: side }, data, "float32");
    const grid = new Grid({ crs: "a", resolution: [side, side], bounds: [0, 0, side, side] });
    const plan = planResampling({
      source: large,
      grid,
      method: "med",
      transform: identity,
      geographicSource: false,
    });
    const error = await resampleBand(plan, 0, 1, 2048 * 2048).catch((reason: unknown) => reason);
    expect(isQuadratError(error) && error.message).toContain('"med"');
  });

  it("counts the pixels of small whole numbers instead", async () => {
    const side = 300;
    const data = Float32Array.from({ length: side * side }, (_, i) => (i * 7919) % 256);
    const bytes = memorySource(side, side, { a: 1, b: 0, c: 0, d: 0, e: -1, f: side }, data, "uint8");
    const grid = new Grid({ crs: "a", resolution: [side, side], bounds: [0, 0, side, side] });
    for (const [method, share] of [
      ["q1", 0.25],
      ["med", 0.5],
      ["q3", 0.75],
    ] as const) {
      const plan = planResampling({
        source: bytes,
        grid,
        method,
        transform: identity,
        geographicSource: false,
      });
      const rank = Math.ceil(share * data.length) - 1;
      expect((await resampleBand(plan, 0, 1, 4096))[0]).toBe(data.slice().sort()[rank]);
    }
  });
});

describe("planResampling", () => {
  const plan = (
    bounds: readonly [number, number, number, number],
    geographicSource = false,
    transform = identity,
  ) =>
    planResampling({
      source: source(counting),
      grid: new Grid({ crs: "a", resolution: [1, 1], bounds }),
      method: "average",
      transform,
      geographicSource,
    });

  it.each([identity, unspoken])("tells whether grid and source meet, and both extents", (transform) => {
    expect(plan([3, 3, 9, 9], false, transform)).toMatchObject({
      overlaps: true,
      sourceBounds: [0, 0, 4, 4],
      gridBounds: [3, 3, 9, 9],
    });
    expect(plan([40, 3, 90, 9], false, transform).overlaps).toBe(false);
    expect(plan([-90, -90, -40, 90], false, transform).overlaps).toBe(false);
  });

  it("says that a grid which only adjoins the source does not meet it", () => {
    expect(plan([4, 0, 8, 4]).overlaps).toBe(false);
  });

  it("meets a source of longitudes a full turn away", () => {
    expect(plan([361, 0, 363, 4], true).overlaps).toBe(true);
    expect(plan([361, 0, 363, 4], false).overlaps).toBe(false);
  });

  it("knows no extent of a grid outside the domain", () => {
    const nowhere: CoordinateTransform = {
      identity: false,
      transform: (xs, ys) => {
        xs.fill(NaN);
        ys.fill(NaN);
      },
    };
    expect(plan([0, 0, 4, 4], false, nowhere)).toMatchObject({ overlaps: false, gridBounds: undefined });
  });
});

describe("cellsGrow and defaultMethod", () => {
  it("choose by type, and for continuous values by whether a cell covers more than a pixel", () => {
    const grows = (resolution: number) =>
      cellsGrow({
        source: source(counting),
        grid: grid4(resolution),
        transform: identity,
        geographicSource: false,
      });
    expect([grows(2), grows(1), grows(0.5)]).toEqual([true, false, false]);
    expect(defaultMethod("continuous", true)).toBe("average");
    expect(defaultMethod("continuous", false)).toBe("bilinear");
    expect([true, false].map((grow) => defaultMethod("categorical", grow))).toEqual(["mode", "mode"]);
    expect([true, false].map((grow) => defaultMethod("count", grow))).toEqual(["sum", "sum"]);
  });
});

describe("resultType", () => {
  it.each([
    ["near", "uint8", "uint8"],
    ["mode", "int16", "int16"],
    ["q3", "int32", "int32"],
    ["max", "float64", "float64"],
    ["sum", "uint8", "float64"],
    ["sum", "float32", "float64"],
    ["average", "uint8", "float64"],
    ["average", "float32", "float64"],
    ["rms", "float32", "float64"],
    ["cubic", "int32", "float64"],
    ["lanczos", "float32", "float64"],
    ["count", "uint8", "float64"],
    ["stdev", "float32", "float64"],
    ["variety", "uint8", "uint32"],
  ] as const)("of %s over %s is %s", async (method, type, expected) => {
    expect(resultType(method, type)).toBe(expected);
    const plan = planResampling({
      source: source(counting, type),
      grid: grid4(2),
      method,
      transform: identity,
      geographicSource: false,
    });
    const band = await resampleBand(plan, 0, 1, 100);
    const single = ["float32", "uint8", "int16"].includes(expected);
    expect(band).toBeInstanceOf(single ? Float32Array : Float64Array);
  });
});

describe("bandEnd", () => {
  const large = (blockHeight: number) =>
    memorySource(
      7200,
      3600,
      { a: 0.05, b: 0, c: -180, d: 0, e: -0.05, f: 90 },
      new Float32Array(0),
      "float32",
      {
        width: 256,
        height: blockHeight,
      },
    );
  const end = (
    resolution: number,
    windowSize: number,
    blockHeight: number,
    { transform = identity, rowStart = 0, method = "average", cells = Infinity } = {},
  ) =>
    bandEnd(
      planResampling({
        source: large(blockHeight),
        grid: new Grid({ crs: "a", resolution: [resolution, resolution], bounds: [-180, -90, 180, 90] }),
        method,
        transform,
        geographicSource: true,
      }),
      rowStart,
      windowSize,
      { aligned: cells, others: cells },
    );

  it("needs about the square of the window size in pixels", () => {
    for (const transform of [identity, unspoken]) {
      const pixels = end(0.1, 2048, 1, { transform }) * 2 * 7200;
      expect(pixels).toBeLessThanOrEqual(2048 ** 2);
      expect(pixels).toBeGreaterThan(0.9 * 2048 ** 2);
    }
  });

  it("ends bands where the file's blocks end", () => {
    for (const method of ["average", "near"] as const) {
      expect((end(0.1, 2048, 256, { method }) * 2) % 256).toBe(0);
      expect((end(0.25, 2048, 100, { method }) * 5) % 100).toBe(0);
      expect((end(0.1, 2048, 256, { method, rowStart: 30 }) * 2) % 256).toBe(0);
    }
  });

  it("makes no more cells than that, and a row at least", () => {
    expect(end(0.01, 1024, 256) * 36000).toBeLessThanOrEqual(1024 ** 2);
    expect(end(0.1, 16, 256)).toBe(1);
    expect(end(0.1, 16, 256, { rowStart: 7 })).toBe(8);
  });

  it("is half as low, or less, only to end where they do", () => {
    const cells = 100 * 3600;
    expect(end(0.1, 2048, 150, { cells })).toBe(75);
    expect(end(0.1, 2048, 256, { cells })).toBe(100);
  });

  it("ends with the grid", () => {
    expect(end(0.1, 2048, 256, { rowStart: 1799 })).toBe(1800);
  });
});
