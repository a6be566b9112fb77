import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followFile } from "../src/growing-file.js";
import { freshPath } from "./support/write.js";

async function write(path: string, parts: readonly { bytes: number; pause: number }[]): Promise<void> {
  await wait(parts[0]?.pause ?? 0);
  const file = await open(path, "w");
  try {
    for (const { bytes, pause } of parts) {
      await file.write(Buffer.alloc(bytes, bytes % 251));
      await wait(pause);
    }
  } finally {
    await file.close();
  }
}

describe("followFile", () => {
  it("tells what the file holds, however it grows", async () => {
    const part = fc.record({
      bytes: fc.oneof(fc.nat(50), fc.nat(2_000_000)),
      pause: fc.constantFrom(0, 0, 1, 30),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const path = freshPath(".grown");
        const told = await followFile(path, write(path, parts));
        const whole = await readFile(path);
        expect(told.bytes).toBe(whole.length);
        expect(told.sha256).toBe(createHash("sha256").update(whole).digest("hex"));
      }),
      { numRuns: 20 },
    );
  });

  it("fails as the writing does, once that has ended", async () => {
    let ended = false;
    const failing = async (): Promise<void> => {
      await wait(60);
      ended = true;
      throw new Error("the disk is full");
    };
    await expect(followFile(freshPath(".grown"), failing())).rejects.toThrow("the disk is full");
    expect(ended).toBe(true);
  });
});
