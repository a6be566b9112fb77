import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { toColumn } from "../../src/staging/column.js";
import { separateNulls } from "../../src/staging/float-nulls.js";

const value = fc.oneof(
  fc.float({ noDefaultInfinity: false }),
  fc.constantFrom(NaN, 0, -0, Infinity, -Infinity, Math.fround(1e-45)),
);
/** Lengths on both sides of 16 values and of what goes through WebAssembly at once. */
const values = fc.oneof(
  fc.array(value, { maxLength: 70 }),
  fc
    .tuple(fc.array(value, { minLength: 1, maxLength: 20 }), fc.integer({ min: 16_370, max: 32_790 }))
    .map(([some, length]) => Array.from({ length }, (_, i) => some[(i * 7) % some.length]!)),
);

describe("toColumn", () => {
  it("separates values from nulls, float32 by the kernel", () => {
    const separated = vi.spyOn(kernels(), "separateNulls");
    let given32 = 0;
    fc.assert(
      fc.property(values, (given) => {
        given32 += given.length > 0 ? 1 : 0;
        const column = toColumn(Float32Array.from(given), "float32");
        const there = given.filter((value) => !Number.isNaN(value));
        expect(column.nulls).toBe(given.length - there.length);
        expect(column.min).toBe(there.reduce((least, value) => Math.min(least, value), Infinity) + 0);
        expect(column.max).toBe(there.reduce((most, value) => Math.max(most, value), -Infinity) + 0);
        expect(column.validity === undefined).toBe(column.nulls === 0);
        for (const [i, value] of given.entries()) {
          const valid = !column.validity || ((column.validity[i >> 3]! >> (i & 7)) & 1) === 1;
          if (valid === Number.isNaN(value)) expect.fail(`value ${i} of ${given.length}: ${value}`);
          if (!Object.is(column.values[i], Number.isNaN(value) ? 0 : value)) expect.fail(`value ${i}`);
        }
      }),
    );
    expect(separated.mock.calls.length).toBeGreaterThanOrEqual(given32);
  });

  it("gives by the kernel the bits of what is done one by one", () => {
    fc.assert(
      fc.property(values, (given) => {
        const one = toColumn(Float64Array.from(given), "float32");
        const floats = Float32Array.from(given);
        const validity = new Uint8Array(Math.ceil(given.length / 8));
        const { nulls } = separateNulls(floats, validity);
        expect(nulls).toBe(one.nulls);
        expect(Buffer.compare(Buffer.from(floats.buffer), Buffer.from(one.values.buffer))).toBe(0);
        if (one.validity) expect(Buffer.compare(validity, one.validity)).toBe(0);
      }),
    );
  });
});
