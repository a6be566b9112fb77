/**
 * Sums the bytes of `count` words: each byte of `out` is the sum, modulo 256, of all bytes of `words` from `from` up to
 * its own place. Four bytes go at a time: two shifted additions make the sums within a word, a third adds the last byte
 * of the word before.
 *
 * Bytes are added without carries between them: the low seven bits of each by an ordinary addition, the top bit by xor.
 */
export function prefixSums(
  words: Int32Array,
  from: number,
  count: number,
  out: Int32Array,
  to: number,
): void {
  let carry = 0;
  const end = (from + count) | 0;
  for (let i = from | 0, o = to | 0; i < end; i++, o++) {
    let word = words[i]!;
    let other = word << 8;
    word = ((word & 0x7f7f7f7f) + (other & 0x7f7f7f7f)) ^ ((word ^ other) & 0x80808080);
    other = word << 16;
    word = ((word & 0x7f7f7f7f) + (other & 0x7f7f7f7f)) ^ ((word ^ other) & 0x80808080);
    word = ((word & 0x7f7f7f7f) + (carry & 0x7f7f7f7f)) ^ ((word ^ carry) & 0x80808080);
    out[o] = word;
    carry = Math.imul(word >>> 24, 0x01010101);
  }
}
