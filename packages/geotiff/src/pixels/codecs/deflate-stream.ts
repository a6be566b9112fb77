import { pipeline, Readable } from "node:stream";
import { createInflate } from "node:zlib";
import { CorruptBlock } from "../../container/fault.js";
import type { StreamDecoder } from "./codec.js";

const chunkSize = 2 ** 18;

/** A zlib stream; its checksum is at the end. */
export const deflateStream: StreamDecoder = {
  checksEnd: true,
  async *decode(data) {
    const inflated = pipeline(Readable.from(data), createInflate({ chunkSize }), () => undefined);
    try {
      for await (const part of inflated) yield part as Buffer;
    } catch (cause) {
      throw new CorruptBlock(`corrupt deflate data: ${(cause as Error).message}`, { cause });
    }
  },
};
