import { constants, createInflate, inflateSync } from "node:zlib";
import { CorruptBlock } from "../../container/fault.js";
import { aligned } from "./codec.js";
import type { BlockDecoder } from "./codec.js";

/** zlib streams: Adobe deflate (8) and its older number (32946). */
export const decodeDeflate: BlockDecoder = (data, { fullRows, rowBytes }, spare) =>
  inflate(data, fullRows * rowBytes, spare);

/** With an output buffer a little too large, zlib needs no second one to find out that it has finished. */
export const inflateSlack = 64;

/** Inflates to at most `most` bytes, into `spare` if that has room for them and {@link inflateSlack}. */
export function inflate(
  data: Uint8Array,
  most: number,
  spare?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  try {
    if (spare && spare.length >= most + inflateSlack) return aligned(inflateInto(data, most, spare));
    return aligned(inflateSync(data, { chunkSize: most + inflateSlack, maxOutputLength: most }));
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

/** The internal function behind `inflateSync`, which Node does not document but has in all versions. */
interface Engine {
  _outBuffer: Buffer;
  _chunkSize: number;
  _processChunk(data: Uint8Array, flush: number): Buffer;
}

function inflateInto(data: Uint8Array, most: number, spare: Uint8Array<ArrayBuffer>): Uint8Array {
  const engine = createInflate({ chunkSize: constants.Z_MIN_CHUNK, maxOutputLength: most });
  if (!isEngine(engine)) return inflateSync(data, { chunkSize: most + inflateSlack, maxOutputLength: most });
  engine._outBuffer = Buffer.from(spare.buffer, spare.byteOffset, spare.length);
  engine._chunkSize = spare.length;
  return engine._processChunk(data, constants.Z_FINISH);
}

function isEngine(engine: object): engine is Engine {
  return "_outBuffer" in engine && "_chunkSize" in engine && "_processChunk" in engine;
}
