import { flushBits } from "./bits.js";
import type { BitSink } from "./bits.js";
import { blockSymbols, writeBlock } from "./block.js";
import { findMatch, isLookedUp, matchFinder, remember } from "./matches.js";
import { distanceExtra, distanceSymbol, lengthIndex, LONGEST_MATCH } from "./symbols.js";

/** Literals and matches of a block. */
const BLOCK = 65_536;

/** The most bytes that {@link createDeflate}'s function makes of `length`. */
export function deflateBound(length: number): number {
  return length + (length >> 2) + 1024 * (1 + Math.ceil(length / BLOCK));
}

/**
 * A function that compresses bytes into raw deflate data (RFC 1951) at `start` of `out`, and returns the position
 * after it. Any bytes will do, but it is made for tables of numbers: on these it is as small as zlib's level 6 in
 * half of the time. Unlike zlib's, its output is the same in every release of Node and on every processor.
 */
export function createDeflate(): (input: Uint8Array, out: Uint8Array, start: number) => number {
  const finder = matchFinder();
  const symbols = blockSymbols(BLOCK);
  return (input, out, start) => {
    const sink: BitSink = { out, at: start, bits: 0, count: 0 };
    const { items, literals, distances } = symbols;
    finder.heads.fill(-1);
    let count = 0;
    for (let at = 0; at < input.length;) {
      if (count === BLOCK) {
        symbols.count = count;
        writeBlock(sink, symbols, false);
        count = 0;
      }
      const byte = input[at]!;
      const match = isLookedUp(byte) ? findMatch(finder, input, at) : 0;
      if (match === 0) {
        items[count++] = byte;
        literals[byte]!++;
        at++;
        continue;
      }
      let length = match >>> 16;
      const distance = match & 0xffff;
      remember(finder, input, at + 1, at + length);
      const next = at + length;
      // Matches are found where fields begin and end. What agrees before that is a match too.
      while (
        count > 0 &&
        items[count - 1]! < 256 &&
        length < LONGEST_MATCH &&
        input[at - 1] === input[at - 1 - distance]
      ) {
        literals[items[--count]!]!--;
        length++;
        at--;
      }
      items[count++] = (length << 16) | distance;
      literals[lengthIndex[length]! + 257]!++;
      distances[distanceSymbol(distance, distanceExtra(distance))]!++;
      at = next;
    }
    symbols.count = count;
    writeBlock(sink, symbols, true);
    flushBits(sink);
    return sink.at;
  };
}
