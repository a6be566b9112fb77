import { CorruptBlock } from "../../container/fault.js";
import type { StreamDecoder } from "./codec.js";
import { assertNewLzw, clearCode, endCode, tableSize } from "./lzw.js";

const chunkSize = 2 ** 16;

/**
 * LZW: see `decodeLzw`, whose table depends on having all of the output. Here an entry is an earlier one and a byte.
 */
export const lzwStream: StreamDecoder = {
  checksEnd: false,
  async *decode(data) {
    const prefix = new Uint16Array(tableSize);
    const lengths = new Uint16Array(tableSize).fill(1, 0, clearCode);
    const firstByte = Uint8Array.from({ length: tableSize }, (_, code) => code);
    const lastByte = Uint8Array.from(firstByte);
    const out = new Uint8Array(chunkSize);
    let done = 0;
    let bits = 0;
    let bitCount = 0;
    let width = 9;
    let next = endCode + 1;
    let previous = -1;
    let begun = false;
    for await (const bytes of data) {
      if (!begun) assertNewLzw(bytes);
      begun = true;
      for (let at = 0; ;) {
        while (bitCount < width && at < bytes.length) {
          bits = ((bits << 8) | bytes[at++]!) & 0xfffff;
          bitCount += 8;
        }
        if (bitCount < width) break;
        bitCount -= width;
        const code = (bits >>> bitCount) & ((1 << width) - 1);
        if (code === endCode) {
          yield out.subarray(0, done);
          return;
        }
        if (code === clearCode) {
          width = 9;
          next = endCode + 1;
          previous = -1;
          continue;
        }
        if (code > next || (code === next && previous < 0)) {
          throw new CorruptBlock(`corrupt LZW data: code ${code} before it is defined`);
        }
        if (previous >= 0 && next < tableSize) {
          prefix[next] = previous;
          lengths[next] = lengths[previous]! + 1;
          firstByte[next] = firstByte[previous]!;
          lastByte[next] = firstByte[code === next ? previous : code]!;
          next++;
          if (next === (1 << width) - 1 && width < 12) width++;
        }
        const length = lengths[code]!;
        if (done + length > chunkSize) {
          yield out.subarray(0, done);
          done = 0;
        }
        done += length;
        let to = done - 1;
        let entry = code;
        for (; entry > endCode; entry = prefix[entry]!) out[to--] = lastByte[entry]!;
        out[to] = lastByte[entry]!;
        previous = code;
      }
    }
    yield out.subarray(0, done);
  },
};
