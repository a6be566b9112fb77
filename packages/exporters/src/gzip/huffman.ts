/**
 * Lengths of a prefix code, at most `limit` bits, for symbols with these frequencies; 0 for those that do not occur.
 * Huffman's, made to keep the limit by lengthening the least frequent codes.
 */
export function codeLengths(frequencies: Uint32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const symbols = [...frequencies.keys()].filter((symbol) => frequencies[symbol]! > 0);
  if (symbols.length <= 1) {
    for (const symbol of symbols) lengths[symbol] = 1;
    return lengths;
  }
  symbols.sort((a, b) => frequencies[a]! - frequencies[b]! || a - b);
  const counts = limitLengths(lengthCounts(symbols.map((symbol) => frequencies[symbol]!)), limit);
  let next = 0;
  for (let length = limit; length > 0; length--) {
    for (let i = 0; i < counts[length]!; i++) lengths[symbols[next++]!] = length;
  }
  return lengths;
}

/** How many codes of each length Huffman's algorithm gives to these frequencies, which ascend. */
function lengthCounts(frequencies: readonly number[]): number[] {
  const leaves = frequencies.length;
  const weights = [...frequencies];
  const parents = new Int32Array(2 * leaves - 1);
  let leaf = 0;
  let inner = leaves;
  for (let node = leaves; node < 2 * leaves - 1; node++) {
    let weight = 0;
    for (let child = 0; child < 2; child++) {
      // Inner nodes are made in ascending order too, so that the lightest is first in one of the two queues.
      const lightest =
        leaf < leaves && (inner >= node || weights[leaf]! <= weights[inner]!) ? leaf++ : inner++;
      parents[lightest] = node;
      weight += weights[lightest]!;
    }
    weights.push(weight);
  }
  const depths = new Int32Array(2 * leaves - 1);
  const counts: number[] = [];
  for (let node = 2 * leaves - 3; node >= 0; node--) {
    const depth = depths[parents[node]!]! + 1;
    depths[node] = depth;
    if (node < leaves) counts[depth] = (counts[depth] ?? 0) + 1;
  }
  return counts;
}

/** Shortens codes to `limit` bits and makes room for them by lengthening others, until the code is complete again. */
function limitLengths(counts: readonly number[], limit: number): number[] {
  const limited = Array.from({ length: limit + 1 }, (_, length) => counts[length] ?? 0);
  counts.forEach((count, length) => {
    if (length > limit) limited[limit]! += count;
  });
  let used = limited.reduce((sum, count, length) => sum + count * 2 ** (limit - length), 0);
  for (; used > 2 ** limit; used--) {
    let length = limit - 1;
    while (limited[length] === 0) length--;
    limited[length]!--;
    limited[length + 1]! += 2;
    limited[limit]!--;
  }
  return limited;
}

/** Deflate's canonical codes for these lengths, bits reversed as they are written, with their length above bit 16. */
export function canonicalCodes(lengths: Uint8Array): Uint32Array {
  const counts = new Uint16Array(17);
  for (const length of lengths) if (length > 0) counts[length]!++;
  const next = new Uint16Array(17);
  for (let length = 1; length <= 15; length++) next[length + 1] = (next[length]! + counts[length]!) << 1;
  return Uint32Array.from(lengths, (length) =>
    length === 0 ? 0 : reversed(next[length]!++, length) | (length << 16),
  );
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
