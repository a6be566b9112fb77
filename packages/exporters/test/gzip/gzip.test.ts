import { createHash } from "node:crypto";
import { deflateRawSync, gunzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDeflate, deflateBound } from "../../src/gzip/deflate.js";
import { codeLengths } from "../../src/gzip/huffman.js";
import { createGzip } from "../../src/gzip/member.js";
import {
  distanceExtra,
  distanceSymbol,
  lengthBases,
  lengthExtras,
  lengthIndex,
} from "../../src/gzip/symbols.js";

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

const inputs = fc.oneof(
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

  it("deals with many blocks, distances beyond the window and the longest matches", () => {
    const table = numbers(60_000);
    const noise = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> (13 + (i % 7)));
    const again = new Uint8Array([...table.subarray(0, 40_000), ...noise, ...table.subarray(0, 40_000)]);
    for (const input of [table, noise, again, new Uint8Array(200_000), new Uint8Array(200_000).fill(44)]) {
      expect(inflateRawSync(deflated(input)).equals(input)).toBe(true);
    }
  });

  it("keeps within its bound, whatever the input", () => {
    const random = Uint8Array.from(
      { length: 400_000 },
      (_, i) => (Math.imul(i ^ (i >>> 7), 0x85ebca6b) >>> 11) ^ (i * 7),
    );
    for (const length of [0, 1, 5, 1000, 65_535, 65_536, 65_537, 400_000]) {
      expect(deflated(random.subarray(0, length)).length).toBeLessThanOrEqual(deflateBound(length));
    }
  });

  it("makes tables of numbers as small as zlib's level 6 does, within 3 percent", () => {
    const table = numbers(30_000);
    expect(deflated(table).length).toBeLessThan(1.03 * deflateRawSync(table, { level: 6 }).length);
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

  it("has the bytes that it had in every earlier release", () => {
    const hash = createHash("sha256")
      .update(gzip(numbers(20_000)))
      .digest("hex");
    expect(hash).toBe("c916ddbc40cae0d12b67a5a85b2b15cb86b770187678e49f242bc32458116797");
  });
});

describe("prefix codes", () => {
  it("are complete, keep the limit, and are Huffman's where the limit allows", () => {
    const frequencies = fc.oneof(
      fc.array(fc.nat(1000), { minLength: 2, maxLength: 286 }),
      // Fibonacci's numbers make the deepest trees
      fc.integer({ min: 10, max: 28 }).map((count) => {
        const numbers = [1, 1];
        while (numbers.length < count) numbers.push(numbers.at(-1)! + numbers.at(-2)!);
        return numbers;
      }),
    );
    fc.assert(
      fc.property(frequencies, fc.constantFrom(9, 15), (counts, limit) => {
        const symbols = counts.filter((count) => count > 0).length;
        const lengths = codeLengths(Int32Array.from(counts), limit);
        counts.forEach((count, i) => expect(lengths[i]! > 0).toBe(count > 0));
        expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
        if (symbols < 2) return;
        expect(lengths.reduce((sum, length) => sum + (length > 0 ? 2 ** -length : 0), 0)).toBe(1);
        const cost = lengths.reduce((sum, length, i) => sum + length * counts[i]!, 0);
        const { bits, depth } = huffman(counts);
        if (depth <= limit) expect(cost).toBe(bits);
        else expect(cost).toBeGreaterThanOrEqual(bits);
      }),
    );
  });

  it("give every length and distance the symbol of RFC 1951", () => {
    // 3.2.5: symbol, extra bits, first and last value
    const rfcLengths = [
      [257, 0, 3, 3],
      [264, 0, 10, 10],
      [265, 1, 11, 12],
      [268, 1, 17, 18],
      [269, 2, 19, 22],
      [276, 3, 59, 66],
      [277, 4, 67, 82],
      [280, 4, 115, 130],
      [281, 5, 131, 162],
      [284, 5, 227, 257],
      [285, 0, 258, 258],
    ] as const;
    for (const [symbol, extra, first, last] of rfcLengths) {
      for (const length of [first, last]) expect(lengthIndex[length]! + 257).toBe(symbol);
      expect([lengthExtras[symbol - 257], lengthBases[symbol - 257]]).toEqual([extra, first]);
    }
    const rfcDistances = [
      [0, 0, 1, 1],
      [3, 0, 4, 4],
      [4, 1, 5, 6],
      [5, 1, 7, 8],
      [9, 3, 25, 32],
      [16, 7, 257, 384],
      [25, 11, 6145, 8192],
      [28, 13, 16385, 24576],
      [29, 13, 24577, 32768],
    ] as const;
    for (const [symbol, extra, first, last] of rfcDistances) {
      for (const distance of [first, last]) {
        expect(distanceExtra(distance)).toBe(extra);
        expect(distanceSymbol(distance, extra)).toBe(symbol);
      }
    }
  });
});

/** Bits of a text with these frequencies in Huffman's code, and its longest code: the textbook's way. */
function huffman(counts: readonly number[]): { bits: number; depth: number } {
  let nodes = counts.filter((count) => count > 0).map((weight) => ({ weight, depth: 0 }));
  let bits = 0;
  while (nodes.length > 1) {
    nodes.sort((a, b) => a.weight - b.weight || a.depth - b.depth);
    const [a, b, ...rest] = nodes;
    const joined = { weight: a!.weight + b!.weight, depth: Math.max(a!.depth, b!.depth) + 1 };
    bits += joined.weight;
    nodes = [...rest, joined];
  }
  return { bits, depth: nodes[0]?.depth ?? 0 };
}
