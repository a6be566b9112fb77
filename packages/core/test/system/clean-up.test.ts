import { describe, expect, it } from "vitest";
import { cleanedUp, takeAll } from "../../src/system/clean-up.js";

const fail = (words: string) => () => Promise.reject(new Error(words));

describe("cleaning up", () => {
  it("never replaces the failure before it", async () => {
    await expect(cleanedUp(fail("the cause"), fail("the clean-up"))).rejects.toThrow("the cause");
  });

  it("fails by itself too, and is told how the work ended", async () => {
    await expect(cleanedUp(() => 1, fail("the clean-up"))).rejects.toThrow("the clean-up");
    const ends: boolean[] = [];
    await cleanedUp(
      () => 1,
      (failed) => ends.push(failed),
    );
    await cleanedUp(fail("x"), (failed) => ends.push(failed)).catch(() => undefined);
    expect(ends).toEqual([false, true]);
  });

  it("takes every step and throws the first failure", async () => {
    const taken: number[] = [];
    const steps = [
      () => taken.push(1),
      fail("first"),
      () => taken.push(2),
      fail("second"),
      () => taken.push(3),
    ];
    await expect(takeAll(steps)).rejects.toThrow("first");
    expect(taken).toEqual([1, 2, 3]);
  });
});
