import { flushBits } from "./bits.js";
import type { BitSink } from "./bits.js";
import { BLOCK } from "./block-size.js";
import { writeBlock } from "./block.js";
import { typicalCodes } from "./block-codes.js";
import { kernelCoder, type BlockCoder } from "./coder.js";
import { setCosts } from "./costs.js";

/**
 * The maximum number of bytes that {@link createDeflate}'s function writes for an input of `length` bytes: the bound
 * of each block.
 */
export function deflateBound(length: number): number {
  return length + (length >> 2) + 1024 * (1 + Math.ceil(length / BLOCK));
}

/**
 * A function that compresses bytes into raw deflate data (RFC 1951) at `start` of `out`, and returns the position
 * after it. It takes any bytes but is made for tables of numbers, which it compresses to about the size of zlib's
 * level 6, at about the speed of its level 1. Unlike zlib's, its output is the same in every release of Node and
 * on every processor.
 */
export function createDeflate(
  coder: BlockCoder = kernelCoder(),
): (input: Uint8Array, out: Uint8Array, start: number) => number {
  return (input, out, start) => {
    const sink: BitSink = { out, at: start, bits: 0, count: 0 };
    coder.clear();
    setCosts(coder.costs, typicalCodes);
    let from = 0;
    do {
      const to = Math.min(input.length, from + BLOCK);
      coder.parse(input, from, to);
      setCosts(coder.costs, writeBlock(sink, coder, to === input.length));
      from = to;
    } while (from < input.length);
    flushBits(sink);
    return sink.at;
  };
}
