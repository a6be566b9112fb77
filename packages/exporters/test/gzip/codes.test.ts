import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeLengths } from "../../src/gzip/huffman.js";
import { lengthBases, lengthExtras, lengthIndex } from "../../src/gzip/symbols.js";
import { distanceExtra, distanceSymbol } from "../support/deflate/distances.js";

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
