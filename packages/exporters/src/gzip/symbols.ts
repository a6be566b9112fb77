/** Deflate's alphabets (RFC 1951, 3.2.5 and 3.2.7). */

export const END_OF_BLOCK = 256;
export const LITERALS_AND_LENGTHS = 286;
export const DISTANCES = 30;
export const SHORTEST_MATCH = 3;
export const LONGEST_MATCH = 258;
export const WINDOW = 32_768;

/** Extra bits of the length symbols 257 to 285. */
export const lengthExtras = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
/** The minimum length of each of them. */
export const lengthBases = new Uint16Array(29);
/** For each length, its symbol less 257. */
export const lengthIndex = new Uint8Array(LONGEST_MATCH + 1);
for (let index = 0, length = SHORTEST_MATCH; index < 28; index++) {
  lengthBases[index] = length;
  for (const end = length + (1 << lengthExtras[index]!); length < end; length++) lengthIndex[length] = index;
}
lengthBases[28] = LONGEST_MATCH;
lengthIndex[LONGEST_MATCH] = 28;

/** Extra bits of a distance's symbol. */
export function distanceSymbolExtra(symbol: number): number {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** The order in which the lengths of the code for code lengths are written. */
export const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
