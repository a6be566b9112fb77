/** The bytes of each word in two words of 16-bit lanes: bytes 0 and 2 (even), bytes 1 and 3 (odd). */
export interface Lanes {
  readonly even: Int32Array;
  readonly odd: Int32Array;
}

export function createLanes(count: number): Lanes {
  return { even: new Int32Array(count), odd: new Int32Array(count) };
}

/**
 * Sums the bytes of the words `[from, from + count)`: each byte becomes the sum, modulo 256, of all bytes up to it.
 *
 * Four bytes are processed at a time. In lanes of 16 bits nothing carries over: the sums of pairs, added up from lane
 * to lane and to the last byte of the word before, are the odd bytes; minus the original odd bytes, they are the even
 * ones.
 */
export function prefixSums(words: Int32Array, from: number, count: number, { even, odd }: Lanes): void {
  let carry = 0;
  const end = count | 0;
  for (let i = 0, at = from | 0; i < end; i++, at++) {
    const word = words[at]!;
    const upper = (word >>> 8) & 0xff00ff;
    const pairs = (word & 0xff00ff) + upper;
    const within = (pairs + (pairs << 16)) | 0;
    const sums = (within + carry) | 0;
    even[i] = (sums - upper) & 0xff00ff;
    odd[i] = sums & 0xff00ff;
    // All that one word needs from the previous one: an addition and a mask.
    carry = (carry + ((within >>> 16) | (within & 0x7fff0000))) & 0xff00ff;
  }
}
