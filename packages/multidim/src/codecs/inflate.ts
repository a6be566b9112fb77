import { constants, createGunzip, createInflate, gunzipSync, inflateSync } from "node:zlib";
import { takeBuffer } from "@quadrat/core/base";
import { Damaged } from "../fault.js";

/** Deflate can't pack more than so many bytes into one. */
const densest = 1032;

/** With an output buffer a little too large, zlib needs no second one to find out that it has finished. */
const slack = 64;

/** Inflates a zlib or gzip stream to at most `most` bytes, in a buffer that may be returned. */
export function inflate(data: Uint8Array, most: number, kind: "zlib" | "gzip" = "zlib"): Uint8Array {
  if (most > densest * data.length + densest) {
    throw new Damaged(`${data.length} compressed bytes can't contain the ${most} bytes that there should be`);
  }
  try {
    return inflateInto(new Uint8Array(takeBuffer(most + slack)), data, Math.max(1, most), kind);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new Damaged(`its compressed data contain more than ${most} bytes`);
    throw new Damaged(`corrupt deflate data: ${message}`, { cause: error });
  }
}

/** The internal function behind `inflateSync`, which Node does not document but has in all versions. */
interface Engine {
  _outBuffer: Buffer;
  _chunkSize: number;
  _processChunk(data: Uint8Array, flush: number): Buffer;
}

function inflateInto(
  room: Uint8Array<ArrayBuffer>,
  data: Uint8Array,
  most: number,
  kind: "zlib" | "gzip",
): Uint8Array {
  const options = { chunkSize: constants.Z_MIN_CHUNK, maxOutputLength: most };
  const engine = kind === "zlib" ? createInflate(options) : createGunzip(options);
  if (!isEngine(engine)) {
    const whole = { chunkSize: room.length, maxOutputLength: most };
    return kind === "zlib" ? inflateSync(data, whole) : gunzipSync(data, whole);
  }
  engine._outBuffer = Buffer.from(room.buffer);
  engine._chunkSize = room.length;
  return engine._processChunk(data, constants.Z_FINISH);
}

function isEngine(engine: object): engine is Engine {
  return "_outBuffer" in engine && "_chunkSize" in engine && "_processChunk" in engine;
}
