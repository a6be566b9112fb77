import { distanceExtra, LONGEST_MATCH, WINDOW } from "./symbols.js";

const HASH_BITS = 14;
const MASK = WINDOW - 1;
/** Bytes that are hashed; shorter matches are hardly worth their bits. */
const HASHED = 5;
/** Earlier places that are tried for each match. */
const TRIES = 4;
/** Only what comes before `0` is looked up: separators, signs and points, where numbers begin to agree. */
const DIGITS = 48;
/** What digits and their separators take in a Huffman code, in bits, and what a match takes without extra bits. */
const LITERAL_BITS = 3.5;
const MATCH_BITS = 10;

/** Where bytes were seen last: chains of places with the same hash, as in zlib. */
export interface MatchFinder {
  readonly heads: Int32Array;
  readonly older: Int32Array;
}

/** A finder for an input; for the next one its `heads` must be filled with -1. */
export function matchFinder(): MatchFinder {
  return { heads: new Int32Array(1 << HASH_BITS).fill(-1), older: new Int32Array(WINDOW) };
}

/** Whether places with this byte are looked up and remembered. */
export function isLookedUp(byte: number): boolean {
  return byte < DIGITS;
}

/**
 * Looks for the match at `at` that saves most, and remembers the place. Returns `length * 2^16 + distance`, with a
 * distance below 2^15; 0 for none.
 */
export function findMatch(finder: MatchFinder, input: Uint8Array, at: number): number {
  if (at > input.length - HASHED) return 0;
  const { older } = finder;
  let place = push(finder, input, at);
  const end = Math.min(input.length, at + LONGEST_MATCH);
  let best = 0;
  let bestLength = 0;
  let bestSaving = MATCH_BITS;
  for (let tries = TRIES; tries > 0 && place >= 0 && at - place < WINDOW; tries--) {
    const distance = at - place;
    if (input[place + bestLength] === input[at + bestLength] && input[place + 1] === input[at + 1]) {
      let next = at;
      while (next < end && input[next] === input[next - distance]) next++;
      const length = next - at;
      const saving = LITERAL_BITS * length - distanceExtra(distance);
      if (saving > bestSaving) {
        best = (length << 16) | distance;
        bestLength = length;
        bestSaving = saving;
      }
    }
    const next = older[place & MASK]!;
    // A place that has been written over since leads forward.
    place = next < place ? next : -1;
  }
  return best;
}

/** Remembers the places from `from` up to `to`. */
export function remember(finder: MatchFinder, input: Uint8Array, from: number, to: number): void {
  const end = Math.min(to, input.length - HASHED + 1);
  for (let at = from; at < end; at++) if (isLookedUp(input[at]!)) push(finder, input, at);
}

/** Remembers a place and returns the last one with the same hash, or -1. */
function push({ heads, older }: MatchFinder, input: Uint8Array, at: number): number {
  const word = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24);
  const hash = Math.imul(word ^ Math.imul(input[at + 4]!, 0x85ebca6b), 0x9e3779b1) >>> (32 - HASH_BITS);
  const last = heads[hash]!;
  older[at & MASK] = last;
  heads[hash] = at;
  return last;
}
