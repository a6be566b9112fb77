import type { BlockSymbols } from "./block.js";
import type { Costs } from "./costs.js";
import { findMatch, lookUpMargin, matchStart } from "./matches.js";
import type { MatchFinder } from "./matches.js";
import { distanceExtra, distanceSymbol, lengthIndex } from "./symbols.js";

const SHORTEST_MATCH = 4;
/** A place that a match goes beyond by more than this is not looked up: the next separator is. */
const COVERED = 5;
/** By how much a match may be shortened, where a better one goes on. */
const SHORTENED = 12;
const UNREACHED = 0x7fffffff;

const POINT = 2;
/** 1 for the bytes that are looked up: fields begin with them in tables, and words in texts. */
const lookedUp = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x2e) return POINT;
  return byte < 0x30 && byte !== 0x2d ? 1 : 0;
});

/** For each position of a block, the fewest bits that lead there and what the last of them are. */
export interface Paths {
  readonly bits: Int32Array;
  /** 0 for a literal, else `length * 2^16 + distance`. */
  readonly steps: Int32Array;
}

export function createPaths(capacity: number): Paths {
  return { bits: new Int32Array(capacity + 1), steps: new Int32Array(capacity + 1) };
}

/**
 * Finds a short way to write the bytes from `from` to `to`: the shortest path along literals and along the matches
 * found at separators, and before them as far as they agree, whole or a little shortened.
 */
export function findPath(
  { bits, steps }: Paths,
  { literals, lengths, distances }: Costs,
  finder: MatchFinder,
  input: Uint8Array,
  view: DataView,
  from: number,
  to: number,
): void {
  bits.fill(UNREACHED, 0, to - from + 1);
  bits[0] = 0;
  const lastLookUp = input.length - lookUpMargin;
  let covered = 0;
  let coveredBy = 0;
  let next = 0;
  for (let at = from; at < to; at++) {
    const here = next;
    const byte = input[at]!;
    const literal = here + literals[byte]!;
    next = bits[at + 1 - from]!;
    if (literal < next) {
      next = literal;
      bits[at + 1 - from] = literal;
      steps[at + 1 - from] = 0;
    }
    const kind = lookedUp[byte]!;
    if (kind === 0 || at > lastLookUp) continue;
    if (kind === POINT ? !isLongFraction(view, at) : isWithinSeparators(input, at)) continue;
    const match = findMatch(finder, view, at, covered - at > COVERED ? at : to);
    const distance = match & 0xffff;
    if (match === 0 || (distance === coveredBy && at < covered)) continue;
    const end = at + (match >>> 16);
    covered = end;
    coveredBy = distance;
    let start = at;
    let sum = here;
    for (let first = matchStart(input, at, distance, from); first < at; first++) {
      if (bits[first - from]! >= sum) continue;
      start = first;
      sum = bits[first - from]!;
    }
    sum += distances[distanceSymbol(distance, distanceExtra(distance))]!;
    const shortest = Math.max(at + SHORTEST_MATCH, end - SHORTENED);
    for (let last = end; last >= shortest; last--) {
      const length = last - start;
      const total = sum + lengths[length]!;
      if (total >= bits[last - from]!) continue;
      bits[last - from] = total;
      steps[last - from] = (length << 16) | distance;
    }
  }
}

/** Whether more separators stand before and after this one; now and then it is as if they did not. */
function isWithinSeparators(input: Uint8Array, at: number): boolean {
  return at % 128 !== 0 && lookedUp[input[at + 1]!] === 1 && lookedUp[input[at - 1]!] === 1;
}

/** Whether a point stands before nine digits, as in fractions that end with double precision. They come again. */
function isLongFraction(view: DataView, at: number): boolean {
  return (view.getInt32(at + 2, true) & view.getInt32(at + 6, true) & 0x10101010) === 0x10101010;
}

/** Takes the path that was found for the bytes from `from` to `to` into a block's symbols, which are empty. */
export function takePath(
  { steps }: Paths,
  symbols: BlockSymbols,
  input: Uint8Array,
  from: number,
  to: number,
): void {
  const { items, literals, distances } = symbols;
  let first = items.length;
  for (let at = to; at > from;) {
    const step = steps[at - from]!;
    if (step === 0) {
      const byte = input[--at]!;
      items[--first] = byte;
      literals[byte]!++;
    } else {
      const length = step >>> 16;
      const distance = step & 0xffff;
      items[--first] = step;
      literals[lengthIndex[length]! + 257]!++;
      distances[distanceSymbol(distance, distanceExtra(distance))]!++;
      at -= length;
    }
  }
  symbols.first = first;
}
