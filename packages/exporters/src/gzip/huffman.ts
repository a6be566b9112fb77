/** More than the symbols of any alphabet. */
const SYMBOLS = 512;

/**
 * Lengths of a prefix code, at most `limit` bits, for symbols with these frequencies; 0 for those that do not occur.
 * Huffman's algorithm, with the least frequent codes adjusted to keep the limit.
 */
export function codeLengths(frequencies: Int32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const symbols = ascending(frequencies);
  if (symbols.length <= 1) {
    for (const symbol of symbols) lengths[symbol] = 1;
    return lengths;
  }
  const counts = limitLengths(lengthCounts(frequencies, symbols), limit);
  let next = 0;
  for (let length = limit; length > 0; length--) {
    for (let i = 0; i < counts[length]!; i++) lengths[symbols[next++]!] = length;
  }
  return lengths;
}

/** The symbols that occur, least frequent first; of equally frequent symbols the lowest first. */
function ascending(frequencies: Int32Array): Uint16Array {
  // Sorting numbers is much faster than sorting with a comparison function.
  const keys = new Float64Array(frequencies.length);
  let count = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    if (frequencies[symbol]! > 0) keys[count++] = frequencies[symbol]! * SYMBOLS + symbol;
  }
  keys.subarray(0, count).sort();
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) symbols[i] = keys[i]! % SYMBOLS;
  return symbols;
}

/** The number of codes of each length that Huffman's algorithm gives to these symbols, whose frequencies ascend. */
function lengthCounts(frequencies: Int32Array, symbols: Uint16Array): number[] {
  const leaves = symbols.length;
  const nodes = 2 * leaves - 1;
  const weights = new Float64Array(nodes);
  for (let leaf = 0; leaf < leaves; leaf++) weights[leaf] = frequencies[symbols[leaf]!]!;
  const parents = new Uint16Array(nodes);
  let leaf = 0;
  let inner = leaves;
  for (let node = leaves; node < nodes; node++) {
    let weight = 0;
    for (let child = 0; child < 2; child++) {
      // Inner nodes are created in ascending order too, so that the lightest is first in one of the two queues.
      const lightest =
        leaf < leaves && (inner >= node || weights[leaf]! <= weights[inner]!) ? leaf++ : inner++;
      parents[lightest] = node;
      weight += weights[lightest]!;
    }
    weights[node] = weight;
  }
  const depths = new Uint16Array(nodes);
  const counts: number[] = [];
  for (let node = nodes - 2; node >= 0; node--) {
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
  const codes = new Uint32Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) codes[symbol] = reversed(next[length]!++, length) | (length << 16);
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result = (result << 1) | ((code >> bit) & 1);
  return result;
}
