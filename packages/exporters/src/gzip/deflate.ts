import { flushBits } from "./bits.js";
import type { BitSink } from "./bits.js";
import { blockSymbols, writeBlock } from "./block.js";
import { createCosts, setCosts, typicalCodes } from "./costs.js";
import { clearFinder, matchFinder } from "./matches.js";
import { createPaths, findPath, takePath } from "./parse.js";

/** Bytes of the input for each block. */
const BLOCK = 131_072;

/**
 * The most bytes that {@link createDeflate}'s function makes of `length`. A code of 9 bits for each literal and length
 * and of 5 for each distance would never take more than 9/8 of the input, and the block's own codes are shorter.
 */
export function deflateBound(length: number): number {
  return length + (length >> 2) + 1024 * (1 + Math.ceil(length / BLOCK));
}

/**
 * A function that compresses bytes into raw deflate data (RFC 1951) at `start` of `out`, and returns the position
 * after it. Any bytes will do, but it is made for tables of numbers: these it makes about as small as zlib's level 9
 * does, in less time than its level 6. Unlike zlib's, its output is the same in every release of Node and on every
 * processor.
 */
export function createDeflate(): (input: Uint8Array, out: Uint8Array, start: number) => number {
  const finder = matchFinder();
  const costs = createCosts();
  const paths = createPaths(BLOCK);
  const symbols = blockSymbols(BLOCK);
  return (input, out, start) => {
    const sink: BitSink = { out, at: start, bits: 0, count: 0 };
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    clearFinder(finder);
    setCosts(costs, typicalCodes);
    let from = 0;
    do {
      const to = Math.min(input.length, from + BLOCK);
      findPath(paths, costs, finder, input, view, from, to);
      takePath(paths, symbols, input, from, to);
      setCosts(costs, writeBlock(sink, symbols, to === input.length));
      from = to;
    } while (from < input.length);
    flushBits(sink);
    return sink.at;
  };
}
