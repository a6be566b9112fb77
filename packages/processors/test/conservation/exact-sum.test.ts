import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactSum, sumOf } from "../../src/conservation/exact-sum.js";
import { ResultTotal } from "../../src/conservation/result-total.js";

const sum = (values: readonly number[]): number => {
  const total = new ExactSum();
  for (const value of values) total.add(value);
  return total.value;
};

/** A double as a whole number of units of 2^-1074. */
function units(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return bits >> 63n ? -size : size;
}

const moderate = fc.double({ noNaN: true, min: -1e200, max: 1e200 });

describe("an exact sum", () => {
  it("is the double nearest to the sum in whole numbers", () => {
    fc.assert(
      fc.property(fc.array(moderate, { maxLength: 40 }), (values) => {
        const exact = values.reduce((total, value) => total + units(value), 0n);
        const found = sum(values);
        const off = (value: number): bigint => {
          const difference = exact - units(value);
          return difference < 0n ? -difference : difference;
        };
        const view = new DataView(new ArrayBuffer(8));
        for (const step of [-1n, 1n]) {
          view.setFloat64(0, found);
          view.setBigUint64(0, BigInt.asUintN(64, view.getBigUint64(0) + step));
          const neighbour = view.getFloat64(0);
          if (Number.isFinite(neighbour)) expect(off(found) <= off(neighbour)).toBe(true);
        }
      }),
    );
  });

  it("depends neither on the order nor on the parts", () => {
    fc.assert(
      fc.property(fc.array(moderate, { maxLength: 40 }), fc.nat(), (values, cut) => {
        const at = values.length === 0 ? 0 : cut % values.length;
        const parts = [values.slice(0, at), values.slice(at)].map((some) => {
          const total = new ExactSum();
          for (const value of some) total.add(value);
          return total.parts;
        });
        expect(sumOf(parts).value + 0).toBe(sum(values.toReversed()) + 0);
      }),
    );
  });

  it("keeps what doubles lose", () => {
    expect(sum([1e16, 1, -1e16])).toBe(1);
    expect(sum([1, 2 ** -53, 2 ** -106])).toBe(1 + 2 ** -52);
    expect(sum([])).toBe(0);
    expect(() => new ExactSum().add(Infinity)).toThrow(RangeError);
  });
});

describe("the total of cells", () => {
  it("leaves out NULLs, and does not depend on the pieces", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i) * 1e6);
    const validity = Uint8Array.from({ length: 1250 }, (_, i) => (i * 37) % 256);
    const whole = new ResultTotal();
    whole.add({ values, validity });
    const total = whole.value();
    const present = [...values].filter((_, i) => (validity[i >> 3]! >> (i & 7)) & 1);
    expect(Math.abs(total - sum(present))).toBeLessThanOrEqual(1e-9);
    const pieces = new ResultTotal();
    for (let at = 0; at < values.length; at += 1000)
      pieces.add({ values: values.slice(at, at + 1000), validity: validity.slice(at / 8, at / 8 + 125) });
    expect(pieces.value()).toBe(total);
    // Rows of NULLs of any number, of which only the number is known.
    for (const nulls of [1000, 4096, 9000]) {
      const [known, told] = [new ResultTotal(), new ResultTotal()];
      known.add({ values, validity });
      known.add({ values: new Float64Array(nulls), validity: new Uint8Array(Math.ceil(nulls / 8)) });
      known.add({ values, validity });
      told.add({ values, validity });
      told.addNulls(nulls);
      told.add({ values, validity });
      expect(told.value()).toBe(known.value());
    }
    const infinite = new ResultTotal();
    infinite.add({ values: Float64Array.of(1, Infinity), validity: undefined });
    expect(infinite.value()).toBeNaN();
  });
});
