import fc from "fast-check";
import { expect, it } from "vitest";
import { decoderOf } from "../src/cf/decode.js";
import type { ValueRules } from "../src/cf/values.js";
import type { Samples } from "../src/samples.js";

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const bound = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(-Infinity, Infinity, NaN, 0.5, -128.5, 65535, -5e6, 5e6, 1e300),
);
const rules = fc.record({
  stored: fc.constantFrom(...(Object.keys(arrays) as (keyof typeof arrays)[])),
  missing: fc.array(fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(-999.5, 1e20, 65535)), {
    maxLength: 3,
  }),
  least: bound,
  greatest: bound,
  scaling: fc.option(fc.record({ scale: fc.constantFrom(0.01, -2, 1), offset: fc.constantFrom(0, 273.15) }), {
    nil: undefined,
  }),
});

/** CF 1.11, 2.5.1 and 8.1, for one value. */
function meaning(value: number, { missing, least, greatest, scaling }: Omit<ValueRules, "dataType">): number {
  if (Number.isNaN(value) || missing.includes(value) || value < least || value > greatest) return NaN;
  return scaling ? value * scaling.scale + scaling.offset : value;
}

it("values that are missing or out of range are NaN, the others are scaled, of whatever type", () => {
  fc.assert(
    fc.property(
      rules,
      fc.array(
        fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(-0, 65535, 32767, -32768, NaN, 0.5)),
        {
          minLength: 7,
          maxLength: 7,
        },
      ),
      (own, numbers) => {
        const samples: Samples = arrays[own.stored].from(numbers);
        const decode = decoderOf({ ...own, dataType: own.scaling ? "float64" : own.stored });
        for (const [start, step, count] of [
          [0, 1, 7],
          [1, 2, 3],
        ] as const) {
          const out = new Float64Array(9).fill(5);
          decode(samples, start, step, count, out, 1);
          const expected = Array.from({ length: count }, (_, i) =>
            meaning(Number(samples[start + i * step]), own),
          );
          expect([...out]).toEqual([5, ...expected, ...new Array<number>(8 - count).fill(5)]);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
