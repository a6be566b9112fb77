import { describe, expect, it } from "vitest";
import { detectMemoryLimit, resolveMemoryLimit } from "../../src/index.js";
import { containerV2, GiB, machine, MiB } from "../support/machines.js";

const detected = detectMemoryLimit(machine(containerV2({ max: GiB })));

describe("resolveMemoryLimit", () => {
  it("takes a share of what the process may use", () => {
    expect(resolveMemoryLimit({ share: 0.8 }, detected)).toEqual({
      bytes: Math.floor(0.8 * GiB),
      source: "80% of 1073741824 bytes (/sys/fs/cgroup/memory.max)",
    });
  });

  it("takes bytes as they are", () => {
    expect(resolveMemoryLimit({ bytes: 512 * MiB }, detected)).toEqual({
      bytes: 512 * MiB,
      source: "memory.limit",
    });
  });

  it("holds more bytes than there are down to those, and says so", () => {
    const { bytes, warning } = resolveMemoryLimit({ bytes: 2 * GiB }, detected);
    expect(bytes).toBe(GiB);
    expect(warning).toMatch(
      /asks for 2147483648 bytes.*may use 1073741824 \(\/sys\/fs\/cgroup\/memory.max\)/,
    );
  });
});
