import * as arrow from "apache-arrow";
import fc from "fast-check";
import { float32OfBits, float64OfBits } from "./decimals.js";
import type { TestColumn, Value } from "./tables.js";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Every type that a column may have, with its values; no NaN, whose bits are not kept by every reader. */
export const valueTypes: readonly (readonly [arrow.DataType, fc.Arbitrary<Value>])[] = [
  [new arrow.Int8(), fc.integer({ min: -128, max: 127 })],
  [new arrow.Uint8(), fc.integer({ min: 0, max: 255 })],
  [new arrow.Int16(), fc.integer({ min: -32_768, max: 32_767 })],
  [new arrow.Uint16(), fc.integer({ min: 0, max: 65_535 })],
  [new arrow.Int32(), fc.integer()],
  [new arrow.Uint32(), fc.integer({ min: 0, max: 2 ** 32 - 1 })],
  [new arrow.Int64(), fc.oneof(int64, fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }))],
  [new arrow.Uint64(), uint64],
  [new arrow.Float32(), fc.integer({ min: 1, max: 0x7f7fffff }).map(float32OfBits)],
  [new arrow.Float32(), fc.integer({ min: -5, max: 5 }).map((n) => n / 4)],
  [new arrow.Float64(), fc.bigInt({ min: 1n, max: 0x7fefffffffffffffn }).map(float64OfBits)],
  [new arrow.Float64(), fc.integer({ min: -1800, max: 1800 }).map((n) => n / 10)],
  [new arrow.Utf8(), fc.string({ unit: "binary", maxLength: 12 })],
];

const names = [
  "x",
  "y",
  "plain",
  'a "quote"',
  "a,comma",
  "line\nbreak",
  "carriage\rreturn",
  " space ",
  "🦥 sloths",
  "é",
];

/** Columns of as many rows, each with nulls here and there, or everywhere. */
export function columnsOf(rows: fc.Arbitrary<number>): fc.Arbitrary<TestColumn[]> {
  return fc.tuple(rows, fc.integer({ min: 1, max: names.length })).chain(([length, count]) =>
    fc.tuple(
      ...names.slice(0, count).map((name) =>
        fc.constantFrom(...valueTypes).chain(([type, value]) =>
          fc
            .constantFrom<fc.Arbitrary<Value>>(value, fc.option(value, { freq: 3 }), fc.constant(null))
            .chain((item) => fc.array(item, { minLength: length, maxLength: length }))
            .map((values) => ({ name, type, values })),
        ),
      ),
    ),
  );
}

/** Sizes that a table is cut by, over and over. */
export const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 6 });
