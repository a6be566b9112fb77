import type { BlockMeans, Window } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";
import { describe, expect, it, vi } from "vitest";
import { shortMeans } from "../src/cf/scale-shorts.js";
import type { ValueRules } from "../src/cf/values.js";
import type { Variable } from "../src/model.js";
import { planeReader } from "../src/plane-reader.js";
import { countOf } from "../src/shapes.js";

const rulesOf = (own: Partial<ValueRules> = {}): ValueRules => ({
  ...{ stored: "int16", dataType: "float64", missing: [-32768], least: -Infinity, greatest: Infinity },
  scaling: { scale: 0.1, offset: 273.15 },
  ...own,
});

/** Numbers that repeat, a seventh of them missing, and whole rows of them too. */
function value(i: number): number {
  return i % 7 === 3 || Math.floor(i / 60) % 9 === 4 ? -32768 : ((i * 40_503) % 65_536) - 32_768;
}

/** The mean of a block: along its rows first, then down, over what is not missing. */
function meanOf(at: (row: number, column: number) => number, width: number, height: number): number {
  let [sum, valid] = [0, 0];
  for (let row = 0; row < height; row++) {
    const values = Array.from({ length: width }, (_, column) => at(row, column)).filter(
      (v) => !Number.isNaN(v),
    );
    const part = values.reduce((total, v) => total + v, 0);
    sum = row === 0 ? part : sum + part;
    valid += values.length;
  }
  return valid === 0 ? NaN : sum / valid;
}

