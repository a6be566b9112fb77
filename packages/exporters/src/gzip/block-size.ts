/** Bytes of the input for each block. */
export const BLOCK = 131_072;
/**
 * The most bytes that a block takes. A code of 9 bits for each literal and length and of 5 for each distance would
 * never take more than 9/8 of the input, and the block's own codes are shorter.
 */
export const BLOCK_BOUND = BLOCK + (BLOCK >> 2) + 1024;
