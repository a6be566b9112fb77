import { LONGEST_MATCH, WINDOW } from "../../../src/gzip/symbols.js";

export const HASH_BITS = 13;
/** All matches begin with the word, four bytes, that is compared first. */
export const WORD = 4;
/** How many bytes before the place where it was found a match may begin. */
export const BEFORE = 16;
/** About what a byte saves in a match, in bits. */
export const BYTE_BITS = 4;
/** A match is at most so long from the place where it was found. */
export const LONGEST_FOUND = LONGEST_MATCH - BEFORE;

/** Places nearer to the end of the input are not looked up. */
export const lookUpMargin = 10;

export const FACTOR = 0x9e3779b1;
export const OTHER_FACTOR = 0x85ebca6b;

/**
 * Where bytes were seen last, by their hash: the last place for four bytes, and the last two for eight. The former
 * finds what is short and near, the latter what goes on over several numbers, wherever it is.
 */
export interface MatchFinder {
  readonly four: Int32Array;
  readonly eight: Int32Array;
}

/** A finder; before each input it has to be cleared. */
export function matchFinder(): MatchFinder {
  return { four: new Int32Array(1 << HASH_BITS), eight: new Int32Array(2 << HASH_BITS) };
}

export function clearFinder({ four, eight }: MatchFinder): void {
  four.fill(-WINDOW);
  eight.fill(-WINDOW);
}

/**
 * Remembers the place `at` and looks for the match that begins there, ends at `end` or before, and saves most. A
 * place that is `covered` by another match is only remembered, and by eight bytes only. Returns
 * `length * 2^16 + distance`, with a distance below 2^15; 0 for none. `at` is at least {@link lookUpMargin} bytes
 * before the end of the input.
 */
export function findMatch(
  { four, eight }: MatchFinder,
  view: DataView,
  at: number,
  end: number,
  covered: boolean,
): number {
  const word = view.getInt32(at, true);
  const next = view.getInt32(at + WORD, true);
  const hashOfEight = hash(Math.imul(word, FACTOR) ^ (word >>> 15) ^ Math.imul(next, OTHER_FACTOR)) << 1;
  const lastOfEight = eight[hashOfEight]!;
  const olderOfEight = eight[hashOfEight + 1]!;
  eight[hashOfEight] = at;
  eight[hashOfEight + 1] = lastOfEight;
  if (covered) return 0;
  const hashOfFour = hash(word);
  const lastOfFour = four[hashOfFour]!;
  four[hashOfFour] = at;
  const limit = Math.min(end, at + LONGEST_FOUND);
  if (limit < at + WORD) return 0;
  let match = 0;
  if (at - lastOfEight < WINDOW && view.getInt32(lastOfEight, true) === word) {
    match = matchAt(view, at, at - lastOfEight, limit);
  }
  if (at - olderOfEight < WINDOW && view.getInt32(olderOfEight, true) === word) {
    const other = matchAt(view, at, at - olderOfEight, limit);
    if (match === 0 || saving(other) > saving(match)) match = other;
  }
  if (match === 0 && at - lastOfFour < WINDOW && view.getInt32(lastOfFour, true) === word) {
    match = matchAt(view, at, at - lastOfFour, limit);
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
  return BYTE_BITS * (match >> 16) + Math.clz32(match & 0xffff);
}

function hash(word: number): number {
  return Math.imul(word, FACTOR) >>> (32 - HASH_BITS);
}
