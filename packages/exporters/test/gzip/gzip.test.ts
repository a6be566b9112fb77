import { createHash } from "node:crypto";
import { deflateRawSync, gunzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createDeflate, deflateBound } from "../../src/gzip/deflate.js";
import { createGzip } from "../../src/gzip/member.js";
import { kernels } from "@quadrat/kernels";
import { referenceCoder } from "../support/deflate/reference-coder.js";

const gzip = createGzip();
const deflate = createDeflate();

function deflated(input: Uint8Array): Uint8Array {
  const out = new Uint8Array(deflateBound(input.length) + 3).fill(0xee);
  return out.slice(3, deflate(input, out, 3));
}

/** A table of numbers as text: coordinates, a class, noise with four digits, half of it missing. */
function numbers(rows: number): Uint8Array {
  let state = 7;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const lines = Array.from({ length: rows }, (_, row) => {
    const noise = random() < 0.5 ? "" : (Math.abs((row % 1201) - 600) / 9 + random()).toFixed(4);
    return `${((row % 360) - 180) / 10},${(900 - Math.floor(row / 360)) / 10},${Math.floor(row / 23) % 9},${noise}\n`;
  });
  return new TextEncoder().encode(lines.join(""));
}

/** Columns that change slowly along the rows, rounded, each with another period: the next row is near but not equal. */
function waves(rows: number, columns: number, digits: number): Uint8Array {
  const lines = Array.from({ length: rows }, (_, row) => {
    const values = Array.from({ length: columns }, (_, column) => {
      if ((row * 7 + column * 13) % 53 === 0) return "";
      return (200 * Math.sin(row / (90 + 17 * column) + column)).toFixed(digits);
    });
    return `${row / 1000},${values.join(",")}\n`;
  });
  return new TextEncoder().encode(lines.join(""));
}

const tables = fc
  .record({
    rows: fc.nat(400),
    columns: fc.array(
      fc.oneof(
        fc.constantFrom("", "0", "Quercus robur", '"a, b"', "2020-01-15T00:00:00Z", "é", "-179.95"),
        fc.record({ step: fc.double({ min: -3, max: 3, noNaN: true }), digits: fc.nat(6) }),
      ),
      { maxLength: 12 },
    ),
    gap: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ rows, columns, gap }) => {
    const lines = Array.from({ length: rows }, (_, row) =>
      columns.map((column, i) => {
        if ((row + i) % gap === gap - 1) return "";
        return typeof column === "string" ? column : (row * column.step).toFixed(column.digits);
      }),
    );
    return new TextEncoder().encode(lines.map((line) => `${line.join(",")}\n`).join(""));
  });

const inputs = fc.oneof(
  tables,
  fc.uint8Array({ maxLength: 2000 }),
  // few different bytes, so that there are matches
  fc
    .array(fc.constantFrom(10, 44, 46, 48, 49, 57), { maxLength: 3000 })
    .map((bytes) => Uint8Array.from(bytes)),
  fc
    .array(
      fc.tuple(
        fc.constantFrom("\n", ",", "1", ",2.5", "-179.95,89.95", "é"),
        fc.integer({ min: 1, max: 400 }),
      ),
      { maxLength: 40 },
    )
    .map((runs) => new TextEncoder().encode(runs.map(([text, count]) => text.repeat(count)).join(""))),
);

