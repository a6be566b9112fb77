import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockCells, readBlocks, RangeWriter } from "../../src/shards/range-file.js";
import { readShardDirectory, writeShardFile } from "../../src/shards/shard-file.js";
import { openWorkFolder, removeLeftBehind } from "../../src/shards/work-folder.js";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "quadrat-shards-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

/** Values with holes, and whole stretches without any. */
function columnOf(from: number, count: number) {
  const values = new Float32Array(count);
  const validity = new Uint8Array(Math.ceil(count / 8));
  let [nulls, min, max] = [0, Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    const cell = from + i;
    const empty = cell % 7 === 0 || Math.floor(cell / blockCells) === 1;
    if (empty) {
      nulls++;
      continue;
    }
    values[i] = cell % 1000;
    validity[i >> 3]! |= 1 << (i & 7);
    [min, max] = [Math.min(min, values[i]!), Math.max(max, values[i]!)];
  }
  return { values, validity: nulls > 0 ? validity : undefined, nulls, min, max };
}

async function read(path: string, skip = 0): Promise<(number | null)[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const found: (number | null)[] = [];
    for await (const { values, validity } of readBlocks(file, "float32", { at: 0, end: size }, skip)) {
      for (let i = 0; i < values.length; i++) {
        const given = !validity || (validity[i >> 3]! & (1 << (i & 7))) !== 0;
        found.push(given ? Number(values[i]) : null);
      }
    }
    return found;
  } finally {
    await file.close();
  }
}

describe("the cells of a shard", () => {
  const cells = 3 * blockCells + 1234;
  const range = { first: 5 * blockCells, end: 5 * blockCells + cells };
  const expected = Array.from({ length: cells }, (_, cell) =>
    cell % 7 === 0 || Math.floor(cell / blockCells) === 1 ? null : cell % 1000,
  );

  async function write(path: string, lengths: readonly number[]) {
    const writer = await RangeWriter.open(path, "float32", range);
    try {
      for (let [at, turn] = [writer.done, 0]; at < cells; turn++) {
        const count = Math.min(lengths[turn % lengths.length]!, cells - at);
        await writer.append(columnOf(at, count));
        at += count;
      }
      return await writer.finish();
    } finally {
      await writer.close();
    }
  }

  it("are the same bytes however they arrive, and are read from any cell on", async () => {
    const whole = join(folder, "whole");
    const facts = await write(whole, [cells]);
    expect(facts).toEqual({ values: expected.filter((value) => value !== null).length, min: 0, max: 999 });
    const bytes = await readFile(whole);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 2 * blockCells }), { minLength: 1, maxLength: 3 }),
        fc.nat(cells - 1),
        async (lengths, skip) => {
          const path = join(folder, `${count++}`);
          if (Math.min(...lengths) < 1000) return;
          expect(await write(path, lengths)).toEqual(facts);
          expect(bytes.equals(await readFile(path))).toBe(true);
          expect(await read(path, skip)).toEqual(expected.slice(skip));
        },
      ),
      { numRuns: 6 },
    );
  });

  it("continue after what a killed process has left, wherever that ends", async () => {
    const whole = join(folder, "whole");
    const facts = await write(whole, [cells]);
    const bytes = await readFile(whole);
    for (const share of [0, 0.0001, 0.3, 0.5, 0.99, 1]) {
      const path = join(folder, `left-${share}`);
      await writeFile(path, bytes);
      await truncate(path, Math.floor(bytes.length * share));
      expect(await write(path, [70_000])).toEqual(facts);
      expect(bytes.equals(await readFile(path))).toBe(true);
    }
  });
});

describe("the file of a shard", () => {
  const path = () => join(folder, "00001.shard");
  const directory = { plan: "p", index: 1, first: 0, end: 10, dense: [], whole: [] };

  async function write(text = "content"): Promise<void> {
    const parts = [{ bytes: Buffer.from(text) }];
    await writeShardFile(path(), parts, ([place]) => ({ ...directory, database: place! }), never);
  }

  it("is whole, and nothing else is left", async () => {
    await write();
    expect(await readdir(folder)).toEqual(["00001.shard"]);
    expect(await readShardDirectory(path(), true)).toEqual({ ...directory, database: { at: 16, end: 23 } });
    await expect(
      writeShardFile(path(), [{ file: join(folder, "no") }], () => directory, never),
    ).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual(["00001.shard"]);
  });

  it("is damaged if any byte is changed or missing", async () => {
    await write();
    const bytes = await readFile(path());
    for (let length = 0; length < bytes.length; length += 7) {
      await writeFile(path(), bytes.subarray(0, length));
      await expect(readShardDirectory(path(), true)).rejects.toThrow();
    }
    for (let at = 0; at < bytes.length; at++) {
      const other = Buffer.from(bytes);
      other[at]! ^= 1;
      await writeFile(path(), other);
      await expect(readShardDirectory(path(), true)).rejects.toThrow();
    }
  });

  it("is written by several at the same time", async () => {
    await Promise.all(Array.from({ length: 8 }, () => write("x".repeat(100_000))));
    expect(await readdir(folder)).toEqual(["00001.shard"]);
    await readShardDirectory(path(), true);
  });
});

describe("the folder of a shard's work", () => {
  it("is taken over from a process that is gone, but not from one of another machine or one that runs", async () => {
    const gone = await openWorkFolder(folder, "00003");
    await writeFile(join(gone.path, "left"), "");
    const name = gone.path.split("/").at(-1)!;
    const work = join(folder, "work");
    const other = await openWorkFolder(folder, "00003");
    expect(other.resumed).toBe(false);
    // As if its process had been another one, which has ended.
    const dead = name.replace(`-${process.pid}-`, "-4194305-");
    await (await import("node:fs/promises")).rename(gone.path, join(work, dead));
    const far = name.replace(/-[0-9a-f]{8}-\d+-/, "-00000000-4194305-");
    await (await import("node:fs/promises")).mkdir(join(work, far));
    const found = await openWorkFolder(folder, "00003");
    expect(found.resumed).toBe(true);
    expect(await readdir(found.path)).toEqual(["left"]);
    await found.remove();
    await other.remove();
    await removeLeftBehind(folder, "00003");
    expect(await readdir(work)).toEqual([far]);
  });
});
