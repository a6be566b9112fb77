import { BLOCK } from "../../../src/gzip/block-size.js";
import type { Costs } from "../../../src/gzip/costs.js";
import { findMatch, lookUpMargin, matchStart } from "./matches.js";
import type { MatchFinder } from "./matches.js";
import { DISTANCES, lengthIndex, LITERALS_AND_LENGTHS } from "../../../src/gzip/symbols.js";
import { distanceExtra, distanceSymbol } from "./distances.js";

/** Literals and matches of a block, and how often each symbol is needed for them. */
export interface BlockSymbols {
  /** The first `count`: each a byte or `length * 2^16 + distance`. */
  readonly items: Int32Array;
  count: number;
  readonly literals: Int32Array;
  readonly distances: Int32Array;
}

export function blockSymbols(): BlockSymbols {
  return {
    items: new Int32Array(BLOCK),
    count: 0,
    literals: new Int32Array(LITERALS_AND_LENGTHS),
    distances: new Int32Array(DISTANCES),
  };
}

/** What is left of a match when a part of it is given to another. */
export const SHORTEST_PART = 4;
/** A place that a match goes beyond by more than this is not looked up: the next separator is. */
export const COVERED = 5;
/** Matches as long as this always save something. */
export const LONG = 8;
/** Places that are looked up even within separators: multiples of this. */
export const EVERY = 128;

const POINT = 2;
/** 1 for the bytes that are looked up: fields begin with them in tables, and words in texts. */
const lookedUp = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x2e) return POINT;
  return byte < 0x30 && byte !== 0x2d ? 1 : 0;
});

/**
 * Takes the bytes from `from` to `to` into a block's symbols, which are empty: as matches found at separators, and
 * before them as far as they agree, and as literals. Of two matches that overlap, the part that both have goes to the
 * one with which they cost less.
 */
export function parseBlock(
  symbols: BlockSymbols,
  costs: Costs,
  finder: MatchFinder,
  input: Uint8Array,
  from: number,
  to: number,
): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const { lengths } = costs;
  const lookUpEnd = Math.min(to, input.length - lookUpMargin + 1);
  let done = from;
  // The last match, which the next one may still shorten.
  let start = from;
  let end = from;
  let distance = 0;
  for (let at = from; at < lookUpEnd; at++) {
    const kind = lookedUp[input[at]!]!;
    if (kind === 0) continue;
    if (kind === POINT ? !isLongFraction(view, at) : isWithinSeparators(input, at)) continue;
    const match = findMatch(finder, view, at, to, end - at > COVERED);
    const itsDistance = match & 0xffff;
    const itsEnd = at + (match >>> 16);
    if (match === 0 || itsEnd <= end || (itsDistance === distance && at < end)) continue;
    let itsStart = at > done ? matchStart(input, at, itsDistance, done) : done;
    if (itsStart < end) {
      if (itsStart <= start) {
        start = itsStart;
        end = itsEnd;
        distance = itsDistance;
        continue;
      }
      const canShorten = itsStart - start >= SHORTEST_PART;
      const canBeShort = itsEnd - end >= SHORTEST_PART;
      if (!canShorten && !canBeShort) continue;
      const shortened = lengths[itsStart - start]! + lengths[itsEnd - itsStart]!;
      if (canShorten && (!canBeShort || shortened < lengths[end - start]! + lengths[itsEnd - end]!)) {
        end = itsStart;
      } else {
        itsStart = end;
      }
    }
    if (itsEnd - itsStart < LONG && !saves(costs, input, itsStart, itsEnd, itsDistance)) continue;
    if (end > done) {
      takeLiterals(symbols, input, done, start);
      takeMatch(symbols, end - start, distance);
      done = end;
    }
    start = itsStart;
    end = itsEnd;
    distance = itsDistance;
  }
  if (end > done) {
    takeLiterals(symbols, input, done, start);
    takeMatch(symbols, end - start, distance);
    done = end;
  }
  takeLiterals(symbols, input, done, to);
}

/** Whether a match costs less than its bytes as literals. */
function saves(costs: Costs, input: Uint8Array, start: number, end: number, distance: number): boolean {
  let rest =
    costs.lengths[end - start]! + costs.distances[distanceSymbol(distance, distanceExtra(distance))]!;
  for (let at = start; at < end; at++) rest -= costs.literals[input[at]!]!;
  return rest < 0;
}

function takeLiterals(symbols: BlockSymbols, input: Uint8Array, from: number, to: number): void {
  const { items, literals } = symbols;
  for (let at = from; at < to; at++) {
    const byte = input[at]!;
    items[symbols.count++] = byte;
    literals[byte]!++;
  }
}

function takeMatch(symbols: BlockSymbols, length: number, distance: number): void {
  symbols.items[symbols.count++] = (length << 16) | distance;
  symbols.literals[lengthIndex[length]! + 257]!++;
  symbols.distances[distanceSymbol(distance, distanceExtra(distance))]!++;
}

/** Whether more separators stand before and after this one; now and then it is as if they did not. */
function isWithinSeparators(input: Uint8Array, at: number): boolean {
  return at % EVERY !== 0 && lookedUp[input[at + 1]!] === 1 && lookedUp[input[at - 1]!] === 1;
}

/** Whether a point stands before nine digits, as in fractions that end with double precision. They come again. */
function isLongFraction(view: DataView, at: number): boolean {
  return (view.getInt32(at + 2, true) & view.getInt32(at + 6, true) & 0x10101010) === 0x10101010;
}
