import { gunzipSync, inflateSync } from "node:zlib";
import { Damaged } from "../fault.js";

/** Deflate can't pack more than so many bytes into one. */
const densest = 1032;

/** With an output buffer a little too large, zlib needs no second one to find out that it has finished. */
const slack = 64;

/** Inflates a zlib or gzip stream to at most `most` bytes. */
export function inflate(data: Uint8Array, most: number, kind: "zlib" | "gzip" = "zlib"): Uint8Array {
  if (most > densest * data.length + densest) {
    throw new Damaged(`${data.length} compressed bytes can't contain the ${most} bytes that there should be`);
  }
  try {
    const options = { chunkSize: most + slack, maxOutputLength: Math.max(1, most) };
    return kind === "zlib" ? inflateSync(data, options) : gunzipSync(data, options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new Damaged(`its compressed data contain more than ${most} bytes`);
    throw new Damaged(`corrupt deflate data: ${message}`, { cause: error });
  }
}
