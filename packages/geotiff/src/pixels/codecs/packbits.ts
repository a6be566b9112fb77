import { CorruptBlock } from "../../container/fault.js";
import type { BlockDecoder } from "./codec.js";

/** PackBits: runs and literals after a signed count byte (TIFF 6.0, section 9). */
export const decodePackBits: BlockDecoder = (data, { rows, fullRows, rowBytes }) => {
  const most = fullRows * rowBytes;
  const need = rows * rowBytes;
  const out = new Uint8Array(most);
  const end = data.length;
  let at = 0;
  let done = 0;
  // As in libtiff, nothing is read after the last pixel.
  while (at < end && done < need) {
    const count = data[at++]!;
    if (count === 128) continue;
    const length = count < 128 ? count + 1 : 257 - count;
    if (done + length > most)
      throw new CorruptBlock(`corrupt PackBits data: more than the ${most} bytes of its pixels`);
    if (count < 128) {
      if (at + length > end) throw new CorruptBlock("corrupt PackBits data: a literal extends past the end");
      out.set(data.subarray(at, at + length), done);
      at += length;
    } else {
      if (at >= end) throw new CorruptBlock("corrupt PackBits data: a run has no value");
      out.fill(data[at++]!, done, done + length);
    }
    done += length;
  }
  return out.subarray(0, done);
};
