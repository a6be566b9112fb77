import { kernels } from "@quadrat/kernels";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ColumnKind } from "../../src/columns.js";
import type * as Float32 from "../../src/csv/float32.js";
import type * as Float64 from "../../src/csv/float64.js";
import { createBlockWriter, textBound, type CsvBlock } from "../../src/csv/block.js";
import type { CsvColumn } from "../../src/csv/column.js";
import { float32OfBits, float32Text } from "../support/decimals.js";

// Counted, to see that the kernel does the work: it declines few.
const declined = vi.hoisted(() => vi.fn());
vi.mock("../../src/csv/float32.js", async (original) => {
  const module = await original<typeof Float32>();
  declined.mockImplementation(module.writeFloat32);
  return { ...module, writeFloat32: declined };
});

const declined64 = vi.hoisted(() => vi.fn());
vi.mock("../../src/csv/float64.js", async (original) => {
  const module = await original<typeof Float64>();
  declined64.mockImplementation(module.writeFloat64);
  return { ...module, writeFloat64: declined64 };
});

const write = createBlockWriter();

function text(block: CsvBlock): string {
  const out = new Uint8Array(textBound(block) + 3).fill(0xee);
  const end = write(block, out, 3);
  expect([...out.subarray(0, 3)]).toEqual([0xee, 0xee, 0xee]);
  return new TextDecoder().decode(out.subarray(3, end));
}

/** The same by plain strings, field by field. */
function plainText({ columns, rows }: CsvBlock): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    columns.map((column) => field(column, row)).join(","),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function field({ kind, values, validity, offsets }: CsvColumn, row: number): string {
  if (validity && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) return "";
  if (kind === "text") {
    const word = new TextDecoder().decode((values as Uint8Array).subarray(offsets![row], offsets![row + 1]));
    return /[,"\n\r]|^ | $|^$/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
  }
  const value = (values as Float64Array)[row]!;
  if (Number.isNaN(value)) return "";
  return kind === "float32" ? float32Text(value) : String(value);
}

function expectSame(block: CsvBlock): void {
  expect(text(block)).toBe(plainText(block));
}

function column(kind: ColumnKind, values: ArrayBufferView, validity?: Uint8Array): CsvColumn {
  return { kind, values, validity, offsets: undefined };
}

const encoder = new TextEncoder();
const words = ["", "oak", 'a "b"', "x,y", "\n", " padded", "é"];

function texts(list: readonly string[], validity?: Uint8Array): CsvColumn {
  const parts = list.map((word) => encoder.encode(word));
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i]! + part.length));
  return { kind: "text", values: Uint8Array.from(parts.flatMap((part) => [...part])), validity, offsets };
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

describe("rows of CSV", () => {
  it("have the shortest decimals of every float32", () => {
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 600 }), (values) => {
        expectSame(float32s(values));
      }),
      { numRuns: 400 },
    );
  });

  it("have them at even distances, and next to every power of ten and of two", () => {
    const values = Array.from({ length: 60_000 }, (_, i) => float32OfBits(0x3500_0000 + i * 4003));
    expectSame(float32s(values));
    const near = Array.from({ length: 25 }, (_, i) => {
      const bits = new Uint32Array(Float32Array.of(10 ** (i - 12)).buffer)[0]!;
      return Array.from({ length: 401 }, (_, step) => float32OfBits(bits + step - 200));
    });
    expectSame(float32s(near.flat()));
    // Below a power of two, where its fraction is zero, numbers lie half as far apart as above it.
    expectSame(
      float32s(
        Array.from({ length: 254 * 3 }, (_, i) => float32OfBits((((i / 3) | 0) + 1) * 2 ** 23 + (i % 3) - 1)),
      ),
    );
  });

  it("take a number's text again from the row before only if it is the same number", () => {
    const near = [1.5, 1.5, -1.5, -1.5, 1.5, 0, -0, -0, 0, 0.1, -0.1, 0.1, NaN, 0.1, NaN, NaN, 7, -7, 70, 7];
    expectSame(float32s(near));
    const rows = near.length;
    const whole = near.map((value) => (value === value ? 4 * value : 0));
    const columns = [
      column("float64", Float64Array.from(near)),
      column("integer", Int32Array.from(whole)),
      column(
        "int64",
        BigInt64Array.from(whole, (value) => BigInt(Math.round(value))),
      ),
    ];
    expectSame({ rows, columns });
  });

  it("hold columns of all kinds, with gaps and repeats, however many there are", () => {
    const numbers = fc.record({
      width: fc.constantFrom(1, 2, 3, 7, 12, 100, 400),
      rows: fc.integer({ min: 1, max: 520 }),
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
          if (c % 7 === 4)
            return texts(
              list.map((n) => words[n % words.length]!.repeat(n % 3)),
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
      { numRuns: 25 },
    );
  });

  it("have the shortest decimals of float64 of up to three places, and of those beside them", () => {
    const short = Array.from({ length: 40_000 }, (_, i) => ((i * 7919) % 2_000_003) / 1000 - 1000);
    const exact = short.map((value) => Number(value.toFixed(3)));
    declined64.mockClear();
    expectSame({ rows: exact.length, columns: [column("float64", Float64Array.from(exact))] });
    // Only what is below -1000 or has a thousand before its point.
    const large = exact.filter((value) => Math.abs(value) >= 1000).length;
    expect(declined64.mock.calls.length).toBe(large);
    const bits = new BigInt64Array(Float64Array.from(exact.filter((value) => value !== 0)).buffer);
    const beside = [-2n, -1n, 1n, 2n].flatMap((step) => [...bits.map((one) => one + step)]);
    const near = new Float64Array(BigInt64Array.from(beside).buffer);
    expectSame({ rows: near.length, columns: [column("float64", near)] });
    const others = [
      999.9995,
      0.0005,
      0.0015,
      1e-3,
      1e-4,
      999.999,
      1000,
      -0,
      0,
      -0.001,
      5e-324,
      1e300,
      Infinity,
    ];
    expectSame({ rows: others.length, columns: [column("float64", Float64Array.from(others))] });
  });

  it("are written by the kernel, which declines few float32", () => {
    const rows = vi.spyOn(kernels(), "writeCsvRows");
    declined.mockClear();
    const values = Array.from({ length: 300_000 }, (_, i) => float32OfBits(0x0100_0000 + i * 6899));
    text(float32s(values));
    expect(rows.mock.calls.length).toBeGreaterThanOrEqual(Math.ceil(values.length / 512));
    expect(declined.mock.calls.length).toBeLessThan(values.length / 100);
  });
});
