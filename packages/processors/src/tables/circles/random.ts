/** Makes two numbers from 0 up to 1 that depend on all bits of others. */
export type Draw = (...content: readonly number[]) => readonly [one: number, other: number];

/**
 * A hash of doubles in place of a generator with a state, so that a record draws the same numbers wherever it stands in its
 * table. Its rounds and its last step are those of A. Appleby's MurmurHash3, in two lanes.
 */
export function drawFrom(seed: number): Draw {
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  return (...content) => {
    let [one, other] = [0x9747b28c, 0x5bd1e995];
    const take = (value: number): void => {
      // The same for 0 and -0.
      double[0] = value + 0;
      for (const word of words) {
        one = round(one, word, 0xcc9e2d51, 15);
        other = round(other, word ^ one, 0x1b873593, 17);
      }
    };
    take(seed);
    for (const value of content) take(value);
    const fraction = (high: number, low: number): number => ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
    const [a, b] = [finish(one ^ other), finish(other + Math.imul(one, 5))];
    return [fraction(a, finish(a ^ other)), fraction(b, finish(b + one))];
  };
}

function round(hash: number, word: number, factor: number, turn: number): number {
  let mixed = Math.imul(word, factor);
  mixed = (mixed << turn) | (mixed >>> (32 - turn));
  const next = hash ^ Math.imul(mixed, 0x85ebca6b);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
