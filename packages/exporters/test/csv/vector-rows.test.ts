import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnKind } from "../../src/columns.js";
import { createBlockWriter, textBound, type CsvBlock, type CsvColumn } from "../../src/csv/block.js";
import { scalarRows } from "../../src/csv/rows.js";
import { vectorRows } from "../../src/csv/vector-rows.js";
import { float32OfBits } from "../support/decimals.js";

const vector = createBlockWriter((width) => vectorRows(width)!);
const scalar = createBlockWriter((width) => scalarRows(width));

function text(write: typeof vector, block: CsvBlock): string {
  const out = new Uint8Array(textBound(block) + 3).fill(0xee);
  const end = write(block, out, 3);
  expect([...out.subarray(0, 3)]).toEqual([0xee, 0xee, 0xee]);
  return new TextDecoder().decode(out.subarray(3, end));
}

function expectSame(block: CsvBlock): void {
  expect(text(vector, block)).toBe(text(scalar, block));
}

function column(kind: ColumnKind, values: ArrayBufferView, validity?: Uint8Array): CsvColumn {
  return { kind, values, validity, offsets: undefined };
}

function float32s(values: readonly number[]): CsvBlock {
  return { rows: values.length, columns: [column("float32", Float32Array.from(values))] };
}

const patterns = fc.oneof(
  fc.integer({ min: 0, max: 0x7f800000 }),
  fc
    .tuple(fc.integer({ min: 108, max: 160 }), fc.integer({ min: 0, max: 0x7fffff }))
    .map(([e, m]) => e * 2 ** 23 + m),
  fc
    .tuple(fc.integer({ min: 100, max: 170 }), fc.integer({ min: -2, max: 2 }))
    .map(([e, m]) => e * 2 ** 23 + m),
);
const float32 = fc.oneof(
  fc.tuple(patterns, fc.boolean()).map(([bits, negative]) => float32OfBits(bits) * (negative ? -1 : 1)),
  fc
    .tuple(fc.integer({ min: -(10 ** 7), max: 10 ** 7 }), fc.integer({ min: 0, max: 9 }))
    .map(([digits, places]) => digits / 10 ** places),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 999.9999, 2 ** 24, 2 ** 24 + 2, 99999, 1e9, 1e-4),
);

describe("rows written by WebAssembly", () => {
  it("have the bytes of those written without it, for every float32", () => {
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 600 }), (values) => {
        expectSame(float32s(values));
      }),
      { numRuns: 400 },
    );
  });

  it("have them for float32 at even distances, and next to every power of ten", () => {
    const values = Array.from({ length: 200_000 }, (_, i) => float32OfBits(0x3500_0000 + i * 1201));
    expectSame(float32s(values));
    const near = Array.from({ length: 25 }, (_, i) => {
      const bits = new Uint32Array(Float32Array.of(10 ** (i - 12)).buffer)[0]!;
      return Array.from({ length: 401 }, (_, step) => float32OfBits(bits + step - 200));
    });
    expectSame(float32s(near.flat()));
  });

  it("have them for columns of all kinds of numbers, with gaps and repeats, however many there are", () => {
    const numbers = fc.record({
      width: fc.constantFrom(1, 2, 3, 7, 12, 100, 900),
      rows: fc.integer({ min: 1, max: 700 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(numbers, ({ width, rows, seed }) => {
        const at = (row: number, c: number): number => ((row >> (c % 4)) * seed * (c + 1)) % 1009;
        const columns = Array.from({ length: width }, (_, c) => {
          const list = Array.from({ length: rows }, (_, row) => at(row, c));
          const validity =
            c % 3 === 0 ? Uint8Array.from({ length: Math.ceil(rows / 8) }, (_, i) => i * seed) : undefined;
          if (c % 5 === 1)
            return column(
              "float64",
              Float64Array.from(list, (n) => n / 7),
              validity,
            );
          if (c % 5 === 2)
            return column(
              "integer",
              Int32Array.from(list, (n) => n * 30_001),
              validity,
            );
          if (c % 5 === 3) {
            return column(
              "int64",
              BigInt64Array.from(list, (n) => BigInt(n) ** 6n * 9n),
              validity,
            );
          }
          return column(
            "float32",
            Float32Array.from(list, (n) => n / (c % 2 === 0 ? 10 : 17)),
            validity,
          );
        });
        expectSame({ rows, columns });
      }),
      { numRuns: 60 },
    );
  });
});