describe("deflate", () => {
  it("gives back every input by zlib's inflate", () => {
    fc.assert(
      fc.property(inputs, (input) => Buffer.from(input).equals(inflateRawSync(deflated(input)))),
      { numRuns: 1000 },
    );
  });

  it("gives the same bytes to the same input, whatever came before it, wherever it is, and keeps within its bound", () => {
    fc.assert(
      fc.property(inputs, fc.nat(9), (input, offset) => {
        const shifted = new Uint8Array(input.length + offset).subarray(offset);
        shifted.set(input);
        const out = new Uint8Array(deflateBound(input.length));
        const end = createDeflate()(shifted, out, 0);
        expect(Buffer.compare(out.subarray(0, end), deflated(input))).toBe(0);
        expect(end).toBeLessThanOrEqual(deflateBound(input.length));
      }),
      { numRuns: 200 },
    );
  });

  it("gives the bytes of the plain reference, by the kernel", () => {
    const parsed = vi.spyOn(kernels(), "parseBlock");
    const written = vi.spyOn(kernels(), "writeItems");
    const [vector, scalar] = [createDeflate(), createDeflate(referenceCoder())];
    const same = (input: Uint8Array): void => {
      const bound = deflateBound(input.length);
      const [a, b] = [new Uint8Array(bound), new Uint8Array(bound)];
      const [endOfA, endOfB] = [vector(input, a, 0), scalar(input, b, 0)];
      expect(Buffer.compare(a.subarray(0, endOfA), b.subarray(0, endOfB))).toBe(0);
    };
    fc.assert(fc.property(inputs, same), { numRuns: 500 });
    for (const digits of [0, 1, 4, 7]) same(waves(9000, 10, digits));
    same(numbers(30_000));
    same(Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> (13 + (i % 7))));
    // At least a block for each input.
    expect(parsed.mock.calls.length).toBeGreaterThan(506);
    expect(written.mock.calls.length).toBe(parsed.mock.calls.length);
  });

  it("deals with many blocks, distances beyond the window and the longest matches", () => {
    const table = numbers(60_000);
    const noise = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> (13 + (i % 7)));
    const again = new Uint8Array([...table.subarray(0, 40_000), ...noise, ...table.subarray(0, 40_000)]);
    const same = [0, 44, 46, 65].map((byte) => new Uint8Array(200_000).fill(byte));
    const wide = new TextEncoder().encode(`1${",".repeat(300)}\n`.repeat(700));
    const fraction = new TextEncoder().encode(
      Array.from({ length: 9000 }, (_, i) => `${i / 7},${i}\n`).join(""),
    );
    for (const input of [table, noise, again, wide, fraction, waves(9000, 10, 1), ...same]) {
      expect(inflateRawSync(deflated(input)).equals(input)).toBe(true);
    }
  });

  it("keeps within its bound, whatever the input", () => {
    const random = Uint8Array.from(
      { length: 400_000 },
      (_, i) => (Math.imul(i ^ (i >>> 7), 0x85ebca6b) >>> 11) ^ (i * 7),
    );
    for (const length of [0, 1, 5, 1000, 131_071, 131_072, 131_073, 400_000]) {
      expect(deflated(random.subarray(0, length)).length).toBeLessThanOrEqual(deflateBound(length));
    }
  });

  it("deals with inputs that end within a place that is looked up, or with a block", () => {
    const table = waves(3000, 10, 1);
    for (let length = 131_072 - 20; length < 131_072 + 20; length++) {
      const input = table.subarray(0, length);
      expect(inflateRawSync(deflated(input)).equals(input)).toBe(true);
    }
  });

  it("makes tables of numbers about as small as zlib's level 6 does", () => {
    const tables = [
      [numbers(30_000), 1.06],
      [waves(6000, 10, 7), 0.97],
      [waves(12_000, 10, 0), 1.11],
      [waves(12_000, 10, 1), 1.13],
    ] as const;
    for (const [table, most] of tables) {
      expect(deflated(table).length).toBeLessThan(most * deflateRawSync(table, { level: 6 }).length);
    }
  });
});

describe("a gzip member", () => {
  it("has a header that says nothing and a trailer that zlib checks", () => {
    const table = numbers(500);
    const member = gzip(table);
    expect([...member.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(gunzipSync(member).equals(table)).toBe(true);
    const broken = member.slice();
    broken[broken.length - 8]! ^= 1;
    expect(() => gunzipSync(broken)).toThrow(/data check/);
  });

  it("follows others in a file", () => {
    const parts = [numbers(10), new Uint8Array(0), numbers(700)];
    const file = Buffer.concat(parts.map((part) => gzip(part).slice()));
    expect(gunzipSync(file).equals(Buffer.concat(parts))).toBe(true);
  });

  it("has the same bytes in every release", () => {
    const hash = createHash("sha256")
      .update(gzip(numbers(20_000)))
      .digest("hex");
    expect(hash).toBe("e3d720190fea39096c5034356394f5576be3e6f62ea735379e49a1e8ad5122b3");
  });
});
