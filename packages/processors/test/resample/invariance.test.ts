import fc from "fast-check";
import { Grid, type DataType, type RasterData } from "@quadrat/core";
import { resamplingMethods } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import {
  planResampling,
  resampleBand,
  resampleFractions,
  type ClassGroups,
  type CoordinateTransform,
} from "../../src/resample/index.js";
import { memorySource, type MemorySource } from "./memory-source.js";

/** Transforms that bend, turn, jump or end within a domain, in closed form. */
const transforms: Record<string, CoordinateTransform> = {
  identity: { identity: true, transform: () => undefined },
  turned: each((x, y) => [0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y]),
  bent: each((x, y) => [x + y * y * 0.02, y - x * x * 0.01]),
  half: each((x, y) => (x * x + y * y < 60 ? [x, y] : [NaN, NaN])),
  torn: each((x, y) => [x > 1.3 ? x + 7 : x - 2, y]),
};

function each(map: (x: number, y: number) => readonly [number, number]): CoordinateTransform {
  return {
    identity: false,
    transform(xs, ys) {
      for (let i = 0; i < xs.length; i++) [xs[i], ys[i]] = map(xs[i]!, ys[i]!) as [number, number];
    },
  };
}

interface Case {
  readonly source: MemorySource;
  readonly grid: Grid;
  readonly transform: CoordinateTransform;
  readonly geographicSource: boolean;
}

const cases = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    pixel: fc.constantFrom(0.25, 0.3, 0.5, 1, 7),
    southUp: fc.boolean(),
    skew: fc.constantFrom(0, 0, 0.1),
    left: fc.integer({ min: -20, max: 5 }),
    top: fc.integer({ min: -5, max: 20 }),
    cell: fc.constantFrom(0.1, 0.25, 0.5, 0.7, 1.3, 4, 30),
    columns: fc.integer({ min: 1, max: 14 }),
    rows: fc.integer({ min: 1, max: 14 }),
    gridLeft: fc.integer({ min: -90, max: 60 }),
    gridTop: fc.integer({ min: -60, max: 90 }),
    transform: fc.constantFrom(...Object.keys(transforms)),
    globe: fc.constantFrom("none", "none", "longitudes", "whole"),
    type: fc.constantFrom<DataType>("uint8", "int16", "float32", "int32", "float64"),
    nulls: fc.constantFrom(0, 0.1, 0.7),
    seed: fc.integer(),
  })
  .map((c): Case => {
    const whole = c.globe === "whole";
    const width = whole ? 36 : c.width;
    const affine = {
      a: whole ? 10 : c.pixel,
      b: whole ? 0 : c.skew,
      c: whole ? -180 + 10 * c.left : c.left / 2,
      d: whole ? 0 : c.skew,
      e: (c.southUp ? 1 : -1) * (whole ? 180 / c.height : c.pixel),
      f: whole ? (c.southUp ? -90 : 90) : c.top / 2,
    };
    const random = generator(c.seed);
    const data: RasterData = ["int32", "float64"].includes(c.type)
      ? new Float64Array(width * c.height)
      : new Float32Array(width * c.height);
    for (let i = 0; i < data.length; i++) {
      const value = c.type.startsWith("float") ? random() * 100 - 20 : Math.floor(random() * 12);
      data[i] = random() < c.nulls ? NaN : value;
    }
    const bounds = [
      c.gridLeft / 10,
      c.gridTop / 10 - c.rows * c.cell,
      c.gridLeft / 10 + c.columns * c.cell,
      c.gridTop / 10,
    ] as const;
    return {
      source: memorySource(width, c.height, affine, data, c.type, { width: 8, height: 4 }),
      grid: new Grid({ crs: "a", resolution: [c.cell, c.cell], bounds }),
      transform: transforms[c.transform]!,
      geographicSource: c.globe !== "none",
    };
  });

/** Linear congruential, so that a failure is told by its seed alone. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Methods that give a cell one value. */
const methods = resamplingMethods.filter((method) => method !== "fractions");

