import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, kernels, KernelMemoryError, type Block, type GrowableMemory } from "../src/index.js";

const page = 65_536;

/** A memory that grows like WebAssembly's: into another buffer, up to a number of pages. */
function memoryOf(mostPages: number): GrowableMemory {
  let buffer = new ArrayBuffer(page);
  return {
    get buffer() {
      return buffer;
    },
    grow(pages) {
      const size = buffer.byteLength + pages * page;
      if (size > mostPages * page) throw new RangeError("no more");
      const grown = new Uint8Array(size);
      grown.set(new Uint8Array(buffer));
      buffer = grown.buffer;
      return size / page - pages;
    },
  };
}

describe("the arena", () => {
  it("hands out blocks that never overlap, and takes them back", () => {
    const steps = fc.array(fc.tuple(fc.nat(200_000), fc.boolean(), fc.nat(20)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (list) => {
        const arena = new Arena(memoryOf(10_000), 100);
        const taken: { block: Block; mark: number; bytes: number }[] = [];
        for (const [index, [bytes, releases, which]] of list.entries()) {
          if (releases && taken.length > 0) {
            const [gone] = taken.splice(which % taken.length, 1);
            gone!.block.release();
            gone!.block.release();
            continue;
          }
          const block = arena.take(bytes);
          expect(block.at % 64).toBe(0);
          expect(block.at).toBeGreaterThanOrEqual(100);
          const mark = (index % 255) + 1;
          arena.view(Uint8Array, block.at, bytes)().fill(mark);
          taken.push({ block, mark, bytes });
        }
        for (const { block, mark, bytes } of taken) {
          expect(
            arena
              .view(Uint8Array, block.at, bytes)()
              .every((byte) => byte === mark),
          ).toBe(true);
        }
        for (const { block } of taken) block.release();
        const before = arena.bytes;
        arena.take(before - 128).release();
        expect(arena.bytes).toBe(before);
      }),
      { numRuns: 200 },
    );
  });

  it("gives views of the memory as it is after it has grown", () => {
    const arena = new Arena(memoryOf(100), 0);
    const { at } = arena.take(800);
    const numbers = arena.view(Float64Array, at, 100);
    numbers().fill(1.5);
    const before = numbers();
    arena.take(10 * page);
    expect(numbers()).not.toBe(before);
    expect(numbers().every((value) => value === 1.5)).toBe(true);
  });

  it("says what to do where the memory can't grow, and goes on with what it has", () => {
    const arena = new Arena(memoryOf(2), 0);
    const error = (() => {
      try {
        return arena.take(3 * page);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(KernelMemoryError);
    expect(error).toMatchObject({
      kind: "memory",
      exitCode: 3,
      message: "WebAssembly could not get 1 MiB of memory for the kernels",
      hint: expect.stringContaining("fewer threads") as string,
    });
    expect(arena.take(page).bytes).toBe(page);
  });
});

describe("the kernels", () => {
  it("are one instance in one memory for a thread", () => {
    expect(kernels()).toBe(kernels());
    const { arena } = kernels();
    const block = arena.take(64);
    arena.view(Uint8Array, block.at, 64)().fill(7);
    expect(arena.bytes % page).toBe(0);
    block.release();
  });
});
