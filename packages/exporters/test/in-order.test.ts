import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder } from "../src/in-order.js";

async function* from<T>(items: Iterable<T>, ended?: () => void): AsyncGenerator<T> {
  try {
    for (const item of items) yield await Promise.resolve(item);
  } finally {
    ended?.();
  }
}

/** Work that takes as many turns of the event loop as its item says, and counts itself. */
function counted() {
  const counts = { running: 0, most: 0 };
  const work = async (turns: number): Promise<number> => {
    counts.most = Math.max(counts.most, ++counts.running);
    try {
      for (let i = 0; i < Math.abs(turns); i++) await new Promise((resolve) => setImmediate(resolve));
      if (turns < 0) throw new Error(`failed after ${-turns}`);
      return turns;
    } finally {
      counts.running--;
    }
  };
  return { counts, work };
}

describe("inOrder", () => {
  it("keeps the order and the limit", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6)), fc.integer({ min: 1, max: 5 }), async (items, limit) => {
        const { counts, work } = counted();
        const found: number[] = [];
        for await (const item of inOrder(from(items), limit, work)) found.push(item);
        expect(found).toEqual(items);
        expect(counts.running).toBe(0);
        expect(counts.most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("works on as many at once as it may", async () => {
    const { counts, work } = counted();
    for await (const item of inOrder(from([5, 5, 5, 5, 5]), 3, work)) expect(item).toBe(5);
    expect(counts.most).toBe(3);
  });

  it("fails as the first item to fail does, with nothing left running and the source closed", async () => {
    const { counts, work } = counted();
    let ended = false;
    const found: number[] = [];
    const all = async (): Promise<void> => {
      const items = from([1, 5, -3, -1, 4], () => (ended = true));
      for await (const item of inOrder(items, 3, work)) found.push(item);
    };
    await expect(all()).rejects.toThrow("failed after 3");
    expect({ found, ended, running: counts.running }).toEqual({ found: [1, 5], ended: true, running: 0 });
  });

  it("waits for what is running when its reader stops", async () => {
    const { counts, work } = counted();
    let ended = false;
    for await (const item of inOrder(
      from([1, 9, 9, 9], () => (ended = true)),
      3,
      work,
    )) {
      expect(item).toBe(1);
      break;
    }
    expect({ ended, running: counts.running }).toEqual({ ended: true, running: 0 });
  });
});