function boundsOf({ grid: { height } }: Case, cuts: readonly number[]): number[] {
  return [...new Set([0, ...cuts.map((cut) => cut % height), height])].sort((p, q) => p - q);
}

async function inBands(
  input: Case,
  method: (typeof methods)[number],
  cuts: readonly number[],
  pixels: number,
) {
  const plan = planResampling({ ...input, method });
  const { width, height } = input.grid;
  const rows = boundsOf(input, cuts);
  const out = new Float64Array(width * height);
  for (let i = 1; i < rows.length; i++) {
    out.set(await resampleBand(plan, rows[i - 1]!, rows[i]!, pixels), rows[i - 1]! * width);
  }
  return out;
}

/** The lists of all cells, as texts. */
async function fractionsInBands(
  input: Case,
  groups: ClassGroups | undefined,
  cuts: readonly number[],
  pixels: number,
): Promise<string[]> {
  const plan = planResampling({ ...input, method: "fractions" });
  const rows = boundsOf(input, cuts);
  const found: string[] = [];
  for (let i = 1; i < rows.length; i++) {
    const band = await resampleFractions(plan, rows[i - 1]!, rows[i]!, pixels, groups);
    const { lists, offsets, parts, values, validity } = band;
    const texts = Array.from({ length: offsets.length - 1 }, (_, list) => {
      const [from, to] = [offsets[list]!, offsets[list + 1]!];
      expect(to).toBeGreaterThan(from);
      return Array.from(parts.subarray(from, to), (part, k) => `${part}:${values[from + k]}`).join(" ");
    });
    expect(new Set(texts).size).toBe(texts.length);
    for (const [cell, list] of lists.entries()) {
      const valid = !validity || (validity[cell >> 3]! & (1 << (cell & 7))) !== 0;
      found.push(valid ? texts[list]! : "");
    }
  }
  return found;
}

const classCases = cases.filter(({ source }) => !source.dataType.startsWith("float"));

describe("resampleFractions", () => {
  it.each([
    ["all classes", undefined],
    ["groups", { a: [1, 2, 3], b: [3, 4], never: [99], c: [0] }],
  ] as const)("gives the same bits for %s however the grid and the source are cut", async (_name, groups) => {
    await fc.assert(
      fc.asyncProperty(
        classCases,
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.constantFrom(1, 7, 64, 300),
        async (input, cuts, pixels) => {
          const whole = await fractionsInBands(input, groups, [], 1 << 24);
          expect(await fractionsInBands(input, groups, cuts, pixels)).toEqual(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("adds up to coverage, of the same cells", async () => {
    await fc.assert(
      fc.asyncProperty(classCases, async (input) => {
        const lists = await fractionsInBands(input, undefined, [], 1 << 24);
        const coverage = await inBands(input, "coverage", [], 1 << 24);
        for (const [cell, list] of lists.entries()) {
          const values = list === "" ? [NaN] : list.split(" ").map((one) => Number(one.split(":")[1]));
          const sum = values.reduce((a, b) => a + b, 0);
          if (Number.isNaN(sum)) expect(coverage[cell]).toBeNaN();
          else expect(Math.abs(sum - coverage[cell]!)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("resampleBand", () => {
  it.each(methods)("gives the same bits for %s however the grid and the source are cut", async (method) => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.constantFrom(1, 7, 64, 300),
        async (input, cuts, pixels) => {
          const whole = await inBands(input, method, [], 1 << 24);
          const cut = await inBands(input, method, cuts, pixels);
          const differing = whole.findIndex((value, i) => !Object.is(value, cut[i]));
          expect(differing, `cell ${differing}: ${whole[differing]} and ${cut[differing]}`).toBe(-1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("never holds more pixels than it may, or one row of one cell", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.constantFrom(...methods),
        fc.constantFrom(50, 200),
        async (input, method, pixels) => {
          input.source.reads.length = 0;
          await inBands(input, method, [], pixels);
          for (const { width, height } of input.source.reads) {
            expect(width * height <= pixels || height === 1).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
