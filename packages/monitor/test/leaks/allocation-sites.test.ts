import type { HeapProfiler } from "node:inspector";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startAllocationProfiler } from "../../src/leaks/allocation-profiler.js";
import { allocationSites, growingSite } from "../../src/leaks/allocation-sites.js";

type Node = HeapProfiler.SamplingHeapProfileNode;

/** A node of a profile; the line is counted from 0, as V8 does. */
function node(functionName: string, url: string, selfSize: number, children: Node[] = []): Node {
  return {
    callFrame: { functionName, scriptId: "1", url, lineNumber: 11, columnNumber: 0 },
    selfSize,
    children,
  };
}

const own = join(dirname(fileURLToPath(import.meta.url)), "../../src/leaks/watch.ts");

describe("allocationSites", () => {
  it("gives builtins, Node and libraries to their caller, and leaves itself out", () => {
    const library = "file:///app/node_modules/lib/index.js";
    const head = node("(root)", "", 1, [
      node("collect", "file:///app/leaky-stage.mjs", 10, [
        node("Float32Array", "", 100),
        node("from", "node:buffer", 1000, [node("FastBuffer", "node:internal/buffer", 10_000)]),
        node("decode", library, 100_000, [node("", "/app/other.mjs", 7)]),
        node("batchDone", own, 500, [node("post", "node:inspector", 500)]),
      ]),
      node("alone", library, 20, [node("inner", library, 30)]),
      node("setTimeout", "node:timers", 40),
    ]);
    expect(Object.fromEntries(allocationSites(head))).toEqual({
      "collect (leaky-stage.mjs:12)": 111_110,
      "(anonymous) (other.mjs:12)": 7,
      "alone (index.js:12)": 20,
      "inner (index.js:12)": 30,
    });
  });
});

describe("growingSite", () => {
  const profiles = [0, 1, 2, 3, 4].map(
    (i) =>
      new Map([
        ["even", 100 + 200 * i],
        ["once", i < 3 ? 0 : 5000],
        ["large", 90_000],
        ["falling", 80_000 - i],
      ]),
  );

  it("is the one that grew most; off the heap, most evenly", () => {
    expect(growingSite(profiles, false)).toBe("once");
    expect(growingSite(profiles, true)).toBe("even");
  });

  it("is the largest one of a single profile, and none of none", () => {
    expect(growingSite(profiles.slice(0, 1), false)).toBe("large");
    expect(growingSite([], true)).toBeUndefined();
    expect(growingSite([profiles[0]!, profiles[0]!, profiles[0]!], false)).toBeUndefined();
  });
});

describe("startAllocationProfiler", () => {
  it("can be started again after it was stopped", () => {
    for (let i = 0; i < 2; i++) {
      const profiler = startAllocationProfiler(256);
      expect(profiler.sites()).toBeInstanceOf(Map);
      profiler.stop();
      expect(() => profiler.sites()).toThrow(Error);
    }
  });
});
