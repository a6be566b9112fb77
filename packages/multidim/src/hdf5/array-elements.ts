import type { Bytes } from "./bytes.js";
import type { StoredChunk } from "./stored-chunk.js";

/** How chunks are written down in an array of chunks: an address, and with filters the bytes and the mask. */
export interface ElementForm {
  readonly bytes: number;
  readonly isFiltered: boolean;
  readonly chunkBytes: number;
}

/** @param addressBytes the size of addresses in the file */
export function readElement(
  bytes: Bytes,
  { bytes: size, isFiltered, chunkBytes }: ElementForm,
  addressBytes: number,
): StoredChunk | undefined {
  const address = bytes.address();
  const stored = isFiltered ? bytes.uint(size - addressBytes - 4) : chunkBytes;
  const mask = isFiltered ? bytes.u32() : 0;
  return address === undefined ? undefined : { address, bytes: stored, mask };
}

/** Whether elements have a size that fits to their form. */
export function isElementForm({ bytes, isFiltered }: ElementForm, addressBytes: number): boolean {
  const size = bytes - addressBytes - 4;
  return isFiltered ? size >= 1 && size <= 8 : bytes === addressBytes;
}
