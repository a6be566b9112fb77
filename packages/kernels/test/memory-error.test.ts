import { describe, expect, it } from "vitest";
import { addressLimit, noAddresses } from "../src/memory-error.js";

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max data size             1000                 unlimited            bytes
Max address space         14336000000          unlimited            bytes
`;

describe("a memory that can't be created", () => {
  it("names the limit on addresses, and what to do", () => {
    expect(addressLimit(limits)).toBe(14_336_000_000);
    const error = noAddresses(new RangeError(), addressLimit(limits));
    expect(error).toMatchObject({
      kind: "memory",
      exitCode: 3,
      message: "the limit on the address space, 14000000 KiB (ulimit -v), is too small for the kernels",
    });
    expect(error.hint).toMatch(/ulimit -v unlimited.*threads: 1/);
  });

  it("names no limit where there is none", () => {
    expect(addressLimit(limits.replace("14336000000", "unlimited  "))).toBeUndefined();
    expect(addressLimit("")).toBeUndefined();
    expect(noAddresses(new RangeError(), undefined).message).not.toContain("limit");
  });
});