describe("means of blocks of 16-bit integers by the kernel", () => {
  it.each([
    [2, 2, 30, 7],
    [2, 2, 1, 3],
    [2, 2, 5, 400],
    [3, 1, 20, 5],
    [1, 4, 60, 3],
    [4, 4, 15, 6],
    [5, 3, 11, 9],
  ])("of %i x %i values, %i in each of %i rows", (width, height, columns, rows) => {
    for (const [stored, spare] of [
      ["int16", 0],
      ["int16", 5],
      ["uint16", 3],
    ] as const) {
      const rules = rulesOf({ stored, missing: [stored === "int16" ? -32768 : 0] });
      const stride = columns * width + spare;
      const all = Int16Array.from({ length: 3 + stride * rows * height }, (_, i) => value(i));
      const samples = stored === "int16" ? all : Uint16Array.from(all, (v) => v + 32_768);
      const { scale, offset } = rules.scaling!;
      const scaled = Float64Array.from(samples, (v) =>
        rules.missing.includes(v) ? NaN : v * scale + offset,
      );
      const data = new Float64Array(columns * rows + 4).fill(1);
      const means = shortMeans(rules)!;
      expect(means.fits(columns, width, height)).toBe(true);
      means.write(
        { samples, start: 3, stride, width, height, columns, rows },
        { data, at: 2, stride: columns },
      );
      const expected = Float64Array.from({ length: data.length }, (_, i) => {
        if (i < 2 || i >= 2 + columns * rows) return 1;
        const [row, column] = [Math.floor((i - 2) / columns), (i - 2) % columns];
        return meanOf((r, c) => scaled[3 + (row * height + r) * stride + column * width + c]!, width, height);
      });
      expect([...data].map(bits)).toEqual([...expected].map(bits));
    }
  });

  it("leaves blocks to others that its memory has no room for", () => {
    const means = shortMeans(rulesOf())!;
    expect([means.fits(2048, 2, 2), means.fits(2049, 2, 2), means.fits(10, 1, 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(shortMeans(rulesOf({ scaling: undefined }))).toBeUndefined();
  });
});

const [steps, height, width] = [3, 12, 20] as const;

/** A variable in memory, of which one chunk was never written. */
function variable(chunkShape: readonly [number, number, number], fill = -32768): Variable {
  return {
    ...{
      path: "tas",
      shape: [steps, height, width],
      dimensions: [],
      attributes: new Map(),
      chunkShape,
      fill,
    },
    ...{ type: "int16", typeName: "int16", fillIsMissing: true, unreadable: undefined },
    readChunk([step, row, column]) {
      if (step === 2 && row === 0 && column === 0) return Promise.resolve(undefined);
      const samples = new Int16Array(countOf(chunkShape));
      const [deep, tall, wide] = chunkShape;
      for (let i = 0; i < samples.length; i++) {
        const own = [Math.floor(i / wide / tall), Math.floor(i / wide) % tall, i % wide] as const;
        const [t, y, x] = [own[0] + step! * deep, own[1] + row! * tall, own[2] + column! * wide];
        samples[i] = value((t * height + y) * width + x);
      }
      return Promise.resolve(samples);
    },
  };
}

describe("means of windows of a variable", () => {
  const plane = { row: 1, column: 2, step: 0, width, height };

  async function both(
    array: Variable,
    window: Window,
    block: { width: number; height: number },
    cacheBytes = 2 ** 20,
  ) {
    const [across, down] = [window.width / block.width, window.height / block.height];
    const made: number[][] = [];
    const expected: number[][] = [];
    let did = true;
    for (let step = 0; step < steps; step++) {
      // From south to north, as for a file whose rows run north.
      const into: BlockMeans = {
        data: new Float64Array(across * down),
        at: (down - 1) * across,
        stride: -across,
      };
      const reader = planeReader("a.nc", array, plane, rulesOf(), cacheBytes);
      did &&= await reader.readMeans!([step, 0, 0], window, block, into);
      made.push([...into.data]);
      const pixels = await reader.read([step, 0, 0], window, {});
      expected.push(
        Array.from({ length: across * down }, (_, i) => {
          const [row, column] = [down - 1 - Math.floor(i / across), i % across];
          const at = (r: number, c: number) =>
            pixels[(row * block.height + r) * window.width + column * block.width + c]!;
          return meanOf(at, block.width, block.height);
        }),
      );
    }
    return { did, made: made.map((one) => one.map(bits)), expected: expected.map((one) => one.map(bits)) };
  }

  it.each([
    ["one chunk for each step", [1, 12, 20], { col: 0, row: 0, width: 20, height: 12 }],
    ["a part of it", [1, 12, 20], { col: 3, row: 5, width: 14, height: 6 }],
    ["several steps in a chunk", [2, 12, 20], { col: 0, row: 0, width: 20, height: 12 }],
    ["chunks on the borders of blocks", [1, 4, 6], { col: 2, row: 2, width: 18, height: 10 }],
    ["chunks of several steps", [3, 4, 6], { col: 0, row: 4, width: 12, height: 8 }],
  ] as const)("equal those of its pixels: %s", async (_, chunks, window) => {
    for (const cacheBytes of [2 ** 20, 2500, 0]) {
      const { did, made, expected } = await both(
        variable(chunks),
        window,
        { width: 2, height: 2 },
        cacheBytes,
      );
      expect(did).toBe(true);
      expect(made).toEqual(expected);
    }
  });

  it("are left to others where blocks extend over chunks, or a value stands for what was never written", async () => {
    const whole = { col: 0, row: 0, width: 20, height: 12 };
    const block = { width: 2, height: 2 };
    expect((await both(variable([1, 5, 20]), whole, block)).did).toBe(false);
    expect((await both(variable([1, 4, 6]), { ...whole, col: 1, width: 18 }, block)).did).toBe(false);
    expect((await both(variable([1, 12, 20], 7), whole, block)).did).toBe(false);
  });

  it("come from the kernel", async () => {
    const spy = vi.spyOn(kernels(), "meansOfSignedShorts");
    await both(variable([1, 12, 20]), { col: 0, row: 0, width: 20, height: 12 }, { width: 2, height: 2 });
    expect(spy).toHaveBeenCalled();
    spy.mockRestore();
  });
});

/** NaN of any bits as one NaN, -0 apart from 0. */
function bits(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
