import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { attempt } from "../../src/pipeline/attempt.js";
import { both } from "../../src/pipeline/both.js";
import { silent } from "../../src/pipeline/progress.js";

describe("what a run can do without", () => {
  it.each([
    ["at once", () => fail()],
    ["later", () => Promise.reject(new Error("no threads left"))],
  ])("fails %s with a warning that names who failed", async (_, work) => {
    const said: string[] = [];
    const progress = { ...silent, log: (level: string, text: string) => said.push(`${level}: ${text}`) };
    attempt({ who: "stage resample", to: "warm up", progress }, work);
    await turn();
    expect(said).toEqual(["warning: stage resample failed to warm up: Error: no threads left"]);
  });
});

function fail(): never {
  throw new Error("no threads left");
}

describe("two things beside each other", () => {
  it("are both through before a failure of one is thrown", async () => {
    let through = false;
    const slow = turn().then(() => (through = true));
    await expect(both(Promise.reject(new Error("locked")), slow)).rejects.toThrow("locked");
    expect(through).toBe(true);
  });

  it("give what each gives", async () => {
    expect(await both(Promise.resolve(1), Promise.resolve("a"))).toEqual([1, "a"]);
  });
});
