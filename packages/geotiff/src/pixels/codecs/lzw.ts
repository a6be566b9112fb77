import { CorruptBlock } from "../../container/fault.js";
import type { BlockDecoder } from "./codec.js";

export const clearCode = 256;
export const endCode = 257;
export const tableSize = 4096;

/**
 * LZW with codes of 9 to 12 bits, high bits first (TIFF 6.0, section 13).
 *
 * No string is ever stored: the string of a table entry was written to the output when the entry was created, so the table
 * holds its start and length. That string is the previous one and the first byte after it.
 *
 * Nothing is read after the last pixel, as in libtiff: some writers put an end code of the wrong width there, none at all,
 * or meaningless bytes.
 */
export const decodeLzw: BlockDecoder = (data, { rows, rowBytes }) => {
  const need = rows * rowBytes;
  const inputEnd = data.length;
  assertNewLzw(data);
  const out = new Uint8Array(need);
  const starts = new Int32Array(tableSize);
  const lengths = new Int32Array(tableSize);
  let at = 0;
  let bits = 0;
  let bitCount = 0;
  let width = 9;
  let next = 258;
  let previousStart = 0;
  let previousLength = 0;
  let done = 0;

  while (done < need) {
    while (bitCount < width && at < inputEnd) {
      bits = ((bits << 8) | data[at++]!) & 0xfffff;
      bitCount += 8;
    }
    if (bitCount < width) break;
    bitCount -= width;
    const code = (bits >>> bitCount) & ((1 << width) - 1);

    if (code === endCode) break;
    if (code === clearCode) {
      width = 9;
      next = 258;
      previousLength = 0;
      continue;
    }

    let start = 0;
    let length = 1;
    if (code >= clearCode) {
      if (code < next) {
        start = starts[code]!;
        length = lengths[code]!;
      } else if (code === next && previousLength > 0) {
        start = previousStart;
        length = previousLength + 1;
      } else {
        throw new CorruptBlock(`corrupt LZW data: code ${code} before it is defined`);
      }
    }
    // The last string may be longer than the remaining pixels.
    if (done + length > need) length = need - done;

    if (previousLength > 0 && next < tableSize) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
      if (next === (1 << width) - 1 && width < 12) width++;
    }
    previousStart = done;
    previousLength = length;
    if (code < clearCode) {
      out[done++] = code;
    } else if (length > 48 && start + length <= done) {
      out.copyWithin(done, start, start + length);
      done += length;
    } else {
      // Copied forwards byte by byte, because a string may overlap the one that it repeats.
      for (const end = (done + length) | 0; done < end;) out[done++] = out[start++]!;
    }
  }
  if (done < need) throw new CorruptBlock(`corrupt LZW data: ${done} of the ${need} bytes of its pixels`);
  return out.subarray(0, done);
};

/** @throws CorruptBlock for the codes used before TIFF 6.0 */
export function assertNewLzw(data: Uint8Array): void {
  if (data.length >= 2 && data[0] === 0 && (data[1]! & 1) === 1) {
    throw new CorruptBlock("old-style LZW (low bits first) is not supported");
  }
}
