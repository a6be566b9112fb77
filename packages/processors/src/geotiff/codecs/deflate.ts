import { inflateSync } from "node:zlib";
import { CorruptBlock } from "../fault.js";
import { aligned } from "./codec.js";
import type { BlockDecoder } from "./codec.js";

/** zlib streams: Adobe deflate (8) and its older number (32946). */
export const decodeDeflate: BlockDecoder = (data, { fullRows, rowBytes }) =>
  inflate(data, fullRows * rowBytes);

/** Inflates to at most `most` bytes. */
export function inflate(data: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  try {
    // One output buffer, a little too large, spares zlib a second one to find out that it has finished.
    return aligned(inflateSync(data, { chunkSize: most + 64, maxOutputLength: most }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new CorruptBlock(`corrupt deflate data: more than the ${most} bytes of its pixels`, {
        cause: error,
      });
    }
    throw new CorruptBlock(`corrupt deflate data: ${message}`, { cause: error });
  }
}
