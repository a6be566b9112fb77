import { LONGEST_MATCH, WINDOW } from "./symbols.js";

const HASH_BITS = 13;
/** All matches begin with the word, four bytes, that is compared first. */
const WORD = 4;
/** With a match this long, nearer places, of which fewer bytes are known to agree, are not tried. */
const GOOD_MATCH = 8;
const FAIR_MATCH = 6;
/** How many bytes before the place where it was found a match may begin. */
const BEFORE = 16;
/** About what a byte saves in a match, in bits. */
const BYTE_BITS = 4;

/** Places nearer to the end of the input are not looked up. */
export const lookUpMargin = 10;

/**
 * Where bytes were seen last, by their hash: the last place for four and for five bytes, and the last two for eight.
 * The former find what is short and near, the latter what goes on over several numbers, wherever it is.
 */
export interface MatchFinder {
  readonly four: Int32Array;
  readonly five: Int32Array;
  readonly eight: Int32Array;
}

/** A finder; before each input it has to be cleared. */
export function matchFinder(): MatchFinder {
  return {
    four: new Int32Array(1 << HASH_BITS),
    five: new Int32Array(1 << HASH_BITS),
    eight: new Int32Array(2 << HASH_BITS),
  };
}

export function clearFinder({ four, five, eight }: MatchFinder): void {
  four.fill(-WINDOW);
  five.fill(-WINDOW);
  eight.fill(-WINDOW);
}

/**
 * Remembers the place `at` and looks for the match that begins there, ends at `end` or before, and saves most; not if
 * `end` is `at`. Returns `length * 2^16 + distance`, with a distance below 2^15; 0 for none. `at` is at least
 * {@link lookUpMargin} bytes before the end of the input.
 */
export function findMatch(
  { four, five, eight }: MatchFinder,
  view: DataView,
  at: number,
  end: number,
): number {
  const word = view.getInt32(at, true);
  const next = view.getInt32(at + WORD, true);
  const hashOfFour = hash(word);
  const hashOfFive = hash(word ^ Math.imul(next & 0xff, 0x85ebca6b));
  const hashOfEight = hash(Math.imul(word, 0x9e3779b1) ^ (word >>> 15) ^ Math.imul(next, 0x85ebca6b)) << 1;
  const lastOfFour = four[hashOfFour]!;
  const lastOfFive = five[hashOfFive]!;
  const lastOfEight = eight[hashOfEight]!;
  const olderOfEight = eight[hashOfEight + 1]!;
  four[hashOfFour] = at;
  five[hashOfFive] = at;
  eight[hashOfEight] = at;
  eight[hashOfEight + 1] = lastOfEight;
  const limit = Math.min(end, at + LONGEST_MATCH - BEFORE);
  if (limit < at + WORD) return 0;
  // The same four times over: a function for it would not be compiled into this one, which runs for every field.
  let match = 0;
  let saved = 0;
  if (at - lastOfEight < WINDOW && view.getInt32(lastOfEight, true) === word) {
    match = matchAt(view, at, at - lastOfEight, limit);
    saved = saving(match);
  }
  if (at - olderOfEight < WINDOW && view.getInt32(olderOfEight, true) === word) {
    const other = matchAt(view, at, at - olderOfEight, limit);
    if (saving(other) > saved) {
      match = other;
      saved = saving(other);
    }
  }
  if (match < GOOD_MATCH << 16 && at - lastOfFive < WINDOW && view.getInt32(lastOfFive, true) === word) {
    const other = matchAt(view, at, at - lastOfFive, limit);
    if (saving(other) > saved) {
      match = other;
      saved = saving(other);
    }
  }
  if (match < FAIR_MATCH << 16 && at - lastOfFour < WINDOW && view.getInt32(lastOfFour, true) === word) {
    const other = matchAt(view, at, at - lastOfFour, limit);
    if (saving(other) > saved) match = other;
  }
  return match;
}

/** Where a match of this distance that was found at `at` begins, at `first` or after. */
export function matchStart(input: Uint8Array, at: number, distance: number, first: number): number {
  const limit = Math.max(first, at - BEFORE, distance);
  let start = at;
  while (start > limit && input[start - 1] === input[start - 1 - distance]) start--;
  return start;
}

/** The match at `at` of this distance, given that the first word agrees. */
function matchAt(view: DataView, at: number, distance: number, limit: number): number {
  let to = at + WORD;
  for (; to <= limit - 4; to += 4) {
    const difference = view.getInt32(to, true) ^ view.getInt32(to - distance, true);
    if (difference !== 0) {
      return ((to + ((31 - Math.clz32(difference & -difference)) >> 3) - at) << 16) | distance;
    }
  }
  while (to < limit && view.getUint8(to) === view.getUint8(to - distance)) to++;
  return ((to - at) << 16) | distance;
}

function saving(match: number): number {
  return BYTE_BITS * (match >> 16) + Math.clz32(match & 0xffff) - 32;
}

function hash(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
}
