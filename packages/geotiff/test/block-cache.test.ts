import { describe, expect, it } from "vitest";
import { createBlockCache } from "../src/pixels/block-cache.js";

const block = (bytes: number) => new Uint8Array(bytes);
const held = (cache: ReturnType<typeof createBlockCache>, turn: number) =>
  Array.from({ length: 10 }, (_, i) => i).filter((i) => cache.get(i, turn) !== undefined);

describe("the cache of decoded blocks", () => {
  it("drops the least recently used first", () => {
    const cache = createBlockCache(30);
    for (const i of [0, 1, 2]) cache.set(i, block(10), i);
    cache.get(0, 3);
    cache.set(3, block(10), 4);
    expect(held(cache, 5)).toEqual([0, 2, 3]);
  });

  it("keeps what was used in the same turn, so that going round over too many blocks still finds some", () => {
    const cache = createBlockCache(30);
    let found = 0;
    for (let turn = 1; turn <= 4; turn++) {
      const missing = [0, 1, 2, 3, 4].filter((i) => cache.get(i, turn) === undefined);
      found += 5 - missing.length;
      for (const i of missing) cache.set(i, block(10), turn);
    }
    expect(found).toBe(9);
  });

  it("holds one block that is too large, but not beside others and not when it is to hold none", () => {
    const cache = createBlockCache(30);
    cache.set(0, block(100), 1);
    cache.set(1, block(10), 1);
    expect(held(cache, 1)).toEqual([0]);
    cache.set(2, block(10), 2);
    expect(held(cache, 3)).toEqual([2]);
    const none = createBlockCache(0);
    none.set(0, block(1), 1);
    expect(held(none, 1)).toEqual([]);
  });

  it("lets go of blocks when it may hold less, of the last one only when it may hold none", () => {
    const cache = createBlockCache(30);
    for (const i of [0, 1, 2]) cache.set(i, block(10), i);
    cache.limit(5);
    expect(held(cache, 3)).toEqual([2]);
    cache.limit(0);
    expect(held(cache, 4)).toEqual([]);
  });
});
