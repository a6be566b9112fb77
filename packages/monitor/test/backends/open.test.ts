import { definePlugin, type MemoryBackendDefinition } from "@quadrat/core";
import { Registry } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { builtinMonitor, openMemoryBackend } from "../../src/index.js";

const strict: MemoryBackendDefinition<{ url: string }> = {
  name: "remote",
  options: z.strictObject({ url: z.string() }),
  create: ({ url }) => ({ sample: () => ({ used: url.length, limit: 100 }) }),
};
const broken: MemoryBackendDefinition = {
  name: "broken",
  create() {
    throw new Error("no such device");
  },
};
const empty = { name: "empty", create: () => ({}) } as unknown as MemoryBackendDefinition;
const plugin = definePlugin({
  name: "quadrat-remote",
  version: "1.2.3",
  memoryBackends: [strict, broken, empty],
});
const { memoryBackends } = new Registry().use(builtinMonitor).use(plugin);
const open = (name: string, options?: unknown) =>
  openMemoryBackend(memoryBackends.get(name), { limit: 1000, options });

describe("openMemoryBackend", () => {
  it("knows the built-in backends by name", () => {
    expect([...memoryBackends].map(({ definition }) => definition.name).slice(0, 5)).toEqual([
      "auto",
      "process",
      "cgroup",
      "psi",
      "scripted",
    ]);
  });

  it("hands the limit of the run to the backend, unless the options have one", async () => {
    expect(await (await open("process")).sample()).toMatchObject({ limit: 1000 });
    expect(await (await open("auto", {})).sample()).toMatchObject({ limit: 1000, source: "resident set" });
    expect(await (await open("scripted", { ratios: [0.5] })).sample()).toMatchObject({ used: 500 });
    expect(await (await open("scripted", { ratios: [0.5], limit: 10 })).sample()).toMatchObject({ used: 5 });
  });

  it("does without where a plugin's schema has no limit", async () => {
    expect(await (await open("remote", { url: "unix:/run/m" })).sample()).toEqual({ used: 11, limit: 100 });
  });

  it.each([
    ["scripted", {}, /options of memory backend "scripted" are invalid: give either ratios/],
    ["scripted", { ratios: ["high"] }, /ratios\.0: .*expected number/],
    ["process", { limitt: 5 }, /limitt/],
    ["process", [1], /options of memory backend "process" are invalid/],
    [
      "psi",
      {
        points: [
          [10, 0.5],
          [5, 0.9],
        ],
      },
      /points: the points must ascend/,
    ],
    ["remote", { url: 5 }, /options of memory backend "remote" are invalid: url: /],
  ])("refuses wrong options of %s: %o", async (name, options, message) => {
    await expect(open(name, options)).rejects.toThrow(
      expect.objectContaining({ kind: "usage", message: expect.stringMatching(message) as string }),
    );
  });

  it("names the plugin whose backend can't be created or is none", async () => {
    const place = { plugin: "quadrat-remote", key: "memory.backend" };
    await expect(open("broken")).rejects.toMatchObject({ message: "no such device", place });
    await expect(open("empty")).rejects.toMatchObject({
      message: 'memory backend "empty" has no sample()',
      place,
    });
  });
});
