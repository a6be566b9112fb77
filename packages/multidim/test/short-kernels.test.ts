import { describe, expect, it } from "vitest";
import { shortScaler } from "../src/cf/scale-shorts.js";
import type { ValueRules } from "../src/cf/values.js";
import { unshuffle } from "../src/codecs/shuffle.js";

const rulesOf = (own: Partial<ValueRules>): ValueRules => ({
  ...{ stored: "int16", dataType: "float64", missing: [], least: -Infinity, greatest: Infinity },
  scaling: { scale: 0.1, offset: 273.15 },
  ...own,
});

/** What CF says, value by value. */
function meaning(value: number, { missing, least, greatest, scaling }: ValueRules): number {
  if (missing.includes(value) || value < least || value > greatest) return NaN;
  return value * scaling!.scale + scaling!.offset;
}

describe("16-bit integers by the kernel", () => {
  it.each<[string, Partial<ValueRules>]>([
    ["one missing value", { missing: [-32767] }],
    ["two missing values", { missing: [-32768, 32767] }],
    ["a missing value that is no integer", { missing: [0.5, 7] }],
    ["a missing value out of range", { missing: [1e9, -1] }],
    ["bounds", { least: -999.5, greatest: 30_000 }],
    ["bounds and a missing value", { missing: [3], least: -5, greatest: 5 }],
    ["unsigned values", { stored: "uint16", missing: [65535, 0] }],
    ["unsigned values within bounds", { stored: "uint16", least: 40_000, greatest: 65_000 }],
  ])("%s", (_, own) => {
    const rules = rulesOf(own);
    const all = Float64Array.from({ length: 65536 }, (_, i) => i);
    const samples = rules.stored === "int16" ? Int16Array.from(all) : Uint16Array.from(all);
    for (const [start, count] of [
      [0, 65536],
      [3, 8192],
      [8190, 9],
      [5, 20_001],
    ] as const) {
      const out = new Float64Array(count + 4).fill(1);
      shortScaler(rules)!(samples, start, count, out, 2);
      const expected = Float64Array.from({ length: count + 4 }, (_, i) =>
        i < 2 || i >= count + 2 ? 1 : meaning(samples[start + i - 2]!, rules),
      );
      expect(Buffer.compare(bytesOf(out), bytesOf(expected))).toBe(0);
    }
  });

  it.each([
    ["nothing that could be missing", {}],
    ["no scale", { scaling: undefined }],
    ["bounds that are no numbers", { missing: [1], least: NaN }],
    ["bounds that exclude everything", { missing: [1], least: 5, greatest: 2 }],
    ["three missing values", { missing: [1, 2, 3] }],
    ["other types", { stored: "int32" as const, missing: [1] }],
  ])("leaves %s to others", (_, own) => {
    expect(shortScaler(rulesOf(own))).toBeUndefined();
  });

  it.each([1, 2, 7, 16, 8191, 8192, 8193, 100_003])("joins the bytes of %i values and a rest", (count) => {
    const values = Uint16Array.from({ length: count }, (_, i) => (i * 40_503) & 65535);
    const shuffled = Uint8Array.from({ length: 2 * count + 1 }, (_, i) => {
      if (i === 2 * count) return 77;
      return i < count ? values[i]! & 255 : values[i - count]! >> 8;
    });
    const joined = unshuffle(shuffled, 2);
    expect([...new Uint16Array(joined.buffer, 0, count)]).toEqual([...values]);
    expect(joined[2 * count]).toBe(77);
  });
});

/** NaN of any bits as one NaN. */
function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(Float64Array.from(values, (value) => (Number.isNaN(value) ? NaN : value)).buffer);
}
