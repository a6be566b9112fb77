import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { donateBuffer, keepBuffer, returnBuffer, takeBuffer, takeZeros } from "../src/buffers.js";
import { reclaimAll, reclaimUnlessLittle } from "../src/memory-reclaim.js";

describe("buffers that are used again", () => {
  it("are never in two hands at once, whatever is taken, returned, kept and donated", () => {
    const step = fc.record({
      action: fc.constantFrom("take", "zeros", "return", "keep", "donate"),
      size: fc.constantFrom(8, 64, 4096),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const held: ArrayBuffer[] = [];
        const kept = new Set<ArrayBuffer>();
        for (const { action, size, which } of steps) {
          if (action === "take" || action === "zeros") {
            const buffer = action === "take" ? takeBuffer(size) : takeZeros(size).buffer;
            expect(buffer.byteLength).toBe(size);
            expect(held).not.toContain(buffer);
            expect(kept).not.toContain(buffer);
            if (action === "zeros") expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
            new Uint8Array(buffer).fill(0xff);
            held.push(buffer);
          } else if (action === "keep") {
            for (const buffer of held.splice(which % (held.length + 1), 1)) {
              keepBuffer(buffer);
              returnBuffer(buffer);
              kept.add(buffer);
            }
          } else {
            const give = action === "return" ? returnBuffer : donateBuffer;
            for (const buffer of held.splice(which % (held.length + 1), 1)) give(buffer);
          }
        }
      }),
    );
  });

  it("come again when their size is asked for, until memory is reclaimed", () => {
    const first = takeBuffer(12_345);
    returnBuffer(first);
    expect(takeBuffer(12_345)).toBe(first);
    returnBuffer(first);
    reclaimAll();
    expect(takeBuffer(12_345)).not.toBe(first);
  });

  it("are released between two parts of a run, and collected if that is worth it", () => {
    const small = takeBuffer(12_346);
    returnBuffer(small);
    reclaimUnlessLittle();
    expect(takeBuffer(12_346)).not.toBe(small);
    let large: ArrayBuffer | undefined = new ArrayBuffer(100 * 2 ** 20);
    const before = process.memoryUsage().arrayBuffers;
    large = undefined;
    reclaimUnlessLittle();
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before - 90 * 2 ** 20);
    expect(large).toBeUndefined();
  });

  it("are not taken from who was not lent them", () => {
    const foreign = new ArrayBuffer(777);
    returnBuffer(foreign);
    expect(takeBuffer(777)).not.toBe(foreign);
    const twice = takeBuffer(778);
    returnBuffer(twice);
    returnBuffer(twice);
    expect(takeBuffer(778)).toBe(twice);
    expect(takeBuffer(778)).not.toBe(twice);
  });

  it("are kept to 16 MiB, those of sizes that are not asked for any more going first", () => {
    const old = takeBuffer(5 * 2 ** 20);
    const [a, b] = [takeBuffer(6 * 2 ** 20), takeBuffer(6 * 2 ** 20)];
    returnBuffer(old);
    returnBuffer(a);
    returnBuffer(b);
    expect(takeBuffer(5 * 2 ** 20)).not.toBe(old);
    expect([a, b]).toContain(takeBuffer(6 * 2 ** 20));
  });
});
