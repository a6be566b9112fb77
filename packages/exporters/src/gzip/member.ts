import { crc32 } from "node:zlib";
import { createDeflate, deflateBound } from "./deflate.js";

/** Deflate, no flags, no time, no hint of the level, an unknown system. */
const header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] as const;
const TRAILER_BYTES = 8;

/**
 * A function that writes gzip members (RFC 1952) into a buffer that the next call reuses. Concatenated members
 * are a gzip file.
 */
export function createGzip(): (input: Uint8Array) => Uint8Array<ArrayBuffer> {
  const deflate = createDeflate();
  let out = new Uint8Array(0);
  return (input) => {
    const bound = header.length + deflateBound(input.length) + TRAILER_BYTES;
    if (out.length < bound) out = new Uint8Array(bound);
    out.set(header);
    const end = deflate(input, out, header.length);
    const trailer = new DataView(out.buffer, end, TRAILER_BYTES);
    trailer.setUint32(0, crc32(input), true);
    trailer.setUint32(4, input.length, true);
    return out.subarray(0, end + TRAILER_BYTES);
  };
}
