/**
 * Pseudo-random numbers from 0 up to 1, the same for the same seed (a 32-bit integer): mulberry32 by Tommy Ettinger,
 * 2017, public domain, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c. Not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
