import fc from "fast-check";
import { expect, it } from "vitest";
import { writeInteger } from "../../src/csv/decimal.js";
import { textOf } from "../support/decimals.js";

const text = (value: number): string => textOf((out, at) => writeInteger(out, at, value));

it("writes integers up to 2^53 as String does", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.maxSafeInteger(),
        fc.integer({ min: -1000, max: 1000 }),
        fc
          .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -1, max: 1 }))
          .map(([k, d]) => 10 ** k + d),
      ),
      (value) => text(value) === String(value),
    ),
    { numRuns: 10_000 },
  );
  expect(text(-0)).toBe("0");
  expect(text(-(2 ** 53))).toBe("-9007199254740992");
});
