import { putBits } from "./bits.js";
import type { BitSink } from "./bits.js";
import type { BlockCodes } from "./block-codes.js";
import { canonicalCodes, codeLengths } from "./huffman.js";
import type { BlockCoder } from "./coder.js";
import { END_OF_BLOCK, lengthOrder } from "./symbols.js";

const DYNAMIC = 2;
const LONGEST_CODE = 15;
const LONGEST_LENGTH_CODE = 7;

/** Writes what the coder has collected in codes made for it (RFC 1951, 3.2.7), and returns their lengths. */
export function writeBlock(sink: BitSink, coder: BlockCoder, last: boolean): BlockCodes {
  const { literals, distances } = coder;
  literals[END_OF_BLOCK] = 1;
  const literalLengths = codeLengths(literals, LONGEST_CODE);
  const distanceLengths = codeLengths(distances, LONGEST_CODE);
  const literalCodes = canonicalCodes(literalLengths);
  putBits(sink, last ? 1 : 0, 1);
  putBits(sink, DYNAMIC, 2);
  writeLengths(sink, literalLengths, distanceLengths);
  coder.write(sink, literalCodes, canonicalCodes(distanceLengths));
  const end = literalCodes[END_OF_BLOCK]!;
  putBits(sink, end & 0xffff, end >>> 16);
  literals.fill(0);
  distances.fill(0);
  return { literals: literalLengths, distances: distanceLengths };
}

/** Writes the lengths of both codes, in a code of their own. */
function writeLengths(sink: BitSink, literals: Uint8Array, distances: Uint8Array): void {
  const literalCount = Math.max(257, used(literals));
  const distanceCount = Math.max(1, used(distances));
  const runs = runLengths([...literals.subarray(0, literalCount), ...distances.subarray(0, distanceCount)]);
  const frequencies = new Int32Array(19);
  for (const { symbol } of runs) frequencies[symbol]!++;
  const lengths = codeLengths(frequencies, LONGEST_LENGTH_CODE);
  const codes = canonicalCodes(lengths);
  const orderCount = Math.max(4, used(lengthOrder.map((symbol) => lengths[symbol]!)));
  putBits(sink, literalCount - 257, 5);
  putBits(sink, distanceCount - 1, 5);
  putBits(sink, orderCount - 4, 4);
  for (const symbol of lengthOrder.slice(0, orderCount)) putBits(sink, lengths[symbol]!, 3);
  for (const { symbol, extra, size } of runs) {
    putBits(sink, codes[symbol]! & 0xffff, codes[symbol]! >>> 16);
    putBits(sink, extra, size);
  }
}

function used(lengths: ArrayLike<number>): number {
  let count = lengths.length;
  while (count > 0 && lengths[count - 1] === 0) count--;
  return count;
}

interface Run {
  readonly symbol: number;
  /** The extra bits after the symbol's code, and their number. */
  readonly extra: number;
  readonly size: number;
}

/** Code lengths with 16 for repeats of the last one, 17 and 18 for zeros. */
function runLengths(lengths: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < lengths.length;) {
    const length = lengths[at]!;
    let end = at + 1;
    while (end < lengths.length && lengths[end] === length) end++;
    let left = end - at;
    at = end;
    if (length > 0) {
      runs.push({ symbol: length, extra: 0, size: 0 });
      left--;
    }
    while (left >= 3) {
      const most = length > 0 ? 6 : 138;
      const count = Math.min(left, most);
      if (length > 0) runs.push({ symbol: 16, extra: count - 3, size: 2 });
      else if (count <= 10) runs.push({ symbol: 17, extra: count - 3, size: 3 });
      else runs.push({ symbol: 18, extra: count - 11, size: 7 });
      left -= count;
    }
    for (; left > 0; left--) runs.push({ symbol: length, extra: 0, size: 0 });
  }
  return runs;
}
