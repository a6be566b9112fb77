import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BlockScratch, type ScratchShare } from "../../src/raster/block-scratch.js";
import { SlotTable } from "../../src/raster/slot-table.js";

const folder = mkdtempSync(join(tmpdir(), "quadrat-scratch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const blocks = 3;
const block = (value: number): Float32Array<ArrayBuffer> => new Float32Array(16).fill(value);

function share(flags: string): ScratchShare {
  const path = join(folder, "blocks");
  closeSync(openSync(path, "a"));
  return { fd: openSync(path, flags), path, state: SlotTable.memory(blocks), slotBytes: 64, patience: 2 };
}

describe("the scratch file for decoded blocks", () => {
  it("keeps blocks until none of some bands has used them", () => {
    const file = share("w+");
    for (const [turn, number] of [0, 1, 2].entries()) {
      const scratch = new BlockScratch(file, turn + 1);
      expect([scratch.claim(number), scratch.claim(number)]).toEqual([true, false]);
      scratch.put(number, block(number));
      const found = scratch.find(number)!;
      const into = block(NaN);
      expect(scratch.read(found, 0, into)).toBe(true);
      expect(into).toEqual(block(number));
    }
    expect(new SlotTable(file.state).slots).toBe(3);
    const later = new BlockScratch(file, 9);
    expect([0, 1, 2].map((number) => later.isMissing(number))).toEqual([false, false, false]);
    closeSync(file.fd);
  });

  it("gives up the claim and the slot of a block that can't be written, however often", () => {
    // Open for reading: writing is refused.
    const file = share("r");
    for (let attempt = 0; attempt < 3 * blocks; attempt++) {
      const scratch = new BlockScratch(file, 1);
      const number = attempt % blocks;
      expect(scratch.claim(number)).toBe(true);
      expect(() => scratch.put(number, block(1))).toThrow(/decoded blocks of a wide raster/);
      expect(scratch.isMissing(number)).toBe(true);
    }
    expect(new SlotTable(file.state).slots).toBe(1);
    closeSync(file.fd);
  });

  it("does not wait for ever for a block whose thread has died", () => {
    const table = new SlotTable(SlotTable.memory(blocks));
    expect(table.claim(1)).toBe(true);
    table.settled(1, 100);
    expect([table.isMissing(1), table.claim(1)]).toEqual([true, true]);
  });

  it("uses the slot of a block again that no band needs any more", () => {
    const file = share("w+");
    const put = (number: number, turn: number): void => {
      const scratch = new BlockScratch(file, turn);
      scratch.claim(number);
      scratch.put(number, block(number));
    };
    put(0, 1);
    put(1, 4);
    const later = new BlockScratch(file, 5);
    expect([later.isMissing(0), new SlotTable(file.state).slots]).toEqual([true, 1]);
    const into = block(NaN);
    expect(later.read(later.find(1)!, 0, into)).toBe(true);
    expect(into).toEqual(block(1));
    closeSync(file.fd);
  });
});
