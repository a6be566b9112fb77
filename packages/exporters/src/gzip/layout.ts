import { placesFrom } from "@quadrat/core/wasm";
import { BLOCK, BLOCK_BOUND } from "./block-size.js";
import { DISTANCES, LITERALS_AND_LENGTHS, LONGEST_MATCH, WINDOW } from "./symbols.js";
import { HASH_BITS } from "./matches.js";

const places = placesFrom();
const { take } = places;

/** Where what the functions of WebAssembly work on lies in their memory, in bytes. */
export const layout = {
  /** How often symbols occur. */
  literals: take(4 * LITERALS_AND_LENGTHS),
  distances: take(4 * DISTANCES),
  /** What they are expected to take: of literals, of lengths, of the symbols of distances. */
  literalCosts: take(4 * 256),
  lengthCosts: take(4 * (LONGEST_MATCH + 1)),
  distanceCosts: take(4 * DISTANCES),
  lengthIndex: take(LONGEST_MATCH + 1),
  /** Codes: bits, and above bit 24 their number. Those of lengths are by length, with the extra bits. */
  literalCodes: take(4 * 256),
  lengthCodes: take(4 * (LONGEST_MATCH + 1)),
  distanceCodes: take(4 * DISTANCES),
  /** What a function gives back. */
  result: take(16),
  four: take(4 << HASH_BITS),
  eight: take(8 << HASH_BITS),
  items: take(4 * BLOCK),
  out: take(BLOCK_BOUND),
  /** The window before a block, the block, and on both sides what may be touched. */
  input: take(64 + WINDOW + BLOCK + 64) + 64,
} as const;

export const layoutBytes = places.bytes;
