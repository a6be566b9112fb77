import { DISTANCES, LITERALS_AND_LENGTHS } from "./symbols.js";

/** Lengths of a block's codes, by symbol; 0 for a symbol without a code. */
export interface BlockCodes {
  readonly literals: Uint8Array;
  readonly distances: Uint8Array;
}

/** Typical code lengths of tables of numbers, for the first block. */
export const typicalCodes: BlockCodes = {
  literals: Uint8Array.from({ length: LITERALS_AND_LENGTHS }, (_, symbol) => {
    if (symbol > 256) return 5;
    return symbol === 0x2c || symbol === 0x2e || (symbol >= 0x30 && symbol <= 0x39) ? 4 : 8;
  }),
  distances: new Uint8Array(DISTANCES).fill(4),
};
