/** Bytes of the input for each block. */
export const BLOCK = 131_072;
/**
 * The maximum size of a compressed block in bytes. A code of 9 bits for each literal and length and of 5 for each
 * distance never takes more than 9/8 of the input, and the block's own codes are shorter.
 */
export const BLOCK_BOUND = BLOCK + (BLOCK >> 2) + 1024;
