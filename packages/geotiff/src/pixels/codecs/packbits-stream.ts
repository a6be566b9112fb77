import type { StreamDecoder } from "./codec.js";

const chunkSize = 2 ** 16;

/** PackBits: see `decodePackBits`. */
export const packBitsStream: StreamDecoder = {
  checksEnd: false,
  async *decode(data) {
    const out = new Uint8Array(chunkSize);
    let done = 0;
    /** What remains of a literal, or the length of a run whose value has not arrived yet. */
    let literal = 0;
    let run = 0;
    for await (const bytes of data) {
      for (let at = 0; at < bytes.length;) {
        if (done + 128 > chunkSize) {
          yield out.subarray(0, done);
          done = 0;
        }
        if (literal > 0) {
          const count = Math.min(literal, bytes.length - at);
          out.set(bytes.subarray(at, at + count), done);
          at += count;
          done += count;
          literal -= count;
        } else if (run > 0) {
          out.fill(bytes[at++]!, done, done + run);
          done += run;
          run = 0;
        } else {
          const count = bytes[at++]!;
          if (count < 128) literal = count + 1;
          else if (count > 128) run = 257 - count;
        }
      }
    }
    yield out.subarray(0, done);
  },
};
