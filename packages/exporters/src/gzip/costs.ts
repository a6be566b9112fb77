import type { BlockCodes } from "./block-codes.js";
import {
  DISTANCES,
  distanceSymbolExtra,
  lengthExtras,
  lengthIndex,
  LONGEST_MATCH,
  SHORTEST_MATCH,
} from "./symbols.js";

/** The assumed bits of a symbol that the last block did not use. */
const UNUSED_LITERAL = 12;
const UNUSED_DISTANCE = 10;

/** The expected number of bits of literals and matches, including extra bits. */
export interface Costs {
  readonly literals: Int32Array;
  /** By length. */
  readonly lengths: Int32Array;
  /** By symbol. */
  readonly distances: Int32Array;
}

export function createCosts(): Costs {
  return {
    literals: new Int32Array(256),
    lengths: new Int32Array(LONGEST_MATCH + 1),
    distances: new Int32Array(DISTANCES),
  };
}

/** Expects the next block to need what the last one did. */
export function setCosts(costs: Costs, codes: BlockCodes): void {
  for (let byte = 0; byte < 256; byte++) costs.literals[byte] = codes.literals[byte]! || UNUSED_LITERAL;
  for (let length = SHORTEST_MATCH; length <= LONGEST_MATCH; length++) {
    const index = lengthIndex[length]!;
    costs.lengths[length] = (codes.literals[257 + index]! || UNUSED_LITERAL) + lengthExtras[index]!;
  }
  for (let symbol = 0; symbol < DISTANCES; symbol++) {
    costs.distances[symbol] = (codes.distances[symbol]! || UNUSED_DISTANCE) + distanceSymbolExtra(symbol);
  }
}
