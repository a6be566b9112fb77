import { kernels } from "@quadrat/kernels";
import type { BitSink } from "./bits.js";
import { BLOCK, BLOCK_BOUND } from "./block-size.js";
import type { Costs } from "./costs.js";
import {
  DISTANCES,
  lengthBases,
  lengthExtras,
  lengthIndex,
  LITERALS_AND_LENGTHS,
  LONGEST_MATCH,
  SHORTEST_MATCH,
  WINDOW,
} from "./symbols.js";

/**
 * Finds the literals and matches of a block, and writes them. Its arrays are valid until the thread's kernels take memory,
 * that is, within one input.
 */
export interface BlockCoder {
  /** The expected bits of the next block's symbols; set them before the block. */
  readonly costs: Costs;
  /** How often the block needs each symbol of literals and lengths, and of distances. */
  readonly literals: Int32Array;
  readonly distances: Int32Array;
  /** Forgets the previous input and starts another. */
  clear(): void;
  /** Adds the input's bytes from `from`, where the last call ended, to `to`. */
  parse(input: Uint8Array, from: number, to: number): void;
  /** Writes the block in these codes (bits, with their number above bit 16) and starts an empty one. */
  write(sink: BitSink, literals: Uint32Array, distances: Uint32Array): void;
}

/** Positions nearer to the end of the input are not looked up. */
const lookUpMargin = 10;
/** The number of 13-bit hashes of positions. */
const PLACES = 1 << 13;
/** The bytes that may be touched before the window and after the block. */
const FRAME = 64;

/**
 * The coder of this thread's kernels. All coders of a thread share one state, so an input must be finished before the next
 * begins.
 */
export function kernelCoder(): BlockCoder {
  const k = kernels();
  const words = (at: { readonly value: number }, length: number): (() => Int32Array) =>
    k.arena.view(Int32Array, at.value, length);
  const window = k.arena.view(Uint8Array, k.input.value, FRAME + WINDOW + BLOCK + FRAME);
  const output = k.arena.view(Uint8Array, k.output.value, BLOCK_BOUND);
  const counts = words(k.literalCounts, LITERALS_AND_LENGTHS);
  const distanceCounts = words(k.distanceCounts, DISTANCES);
  const seenPlaces = [words(k.lastOfFour, PLACES), words(k.lastOfEight, 2 * PLACES)];
  const costs = {
    literals: words(k.literalCosts, 256),
    lengths: words(k.lengthCosts, LONGEST_MATCH + 1),
    distances: words(k.distanceCosts, DISTANCES),
  };
  const codes = {
    literals: words(k.literalCodes, 256),
    lengths: words(k.lengthCodes, LONGEST_MATCH + 1),
    distances: words(k.distanceCodes, DISTANCES),
  };
  k.arena.view(Uint8Array, k.lengthIndex.value, lengthIndex.length)().set(lengthIndex);
  let end = k.items.value;
  return {
    get costs() {
      return { literals: costs.literals(), lengths: costs.lengths(), distances: costs.distances() };
    },
    get literals() {
      return counts();
    },
    get distances() {
      return distanceCounts();
    },
    clear() {
      for (const places of seenPlaces) places().fill(-WINDOW);
    },
    parse(input, from, to) {
      // The input's position `from` is placed after the window, wherever it is in the input.
      const shift = FRAME + WINDOW - from;
      const seen = Math.max(0, from - WINDOW);
      window().set(input.subarray(seen, to + lookUpMargin), shift + seen);
      const base = k.input.value + shift;
      end = k.parseBlock(from, to, Math.min(to, input.length - lookUpMargin + 1), base);
    },
    write(sink, literalsAndLengths, distanceSymbols) {
      setCodes(codes.literals(), codes.lengths(), literalsAndLengths);
      for (let symbol = 0; symbol < DISTANCES; symbol++) {
        codes.distances()[symbol] = entry(distanceSymbols[symbol]!);
      }
      const past = k.writeItems(end, sink.bits, sink.count);
      end = k.items.value;
      const written = output().subarray(0, past - k.output.value);
      sink.out.set(written, sink.at);
      sink.at += written.length;
      sink.bits = Number(k.bitsLeft.value);
      sink.count = k.bitsLeftCount.value;
    },
  };
}

/** The codes of literals, and those of lengths with the extra bits of each. */
function setCodes(literals: Int32Array, lengths: Int32Array, codes: Uint32Array): void {
  for (let byte = 0; byte < 256; byte++) literals[byte] = entry(codes[byte]!);
  for (let length = SHORTEST_MATCH; length <= LONGEST_MATCH; length++) {
    const index = lengthIndex[length]!;
    lengths[length] = entry(codes[257 + index]!, length - lengthBases[index]!, lengthExtras[index]);
  }
}

/** A code as the kernel reads it: its bits and the extra bits after them, with their number above bit 24. */
function entry(code: number, extra = 0, extraBits = 0): number {
  const size = code >>> 16;
  return (code & 0xffff) | (extra << size) | ((size + extraBits) << 24);
}
